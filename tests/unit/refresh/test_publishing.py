"""A refresh publishes rows and media, and replaces the previous snapshot."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from tests.builders import MEDIA, NOON, a_candidate, a_record
from tests.fakes import FakeArchive, FakeSnapshots
from tests.refresh_world import World
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import SnapshotCorrupt
from tiktok_music.refresh.publication.publish import departures
from tiktok_music.refresh.report import Outcome, RefreshReport
from tiktok_music.snapshot import ChartFigures, Pointer, Snapshot
from tiktok_music.track import cover_key, preview_key, track_id_of


def test_a_clean_track_is_published_stored_and_reported(world: World) -> None:
    candidate = a_candidate(1, title="Sunset Drive", author="Mae & Co", album="Singles")

    report = world.refresh(candidate)

    track_id = candidate.track_id
    assert world.served() == [
        {
            "id": track_id,
            "title": "Sunset Drive",
            "author": "Mae & Co",
            "album": "Singles",
            "duration": 24,
            "previewUrl": f"{MEDIA}/music/{track_id}/preview.mp3",
            "coverUrl": f"{MEDIA}/music/{track_id}/cover.jpg",
            "language": "en",
            "userCount": 999,
            "isCommerceMusic": False,
        }
    ]
    url = f"http://cdn.test/{candidate.tiktok_id}"
    stored = {
        key: world.store.objects[key][:2] for key in (preview_key(track_id), cover_key(track_id))
    }
    assert stored == {
        f"music/{track_id}/preview.mp3": (b"ID3" + f"{url}/audio".encode(), "audio/mpeg"),
        f"music/{track_id}/cover.jpg": (b"\xff\xd8\xff" + f"{url}/cover".encode(), "image/jpeg"),
    }
    assert report == RefreshReport(
        outcome=Outcome.PUBLISHED,
        reason=None,
        scheduled_at=NOON,
        started_at=NOON,
        seconds={"source": 1.0, "rules": 1.0, "media": 1.0, "publish": 1.0},
        rows=1,
        preview_methods={"encoded": 1},
        accepted=1,
        added=1,
        new_media=1,
        version=world.snapshots.pointer().current.version,
    )
    assert world.reports.get_report(NOON) == report.to_dict()
    assert world.snapshots.holder is None


def test_ids_are_those_of_the_contract(world: World) -> None:
    world.refresh(a_candidate(1))

    assert world.served()[0]["id"] == track_id_of(a_candidate(1).tiktok_id)


def test_the_same_sound_on_two_charts_is_one_track(world: World) -> None:
    report = world.refresh(a_candidate(1, user_count=5), a_candidate(1, user_count=7))

    assert [(row["id"], row["userCount"]) for row in world.served()] == [
        (a_candidate(1).track_id, 7)
    ]
    assert world.archive.records[a_candidate(1).track_id].status is TrackStatus.ACTIVE
    assert report.accepted == 1


def test_a_second_refresh_with_nothing_new_fetches_and_stores_no_media(world: World) -> None:
    candidates = [a_candidate(number) for number in range(5)]
    world.refresh(*candidates)
    asked, puts, writes = len(world.downloader.fetched), world.store.puts, world.archive.writes
    first = world.served()

    world.now += timedelta(hours=12)
    report = world.refresh(*candidates)

    assert (report.outcome, report.new_media, report.added) == (Outcome.PUBLISHED, 0, 0)
    assert (len(world.downloader.fetched), world.store.puts) == (asked, puts)
    assert world.archive.writes == writes
    assert world.served() == first


@pytest.mark.parametrize("is_forced", [True, False])
def test_a_version_has_the_figures_of_its_chart_and_whether_it_was_forced(
    world: World, is_forced: bool
) -> None:
    world.refresh(a_candidate(1), a_candidate(2, preview_urls=()), is_forced=is_forced)

    current = world.snapshots.pointer().current
    figures = ChartFigures(rows=2, invalid_rows=0, unaddressed_rows=1)
    assert (current.chart, current.is_forced) == (figures, is_forced)


def test_only_tracks_that_were_listed_themselves_depart() -> None:
    """A listed track whose record was lost is left out."""
    listed, retired, off_chart, alias = (
        a_record(number, status=status)
        for number, status in enumerate(
            [TrackStatus.ACTIVE, TrackStatus.RETIRED, TrackStatus.OFF_CHART, TrackStatus.ALIAS]
        )
    )
    known = {each.track_id: each for each in (listed, retired, off_chart, alias)}
    rows = {track_id: {"userCount": 5} for track_id in ("lost", *known)}
    last_seen_at = NOON + timedelta(hours=12)

    departed = departures(rows, rows, known, last_seen_at)

    assert departed == [
        replace(listed, status=TrackStatus.OFF_CHART, last_seen_at=last_seen_at, user_count=5),
        replace(retired, last_seen_at=last_seen_at, user_count=5),
    ]


def test_progress_is_reported_stage_by_stage(world: World) -> None:
    world.refresh(a_candidate(1), a_candidate(2))

    assert world.progress.steps == [
        ("source", 2, 2),
        ("rules", 2, 2),
        ("media", 1, 2),
        ("media", 2, 2),
    ]


def test_chunks_of_expired_snapshots_are_deleted(world: World) -> None:
    for _ in range(20):
        world.refresh(a_candidate(1))
        world.now += timedelta(days=1)

    pointer = world.snapshots.pointer()
    assert len(pointer.history) == 13
    retained = {each.version for each in (pointer.current, *pointer.history)}
    assert {version for version, _ in world.snapshots.chunks} == retained


@dataclass
class Careless(FakeSnapshots):
    """Loses the chunks that are written to it, without an error."""

    def write_chunks(self, snapshot: Snapshot) -> None:
        super().write_chunks(snapshot)
        self.chunks = {key: b"" for key in self.chunks}


def test_a_version_that_cannot_be_read_back_is_not_made_current(world: World) -> None:
    world.snapshots = Careless()

    with pytest.raises(SnapshotCorrupt):
        world.refresh(a_candidate(1))

    assert world.snapshots.current() is None


@dataclass
class Watched(FakeSnapshots):
    """Notes the statuses in the archive at each flip."""

    archive: FakeArchive = field(default_factory=FakeArchive)
    statuses: list[dict[str, TrackStatus]] = field(default_factory=list)

    def flip(self, pointer: Pointer, before: Pointer | None) -> None:
        self.statuses.append({key: each.status for key, each in self.archive.records.items()})
        super().flip(pointer, before)


def test_all_of_the_archive_is_written_before_the_flip(world: World) -> None:
    world.snapshots = watched = Watched(archive=world.archive)
    one, two, three = (a_candidate(number) for number in (1, 2, 3))
    same = a_candidate(9, title=two.title, author=two.author, user_count=1)
    world.refresh(one, two)
    world.now += timedelta(hours=12)

    world.refresh(two, same, three)

    active, off, alias = TrackStatus.ACTIVE, TrackStatus.OFF_CHART, TrackStatus.ALIAS
    assert watched.statuses == [
        {one.track_id: active, two.track_id: active},
        {one.track_id: off, two.track_id: active, three.track_id: active, same.track_id: alias},
    ]


def test_the_link_of_a_track_does_not_follow_its_title(world: World) -> None:
    """The link of an alias was given out and must not change either."""
    before = [a_candidate(number, title=f"Old Name {number}") for number in range(1, 5)]
    world.refresh(*before)
    links = {key: each.link for key, each in world.archive.records.items()}
    world.now += timedelta(hours=12)
    renamed = [replace(each, title=f"Name {number}") for number, each in enumerate(before)]
    renamed[1] = replace(renamed[1], title=renamed[0].title, author=renamed[0].author)

    world.refresh(*renamed)

    records = world.archive.records
    statuses = [records[each.track_id].status for each in before]
    assert statuses.count(TrackStatus.ALIAS) == 1
    assert records[before[2].track_id].title == "Name 2"
    assert {key: each.link for key, each in records.items()} == links


def test_a_corrupt_snapshot_is_replaced_by_the_next_publish(world: World) -> None:
    world.refresh(a_candidate(1))
    world.snapshots.chunks.clear()

    world.now += timedelta(hours=12)

    assert world.refresh(a_candidate(1)).outcome is Outcome.PUBLISHED
    assert len(world.served()) == 1


def test_a_chart_without_counts_is_listed_in_its_order(world: World) -> None:
    chart = [a_candidate(number, user_count=0, place=8 - number) for number in range(1, 8)]

    world.refresh(*chart)

    assert [row["title"] for row in world.served()] == [
        f"Lantern Street {number}" for number in range(7, 0, -1)
    ]
