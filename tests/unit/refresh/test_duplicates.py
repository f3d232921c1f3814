"""Duplicates are merged into a canonical track, by their texts and by their sound."""

import base64
import re
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from tests.builders import a_candidate
from tests.refresh_world import World, fingerprint_text
from tiktok_music.archive import TrackStatus
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.catalog import DuplicateTrack
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind, OperatorLists
from tiktok_music.refresh.report import Outcome


def test_duplicates_become_aliases_of_the_most_used_track(world: World) -> None:
    most = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    less = a_candidate(2, title="SUNSET DRIVE (Official Audio)", author="Mae & Co", user_count=9)

    report = world.refresh(less, most)

    assert [row["id"] for row in world.served()] == [most.track_id]
    assert report.duplicates == (DuplicateTrack(less, most, report.duplicates[0].evidence),)
    alias = world.archive.records[less.track_id]
    assert (alias.status, alias.canonical_id, alias.media) == (
        TrackStatus.ALIAS,
        most.track_id,
        None,
    )


def test_a_listed_track_stays_canonical_when_an_upload_overtakes_it(world: World) -> None:
    first = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    second = a_candidate(2, title="SUNSET DRIVE", author="Mae & Co", user_count=9)
    world.refresh(first, second)

    world.now += timedelta(hours=12)
    world.refresh(first, replace(second, user_count=90))

    [row] = world.served()
    assert (row["id"], row["title"], row["userCount"]) == (first.track_id, "Sunset Drive", 90)
    alias = world.archive.records[second.track_id]
    assert (alias.status, alias.canonical_id) == (TrackStatus.ALIAS, first.track_id)


def test_a_listed_track_stays_while_any_of_its_uploads_is_on_the_chart(world: World) -> None:
    first = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    second = a_candidate(2, title="SUNSET DRIVE", author="Mae & Co", user_count=9)
    world.refresh(first, second)
    fetched = len(world.downloader.fetched)

    world.now += timedelta(hours=12)
    report = world.refresh(second)

    [row] = world.served()
    assert (row["id"], row["title"], row["userCount"]) == (first.track_id, "Sunset Drive", 9)
    assert (report.added, report.removed, len(world.downloader.fetched)) == (0, 0, fetched)
    assert [(each.candidate, each.canonical.track_id) for each in report.duplicates] == [
        (second, first.track_id)
    ]


def test_an_upload_follows_a_track_that_upstream_takes_down(world: World) -> None:
    first = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    second = a_candidate(2, title="Sunset Drive", author="Mae & Co", user_count=9)
    world.refresh(first, second)

    world.now += timedelta(hours=12)
    world.refresh(replace(first, takedown="status is not 1"), second)

    assert [row["id"] for row in world.served()] == [second.track_id]


def test_a_new_upload_with_the_same_sound_does_not_replace_a_listed_track(world: World) -> None:
    first = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    second = a_candidate(2, title="solnedgång", author="reuploads 24", user_count=900)
    sound = fingerprint_text(seed=1)
    world.media_encoder.fingerprints = {first.title: sound, second.title: sound}
    world.refresh(first)

    world.now += timedelta(hours=12)
    report = world.refresh(first, second)

    [row] = world.served()
    assert (row["id"], row["title"], row["userCount"]) == (first.track_id, "Sunset Drive", 900)
    assert [each.candidate for each in report.duplicates] == [second]


def test_the_next_duplicate_becomes_canonical_when_the_media_of_the_first_fail(
    world: World,
) -> None:
    most = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    less = a_candidate(2, title="Sunset Drive", author="Mae & Co", user_count=9)
    world.downloader.dead.add(most.preview_urls[0])

    report = world.refresh(most, less)

    assert [row["id"] for row in world.served()] == [less.track_id]
    assert (report.rejected_by_reason(), report.duplicates) == ({"DOWNLOAD_FAILED": 1}, ())


def test_duplicates_found_by_sound_are_merged_and_not_fetched_again(
    world: World,
) -> None:
    most = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    less = a_candidate(2, title="solnedgång", author="reuploads 24", user_count=9)
    sound = fingerprint_text(seed=1)
    world.media_encoder.fingerprints = {most.title: sound, less.title: sound}

    report = world.refresh(less, most, a_candidate(3))

    assert [row["id"] for row in world.served()] == [a_candidate(3).track_id, most.track_id]
    assert [(each.candidate, each.canonical) for each in report.duplicates] == [(less, most)]
    assert report.duplicates[0].evidence == "same recording (bit error 0.00)"
    alias = world.archive.records[less.track_id]
    assert (alias.status, alias.canonical_id) == (TrackStatus.ALIAS, most.track_id)

    fetched = len(world.downloader.fetched)
    world.now += timedelta(hours=12)
    again = world.refresh(less, most, a_candidate(3))
    assert (again.outcome, again.reason) == (Outcome.PUBLISHED, None)
    assert (again.new_media, len(world.downloader.fetched)) == (0, fetched)
    assert [(each.candidate, each.canonical.track_id) for each in again.duplicates] == [
        (less, most.track_id)
    ]
    assert [(row["id"], row["userCount"]) for row in world.served()] == [
        (a_candidate(3).track_id, 997),
        (most.track_id, 50),
    ]


def test_a_new_recording_is_compared_with_the_served_ones(world: World) -> None:
    served = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    coming = a_candidate(2, title="solnedgång", author="reuploads 24", user_count=9)
    sound = fingerprint_text(seed=1)
    world.media_encoder.fingerprints = {served.title: sound, coming.title: sound}
    world.refresh(served)

    world.now += timedelta(hours=12)
    report = world.refresh(served, coming)

    assert [each.candidate for each in report.duplicates] == [coming]


def test_a_returning_recording_is_compared_with_those_added_meanwhile(world: World) -> None:
    others = [a_candidate(number) for number in (5, 6, 7)]
    leaving = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
    coming = a_candidate(2, title="solnedgång", author="reuploads 24", user_count=9)
    sound = fingerprint_text(seed=1)
    world.media_encoder.fingerprints = {leaving.title: sound, coming.title: sound}
    for candidates in ([*others, leaving], others, [*others, coming]):
        world.refresh(*candidates)
        world.now += timedelta(hours=12)

    report = world.refresh(*others, coming, leaving)

    assert [each.candidate for each in report.duplicates] == [leaving]


def test_recordings_that_differ_are_not_merged(world: World) -> None:
    one = a_candidate(1, title="Sunset Drive", author="Mae & Co")
    other = a_candidate(2, title="solnedgång", author="reuploads 24")
    world.media_encoder.fingerprints = {
        one.title: fingerprint_text(seed=1),
        other.title: fingerprint_text(seed=2),
    }

    assert world.refresh(one, other).accepted == 2


def test_a_track_has_the_best_place_of_its_duplicates(world: World) -> None:
    listed = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=0, place=7)
    other = a_candidate(2, title="Sunset Drive", author="Mae & Co", user_count=0, place=1)
    between = a_candidate(3, user_count=0, place=4)

    world.refresh(listed, between, other)

    assert [row["id"] for row in world.served()] == [listed.track_id, between.track_id]


FIRST = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
SECOND = a_candidate(2, title="SUNSET DRIVE", author="Mae & Co", user_count=90)
HALF_A_DAY = timedelta(hours=12)


def list_in_turn(world: World, *candidates: Candidate) -> None:
    """Lists each candidate in a run of its own, so that each has media of its own."""
    for candidate in candidates:
        world.refresh(candidate, is_forced=True)
        world.now += HALF_A_DAY
        world.refresh(a_candidate(9), is_forced=True)
        world.now += HALF_A_DAY


def with_bit_errors(text: str, share: float) -> str:
    words = np.frombuffer(base64.b64decode(text), np.uint8)
    bits = np.unpackbits(words)
    flipped = np.random.default_rng(5).random(len(bits)) < share
    return base64.b64encode(np.packbits(bits ^ flipped).tobytes()).decode()


def test_sound_that_disagrees_outvotes_the_same_title(world: World) -> None:
    world.media_encoder.fingerprints = {
        FIRST.title: fingerprint_text(seed=1),
        SECOND.title: fingerprint_text(seed=2),
    }
    list_in_turn(world, FIRST, SECOND)

    reports = []
    for _ in range(2):
        reports.append(world.refresh(FIRST, SECOND, a_candidate(9), is_forced=True))
        world.now += HALF_A_DAY

    counts = {row["id"]: row["userCount"] for row in world.served()}
    assert (counts[FIRST.track_id], counts[SECOND.track_id]) == (50, 90)
    for report in reports:
        [separated] = report.to_dict()["separated"]
        rate = separated.pop("evidence").removeprefix("same title and artist, but another sound ")
        assert re.fullmatch(r"\(bit error 0\.4\d\)", rate)
        assert {separated["tiktokId"], separated["separatedFrom"]} == {
            FIRST.tiktok_id,
            SECOND.tiktok_id,
        }
        assert report.duplicates == ()


@pytest.mark.parametrize("renamed", [FIRST, SECOND])
def test_a_title_of_the_operator_stays_with_its_recording(world: World, renamed: Candidate) -> None:
    """Both are grouped by their title, under the operator's; the sound then separates them."""
    sounds = {FIRST.title: fingerprint_text(seed=1), SECOND.title: fingerprint_text(seed=2)}
    world.media_encoder.fingerprints = sounds
    list_in_turn(world, FIRST, SECOND)
    entry = ListEntry(ListKind.TITLE, "cleaned", renamed.tiktok_id, title="Dawn")
    world.lists = OperatorLists((entry,))

    world.refresh(FIRST, SECOND, a_candidate(9), is_forced=True)

    titles = {row["id"]: row["title"] for row in world.served()}
    named = {FIRST.track_id: FIRST.title, SECOND.track_id: SECOND.title}
    assert {name: titles[name] for name in named} == {**named, renamed.track_id: "Dawn"}


@pytest.mark.parametrize("share", [0.0, 0.34])
def test_sound_that_agrees_leaves_one_track(world: World, share: float) -> None:
    sound = fingerprint_text(seed=1)
    world.media_encoder.fingerprints = {
        FIRST.title: sound,
        SECOND.title: with_bit_errors(sound, share),
    }
    list_in_turn(world, FIRST, SECOND)

    report = world.refresh(FIRST, SECOND, a_candidate(9), is_forced=True)

    assert {row["id"] for row in world.served()} == {FIRST.track_id, a_candidate(9).track_id}
    assert report.to_dict()["separated"] == []


def test_members_without_media_stay_with_the_canonical_track(world: World) -> None:
    third = a_candidate(3, title="Sunset drive", author="Mae & Co", user_count=70)
    world.media_encoder.fingerprints = {
        FIRST.title: fingerprint_text(seed=1),
        SECOND.title: fingerprint_text(seed=2),
    }
    list_in_turn(world, FIRST, SECOND)

    world.refresh(FIRST, SECOND, third, a_candidate(9), is_forced=True)

    counts = {row["id"]: row["userCount"] for row in world.served()}
    assert third.track_id not in counts
    assert (counts[FIRST.track_id], counts[SECOND.track_id]) == (70, 90)
    assert world.archive.records[third.track_id].canonical_id == FIRST.track_id


def test_sound_does_not_separate_the_clips_of_one_group_of_tiktok(world: World) -> None:
    first, second = (replace(each, group_ids=("77",)) for each in (FIRST, SECOND))
    world.media_encoder.fingerprints = {
        FIRST.title: fingerprint_text(seed=1),
        SECOND.title: fingerprint_text(seed=2),
    }
    list_in_turn(world, first, second)

    report = world.refresh(first, second, a_candidate(9), is_forced=True)

    assert report.to_dict()["separated"] == []
    assert len(world.served()) == 2
