"""Publish facts: which track carries the clip of a song, on which evidence, and for how long."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, a_candidate
from tests.fakes import FakeSource
from tests.refresh_world import World, fingerprint_text
from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.publish_evidence import Evidence
from tiktok_music.publish_facts import Clip, ClipKind, PublishFacts
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind, OperatorLists
from tiktok_music.refresh.media.ports import no_deadline
from tiktok_music.refresh.media.preview import PreparedPreview
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason
from tiktok_music.refresh.report import Outcome

HALF_A_DAY = timedelta(hours=12)
SOUND, OTHER_SOUND = fingerprint_text(seed=1), fingerprint_text(seed=2)
APP = a_candidate(1, title="Sunset Drive", author="Mae & Co", user_count=50)
OTHERS = [a_candidate(number) for number in (5, 6, 7)]


def a_song(number: int = 2, *clips: Clip, **fields: Any) -> Candidate:
    """A row of the commercial library; without `clips`, it has a full one with its own id."""
    song = a_candidate(
        number, **{"title": "Sunset Drive", "author": "Mae & Co", "user_count": 0, **fields}
    )
    facts = PublishFacts(
        clips=clips or (Clip(song.tiktok_id, ClipKind.FULL, 60.0),),
        commercial_music_id=f"68173120228378{number}",
        evidence=Evidence.LISTED,
        countries=("US",),
        first_seen_at=NOON,
        last_seen_at=NOON,
    )
    return replace(song, publish=facts, group_ids=(f"cml:{facts.commercial_music_id}",))


def facts_of(song: Candidate, **fields: Any) -> PublishFacts:
    assert song.publish is not None
    return replace(song.publish, **fields)


def with_sounds(world: World, **by_id: str) -> World:
    """Gives each file the fingerprint of its sound: titles may be equal, addresses are not."""
    real = world.media_encoder.prepare_preview

    def prepare_preview(
        data: bytes, title: str, artist: str, has_time: Callable[[], bool] = no_deadline
    ) -> PreparedPreview:
        tiktok_id = data.decode().split("/")[3]
        return replace(real(data, title, artist), fingerprint=by_id.get(f"x{tiktok_id}", ""))

    world.media_encoder.prepare_preview = prepare_preview  # type: ignore[method-assign]
    return world


def sounds(**by_number: str) -> dict[str, str]:
    return {f"x{a_candidate(int(name[1:])).tiktok_id}": sound for name, sound in by_number.items()}


def record_of(world: World, candidate: Candidate) -> TrackRecord:
    return world.archive.records[candidate.track_id]


def test_a_song_of_the_library_alone_is_listed_with_its_clips(world: World) -> None:
    song = a_song()

    world.refresh(song, *OTHERS)

    assert record_of(world, song).publish == song.publish


def test_a_sound_with_the_id_of_a_clip_has_the_clip(world: World) -> None:
    trending = Clip(APP.tiktok_id, ClipKind.TRENDING, 30.0)
    full = Clip(a_candidate(2).tiktok_id, ClipKind.FULL, 60.0)
    same_id = a_song(1, title="Sunset", author="Someone")
    other_id = a_song(2, full, trending, title="Elsewhere", author="Nobody Else")

    world.refresh(APP, same_id, *OTHERS)
    assert record_of(world, APP).publish == facts_of(same_id, evidence=Evidence.SAME_ID)

    another = World()
    another.refresh(APP, other_id, *OTHERS)
    assert record_of(another, APP).publish == facts_of(other_id, evidence=Evidence.SAME_ID)


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (1, 2, 0)])
def test_rows_of_one_id_have_the_countries_of_all_charts(
    world: World, order: tuple[int, ...]
) -> None:
    british = replace(a_song(1), publish=facts_of(a_song(1), countries=("GB",)))
    rows = (APP, a_song(1), british)

    world.refresh(*(rows[place] for place in order), *OTHERS)

    joined = facts_of(a_song(1), evidence=Evidence.SAME_ID, countries=("GB", "US"))
    assert record_of(world, APP).publish == joined


@pytest.mark.parametrize("survivor", ["app", "song"])
def test_one_recording_in_both_charts_is_publishable_whichever_is_canonical(
    world: World, survivor: str
) -> None:
    with_sounds(world, **sounds(n1=SOUND, n2=SOUND))
    song = a_song()
    if survivor == "song":
        world.refresh(song, *OTHERS)
        world.now += HALF_A_DAY

    world.refresh(APP, song, *OTHERS)

    canonical = APP if survivor == "app" else song
    alias = song if survivor == "app" else APP
    evidence = Evidence.SAME_RECORDING if survivor == "app" else Evidence.LISTED
    assert record_of(world, canonical).publish == facts_of(song, evidence=evidence)
    assert record_of(world, alias).status is TrackStatus.ALIAS
    assert record_of(world, alias).canonical_id == canonical.track_id


def test_a_run_without_the_library_takes_nothing_away(world: World) -> None:
    with_sounds(world, **sounds(n1=SOUND, n2=SOUND))
    song = a_song()
    world.refresh(APP, song, *OTHERS)

    for _ in range(3):
        world.now += HALF_A_DAY
        world.refresh(APP, *OTHERS)

    joined = facts_of(song, evidence=Evidence.SAME_RECORDING)
    assert record_of(world, APP).publish == joined
    world.now += HALF_A_DAY
    world.refresh(*OTHERS)
    assert record_of(world, APP).publish == joined
    assert record_of(world, song).publish == song.publish


def test_a_later_run_keeps_the_first_date_and_all_countries(world: World) -> None:
    with_sounds(world, **sounds(n1=SOUND, n2=SOUND))
    world.refresh(APP, a_song(), *OTHERS)
    world.now += HALF_A_DAY
    later = facts_of(a_song(), countries=("GB",), first_seen_at=world.now, last_seen_at=world.now)

    world.refresh(APP, replace(a_song(), publish=later), *OTHERS)

    assert record_of(world, APP).publish == replace(
        later,
        evidence=Evidence.SAME_RECORDING,
        countries=("GB", "US"),
        first_seen_at=NOON,
    )


def test_a_song_keeps_its_evidence_when_its_clip_changes(world: World) -> None:
    with_sounds(world, **sounds(n1=SOUND, n2=SOUND, n3=OTHER_SOUND))
    before = a_song(2, Clip(a_candidate(2).tiktok_id, ClipKind.TRENDING, 30.0))
    world.refresh(APP, before, *OTHERS)
    song_id = facts_of(before).commercial_music_id
    changed = a_song(3, Clip(a_candidate(3).tiktok_id, ClipKind.TRENDING, 15.0))
    later = world.now + HALF_A_DAY
    facts = facts_of(changed, commercial_music_id=song_id, first_seen_at=later, last_seen_at=later)
    world.now = later

    world.refresh(APP, replace(changed, publish=facts, group_ids=(f"cml:{song_id}",)), *OTHERS)

    assert record_of(world, APP).publish == replace(facts, evidence=Evidence.SAME_RECORDING)


CREDITS = {"title": "Sunset Drive", "author": "Mae & Co", "duration_seconds": 24.0}


@pytest.mark.parametrize(
    ("fields", "app_sound", "song_sound", "evidence"),
    [
        (CREDITS, SOUND, SOUND, Evidence.SAME_RECORDING),
        ({"title": "Sunset Drive (Official Audio)"}, SOUND, SOUND, Evidence.SAME_RECORDING),
        ({"author": "Trailer House"}, SOUND, SOUND, Evidence.SAME_RECORDING),
        (CREDITS, SOUND, OTHER_SOUND, None),
        (CREDITS, "", SOUND, Evidence.SAME_CREDITS),
        (CREDITS, SOUND, "", Evidence.SAME_CREDITS),
        ({"duration_seconds": 26.0}, "", "", Evidence.SAME_CREDITS),
        ({"duration_seconds": 26.1}, "", "", None),
        ({"duration_seconds": 0.0}, "", "", None),
        ({"author": "Other People"}, "", "", None),
        ({"title": "solnedgång", "author": "Trailer House"}, SOUND, SOUND, None),
        ({"title": "Sunset Drive (Sped Up)"}, SOUND, SOUND, None),
        ({"title": "Sunset Drive (Sped Up)"}, "", "", None),
        ({"title": "Sunset Drive (Re-Recorded)"}, SOUND, SOUND, None),
        ({"title": "Sunset Drive (Clean)"}, SOUND, SOUND, None),
        ({"title": "Sunset Drive Pt. 2"}, SOUND, SOUND, None),
    ],
)
def test_sound_and_title_decide(
    world: World,
    fields: dict[str, Any],
    app_sound: str,
    song_sound: str,
    evidence: Evidence | None,
) -> None:
    with_sounds(world, **sounds(n1=app_sound, n2=song_sound))
    song = a_song(2, **fields)

    world.refresh(APP, song, *OTHERS)

    expected = facts_of(song, evidence=evidence) if evidence else None
    assert record_of(world, APP).publish == expected


def test_the_media_of_a_song_that_fails_reject_nothing(world: World) -> None:
    song = a_song(2, duration_seconds=60.0)
    world.downloader.dead.add(song.preview_urls[0])

    report = world.refresh(APP, song, *OTHERS)

    assert (report.rejections, [each.candidate for each in report.duplicates]) == ((), [song])
    assert record_of(world, APP).publish is None


def test_the_media_of_a_song_are_fetched_once(world: World) -> None:
    with_sounds(world, **sounds(n1=SOUND, n2=SOUND))
    report = world.refresh(APP, a_song(), *OTHERS)
    fetched = len(world.downloader.fetched)

    world.now += HALF_A_DAY
    again = world.refresh(APP, a_song(), *OTHERS)

    assert (report.new_media, again.new_media) == (4, 0)
    assert len(world.downloader.fetched) == fetched


def an_entry(kind: ListKind) -> OperatorLists:
    return OperatorLists((ListEntry(kind, "heard by us", APP.tiktok_id),))


def test_the_operator_denies_a_join_even_later(world: World) -> None:
    with_sounds(world, **sounds(n1=SOUND, n2=SOUND))
    world.refresh(APP, a_song(), *OTHERS)
    world.lists = an_entry(ListKind.DENY_JOIN)
    world.now += HALF_A_DAY

    world.refresh(APP, a_song(), *OTHERS)

    assert record_of(world, APP).publish is None


def test_the_operator_allows_a_join_without_evidence(world: World) -> None:
    with_sounds(world, **sounds(n1=SOUND, n2=OTHER_SOUND))
    world.lists = an_entry(ListKind.ALLOW_JOIN)

    world.refresh(APP, a_song(), *OTHERS)

    joined = facts_of(a_song(), evidence=Evidence.SAME_RECORDING)
    assert record_of(world, APP).publish == joined


@pytest.mark.parametrize("by", ["clip", "song"])
def test_the_operator_joins_a_track_with_a_song_of_another_title(world: World, by: str) -> None:
    """Both stay tracks of their own; another song of the same title is not meant."""
    song = a_song(2, title="Elsewhere", author="Nobody Else")
    named = facts_of(song).commercial_music_id if by == "song" else song.tiktok_id
    entry = ListEntry(ListKind.ALLOW_JOIN, "heard by us", APP.tiktok_id, song=named)
    world.lists = OperatorLists((entry,))

    world.refresh(APP, a_song(3, duration_seconds=50.0), song, *OTHERS)

    joined = facts_of(song, evidence=Evidence.SAME_RECORDING)
    assert record_of(world, APP).publish == joined
    assert record_of(world, song).publish == song.publish
    world.now += HALF_A_DAY
    world.refresh(APP, *OTHERS)
    assert record_of(world, APP).publish == joined
    world.lists = an_entry(ListKind.DENY_JOIN)
    world.now += HALF_A_DAY
    world.refresh(APP, song, *OTHERS)
    assert record_of(world, APP).publish is None


def test_a_song_of_the_library_itself_cannot_be_denied(world: World) -> None:
    song = a_song(1)
    world.lists = an_entry(ListKind.DENY_JOIN)

    world.refresh(song, *OTHERS)

    assert record_of(world, song).publish == song.publish


def test_a_join_that_today_s_titles_contradict_is_dropped(world: World) -> None:
    with_sounds(world, **sounds(n1=SOUND, n2=SOUND))
    world.refresh(APP, a_song(), *OTHERS)
    world.now += HALF_A_DAY

    world.refresh(replace(APP, title="Sunset Drive (Sped Up)"), a_song(), *OTHERS)

    assert record_of(world, APP).publish is None


def test_the_upstream_s_right_is_kept_while_upstream_is_silent(world: World) -> None:
    world.refresh(replace(APP, has_commerce_right=False), *OTHERS)
    world.now += HALF_A_DAY

    world.refresh(APP, *OTHERS)

    rights = [record_of(world, each).has_commerce_right for each in (APP, OTHERS[0])]
    assert rights == [False, None]


class WithoutLibrary(FakeSource):
    """A chart whose library does not answer."""

    def fetch(self) -> Chart:
        return replace(super().fetch(), failed_sources=("cml: HTTP 503",))


def test_a_song_of_both_charts_stays_while_the_library_is_silent(world: World) -> None:
    """It left the other chart; a song that the library lacked before leaves with it."""
    former = replace(a_candidate(3), title="Low Tide")
    world.refresh(APP, former, a_song(1), a_song(3, title="Low Tide"), *OTHERS)
    world.now += HALF_A_DAY
    facts = facts_of(a_song(1), last_seen_at=world.now)
    world.refresh(APP, former, replace(a_song(1), publish=facts), *OTHERS)
    joined = replace(facts, evidence=Evidence.SAME_ID)
    assert record_of(world, APP).publish == joined

    world.source = WithoutLibrary(tuple(OTHERS))
    for _ in range(2):
        world.now += HALF_A_DAY
        world.refresh()

    tracks = {each.track_id for each in (APP, *OTHERS)}
    assert {row["id"] for row in world.served()} == tracks
    assert record_of(world, APP).publish == joined


def test_a_run_without_the_library_lists_its_songs_as_before(world: World) -> None:
    songs = [
        a_song(number, title=f"Song of the Library {number}", author=f"Band {number}", place=number)
        for number in (8, 3, 9)
    ]
    world.refresh(*OTHERS, *songs)
    served = world.served()
    world.now += HALF_A_DAY

    world.source = WithoutLibrary(tuple(OTHERS))
    report = world.refresh()

    assert (report.outcome, report.removed, world.served()) == (Outcome.PUBLISHED, 0, served)
    assert [record_of(world, song).publish for song in songs] == [s.publish for s in songs]
    assert report.to_dict()["failedSources"] == ["cml: HTTP 503"]


def test_the_report_has_the_figures_of_the_library(world: World) -> None:
    with_sounds(world, **sounds(n1=SOUND, n2=SOUND, n4=OTHER_SOUND))
    trending = Clip(OTHERS[0].tiktok_id, ClipKind.TRENDING, 15.0)
    songs = [
        a_song(2),
        a_song(3, trending, title="Elsewhere", author="Nobody Else"),
        a_song(4, title="Lantern Street 6", author="Mira 6"),
    ]
    no_clip = Finding(RejectionReason.NO_CLIP, "no clip of the song has an id")
    world.source.rejections = (Rejection(None, "No Clip", "", no_clip),)

    report = world.refresh(APP, *songs, *OTHERS)
    world.now += HALF_A_DAY
    changed = a_song(2, Clip(a_candidate(12).tiktok_id, ClipKind.FULL, 60.0))
    again = world.refresh(APP, changed, *songs[1:], *OTHERS)

    assert report.to_dict()["library"] == {
        "rows": 4,
        "fullClip": 2,
        "trendingClipOnly": 1,
        "noClip": 1,
        "joined": {"listed": 1, "sameId": 1, "sameRecording": 1, "sameCredits": 1},
        "publishableShare": 0.5,
        "changedClips": 0,
    }
    assert again.to_dict()["library"]["changedClips"] == 1


def test_a_run_without_the_library_reports_as_before(world: World) -> None:
    assert world.refresh(APP, *OTHERS).to_dict().keys() & {"library", "failedSources"} == set()
