"""Rendering, gzipping, cutting into chunks, and verification."""

import gzip
import json
from datetime import timedelta

import pytest

from tests.builders import MEDIA, NOON, a_snapshot, a_track
from tiktok_music.errors import SnapshotCorrupt
from tiktok_music.snapshot import (
    CHUNK_BYTES,
    cut,
    describe,
    join,
    pack,
    render,
    without_tracks,
)


def test_the_body_has_exactly_the_fields_of_the_contract() -> None:
    track = a_track(1, title="Sunset Drive", author="Mae & Co", album="Singles", user_count=412980)

    body = json.loads(render([track], MEDIA))

    assert body == {
        "tracks": [
            {
                "id": track.track_id,
                "title": "Sunset Drive",
                "author": "Mae & Co",
                "album": "Singles",
                "duration": 24,
                "previewUrl": f"{MEDIA}/music/{track.track_id}/preview.mp3",
                "coverUrl": f"{MEDIA}/music/{track.track_id}/cover.jpg",
                "language": "en",
                "userCount": 412980,
                "isCommerceMusic": True,
            }
        ],
        "total": 1,
    }


def test_tracks_are_listed_by_user_count_and_ties_by_id() -> None:
    tracks = [a_track(number, user_count=7) for number in range(5)] + [a_track(9, user_count=8)]

    listed = json.loads(render(tracks, MEDIA))["tracks"]

    ids = sorted(track.track_id for track in tracks[:5])
    assert [row["id"] for row in listed] == [tracks[5].track_id, *ids]


def test_tracks_of_equal_counts_are_in_the_order_of_their_chart() -> None:
    tracks = [a_track(number, user_count=0, place=8 - number) for number in range(1, 8)]
    counted = a_track(9, user_count=1, place=9)

    listed = json.loads(render([*tracks, counted], MEDIA))["tracks"]

    assert [row["title"] for row in listed] == ["Song 9", *(f"Song {n}" for n in range(7, 0, -1))]
    assert {tuple(row) for row in listed} == {
        (
            "id",
            "title",
            "author",
            "album",
            "duration",
            "previewUrl",
            "coverUrl",
            "language",
            "userCount",
            "isCommerceMusic",
        )
    }


@pytest.mark.parametrize(
    ("seconds", "shown"), [(24.0, "24"), (23.96, "24"), (23.94, "23.9"), (0.25, "0.2")]
)
def test_a_duration_is_a_short_number(seconds: float, shown: str) -> None:
    body = render([a_track(duration_seconds=seconds)], MEDIA).decode()

    assert f'"duration":{shown},' in body


def test_letters_of_every_script_stay_letters() -> None:
    assert "夜の散歩".encode() in render([a_track(title="夜の散歩")], MEDIA)


def test_the_same_tracks_in_another_order_give_the_same_bytes() -> None:
    tracks = [a_track(number) for number in range(20)]

    assert pack(render(tracks, MEDIA)) == pack(render(reversed(tracks), MEDIA))


def test_a_version_sorts_by_fence_and_identifies_its_content() -> None:
    old, new = a_snapshot(a_track(1), fence=9), a_snapshot(a_track(2), fence=10)

    assert old.descriptor.version < new.descriptor.version
    assert new.descriptor.version == f"0000000010-{new.descriptor.sha256[:16]}"


def test_a_large_body_is_cut_and_joined_again() -> None:
    gzipped = b"".join(number.to_bytes(4) for number in range(CHUNK_BYTES * 5 // 8))
    descriptor = describe(gzipped, fence=1, scheduled_at=NOON, published_at=NOON, track_count=1)

    chunks = cut(gzipped)

    assert [len(chunk) for chunk in chunks[:-1]] == [CHUNK_BYTES] * (len(chunks) - 1)
    assert descriptor.chunk_count == len(chunks) == 3
    assert join(descriptor, chunks).gzipped == gzipped


@pytest.mark.parametrize("damage", ["flipped bit", "cut off", "out of order"])
def test_a_damaged_snapshot_is_rejected(damage: str) -> None:
    gzipped = b"".join(number.to_bytes(4) for number in range(CHUNK_BYTES * 5 // 8))
    descriptor = describe(gzipped, fence=1, scheduled_at=NOON, published_at=NOON, track_count=1)
    chunks = cut(gzipped)
    damaged = {
        "flipped bit": [bytes([chunks[0][0] ^ 1]) + chunks[0][1:], *chunks[1:]],
        "cut off": [*chunks[:-1], chunks[-1][:-1]],
        "out of order": [chunks[1], chunks[0], *chunks[2:]],
    }[damage]

    with pytest.raises(SnapshotCorrupt):
        join(descriptor, damaged)


def test_the_plain_body_is_the_decompressed_one() -> None:
    snapshot = a_snapshot(a_track(1))

    assert snapshot.plain() == gzip.decompress(snapshot.gzipped)


def test_a_snapshot_without_a_track_is_rendered_like_any_other_and_a_second_younger() -> None:
    tracks = [a_track(number, duration_seconds=24.5) for number in (1, 2, 3)]
    whole = a_snapshot(*tracks, fence=4)

    smaller = without_tracks(whole, {tracks[1].track_id}, fence=9)

    expected = a_snapshot(tracks[0], tracks[2], fence=9, published_at=NOON + timedelta(seconds=1))
    assert smaller == expected
