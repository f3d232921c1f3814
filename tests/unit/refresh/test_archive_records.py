"""Each record of the archive, whole: what it takes from the run, and what from the known record."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, a_candidate, a_media, a_record, a_snapshot, a_track, some_facts
from tiktok_music.about import About
from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.refresh.catalog import Accepted
from tiktok_music.refresh.curation.languages.rule import Language, LanguageSource
from tiktok_music.refresh.curation.last_known import FACTS
from tiktok_music.refresh.publication.archive_records import (
    active_record,
    alias_record,
    departed_record,
    needs_writing,
    reinstated_record,
    retired_record,
    rows_of,
)

LATER = NOON + timedelta(days=20)
LISTED = a_candidate(
    1,
    title="Sunset Drive",
    author="Mae & Co",
    album="Singles",
    user_count=77,
    is_commerce_music=True,
    has_commerce_right=True,
    publish=some_facts(2),
    about=About(genres=("pop",)),
    upstream_title="sunset drive",
)
LANGUAGE = Language("sv", LanguageSource.MODEL, 0.75)
ACCEPTED = Accepted(LISTED, LANGUAGE, a_media(edition=2), some_facts(1))
LINK = f"https://www.tiktok.com/music/Sunset-Drive-{LISTED.tiktok_id}"
# The record of the listed track that the archive does not know yet.
NEW = TrackRecord(
    track_id=LISTED.track_id,
    tiktok_id=LISTED.tiktok_id,
    title="Sunset Drive",
    author="Mae & Co",
    album="Singles",
    link=LINK,
    language="sv",
    language_source="model",
    language_score=0.75,
    user_count=77,
    is_commerce_music=True,
    first_seen_at=LATER,
    last_seen_at=LATER,
    status=TrackStatus.ACTIVE,
    media=a_media(edition=2),
    publish=some_facts(1),
    has_commerce_right=True,
    about=About(genres=("pop",)),
    facts_at=dict.fromkeys(FACTS, LATER),
    upstream_title="sunset drive",
)
# A record of a former title, with everything that a later run must keep.
KNOWN = a_record(
    1,
    link="https://www.tiktok.com/music/Old-Name-1",
    publish=some_facts(3),
    has_commerce_right=False,
    about=About(themes=("summer",), genres=("rock",)),
    retired_reason="taken down, and back",
    facts_at=dict.fromkeys(FACTS, NOON + timedelta(days=10)),
    newer_fields={"mood": "calm"},
)
KEPT: dict[str, Any] = {
    "link": KNOWN.link,
    "first_seen_at": NOON,
    "about": About(themes=("summer",), genres=("pop",)),
    "retired_reason": "taken down, and back",
    "facts_at": KNOWN.facts_at,
    "newer_fields": {"mood": "calm"},
}


def test_a_new_track_has_the_facts_of_its_candidate() -> None:
    assert active_record(ACCEPTED, None, LATER) == NEW


def test_a_known_track_keeps_its_link_its_first_day_and_what_only_the_archive_knows() -> None:
    assert active_record(ACCEPTED, KNOWN, LATER) == replace(NEW, **KEPT)
    in_the_future = replace(KNOWN, first_seen_at=LATER + timedelta(days=1))
    assert active_record(ACCEPTED, in_the_future, LATER).first_seen_at == LATER


@pytest.mark.parametrize(
    ("now", "known", "kept"), [(None, True, True), (None, None, None), (False, True, False)]
)
def test_a_commerce_right_that_upstream_leaves_out_stays(
    now: bool | None, known: bool | None, kept: bool | None
) -> None:
    accepted = replace(ACCEPTED, candidate=replace(LISTED, has_commerce_right=now))

    record = active_record(accepted, replace(KNOWN, has_commerce_right=known), LATER)

    assert record.has_commerce_right is kept
    assert active_record(accepted, None, LATER).has_commerce_right is now


def test_a_track_of_unknown_commerce_is_no_commerce_music() -> None:
    accepted = replace(ACCEPTED, candidate=replace(LISTED, is_commerce_music=None))

    assert active_record(accepted, None, LATER) == replace(NEW, is_commerce_music=False)


CANONICAL = a_record(
    9,
    language="fr",
    language_source="script",
    language_score=0.5,
    publish=some_facts(4),
    has_commerce_right=False,
    about=About(themes=("night",)),
    retired_reason="of the canonical track",
    facts_at={"album": NOON},
    upstream_title="of the canonical track",
    newer_fields={"mood": "wild"},
    last_seen_at=LATER,
)
NEW_ALIAS = replace(
    NEW,
    language="fr",
    language_source="script",
    language_score=0.5,
    status=TrackStatus.ALIAS,
    canonical_id=CANONICAL.track_id,
    media=None,
    publish=some_facts(2),
)


def test_a_new_alias_has_its_own_facts_and_the_language_of_its_track() -> None:
    assert alias_record(LISTED, CANONICAL, None, None, LATER) == NEW_ALIAS
    silent = replace(LISTED, is_commerce_music=None)
    assert alias_record(silent, CANONICAL, a_media(), None, LATER) == replace(
        NEW_ALIAS, media=a_media(), is_commerce_music=False
    )


def test_a_known_alias_keeps_what_a_known_track_keeps_and_its_media() -> None:
    known = replace(KNOWN, media=a_media(edition=3))
    without_library = replace(LISTED, publish=None)

    assert alias_record(LISTED, CANONICAL, None, known, LATER) == replace(
        NEW_ALIAS, **KEPT, media=a_media(edition=3)
    )
    assert alias_record(without_library, CANONICAL, a_media(), known, LATER) == replace(
        NEW_ALIAS, **KEPT, media=a_media(), publish=some_facts(3)
    )
    assert alias_record(without_library, CANONICAL, None, None, LATER) == replace(
        NEW_ALIAS, publish=None
    )


def test_an_alias_whose_song_is_known_keeps_the_countries_and_the_first_date_of_it() -> None:
    again = replace(
        LISTED, publish=some_facts(3, countries=("SE",), first_seen_at=LATER, last_seen_at=LATER)
    )

    record = alias_record(again, CANONICAL, None, KNOWN, LATER)

    assert record.publish == some_facts(3, countries=("GB", "SE", "US"), last_seen_at=LATER)


@pytest.mark.parametrize(
    ("status", "departed"),
    [
        (TrackStatus.ACTIVE, TrackStatus.OFF_CHART),
        (TrackStatus.RETIRED, TrackStatus.RETIRED),
        (TrackStatus("of a newer release"), TrackStatus("of a newer release")),
    ],
)
def test_a_track_that_departs_has_its_last_count_and_date(
    status: TrackStatus, departed: TrackStatus
) -> None:
    known = replace(KNOWN, status=status)

    assert departed_record(known, {"userCount": 5}, LATER) == replace(
        known, status=departed, last_seen_at=LATER, user_count=5
    )
    assert departed_record(known, {}, NOON - timedelta(days=1)) == replace(known, status=departed)


def test_a_track_is_retired_and_reinstated_with_its_facts() -> None:
    retired = retired_record(KNOWN, "asked for", LATER)

    assert retired == replace(
        KNOWN, status=TrackStatus.RETIRED, retired_at=LATER, retired_reason="asked for"
    )
    for is_listed, status in ((True, TrackStatus.ACTIVE), (False, TrackStatus.OFF_CHART)):
        back = replace(KNOWN, status=status, retired_reason="a mistake")
        assert reinstated_record(retired, is_listed=is_listed, note="a mistake") == back
        without_files = replace(retired, media_deleted_at=LATER)
        assert reinstated_record(without_files, is_listed=is_listed, note="a mistake") == replace(
            back, media=None
        )


@pytest.mark.parametrize(
    ("change", "is_written"),
    [
        ({}, False),
        ({"user_count": 1, "last_seen_at": LATER}, False),
        ({"title": "Another"}, True),
    ],
)
def test_a_record_is_written_if_more_changes_than_count_and_date(
    change: dict[str, Any], is_written: bool
) -> None:
    assert needs_writing(replace(KNOWN, **change), KNOWN) is is_written
    assert needs_writing(KNOWN, None)


def test_the_rows_of_a_snapshot_are_found_by_track_id() -> None:
    tracks = [a_track(number) for number in (1, 2)]

    rows = rows_of(a_snapshot(*tracks))

    assert [(track_id, row["id"], row["title"]) for track_id, row in rows.items()] == [
        (each.track_id, each.track_id, each.title) for each in tracks
    ]
