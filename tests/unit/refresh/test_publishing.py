"""A refresh publishes rows and media, and replaces the previous snapshot."""

from datetime import timedelta

from tests.builders import MEDIA, NOON, a_candidate
from tests.refresh_world import World
from tiktok_music.archive import TrackStatus
from tiktok_music.refresh.report import Outcome, RefreshReport
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
