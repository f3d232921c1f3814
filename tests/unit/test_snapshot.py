"""Rendering, gzipping, cutting into chunks, and verification."""

import gzip
import hashlib
import json
import math
import random
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.builders import MEDIA, NOON, a_descriptor, a_snapshot, a_track
from tiktok_music.errors import SnapshotCorrupt
from tiktok_music.snapshot import (
    ChartFigures,
    Descriptor,
    Pointer,
    Snapshot,
    cut,
    describe,
    in_list_order,
    join,
    join_rows,
    pack,
    render,
    render_row,
    row_of,
    without_tracks,
)

# The largest chunk, of 350 KiB.
CHUNK = 358_400


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


@pytest.mark.parametrize("count", [0, 1, 3])
def test_rows_that_are_rendered_one_by_one_give_the_same_body(count: int) -> None:
    tracks = [a_track(number, title=f'夜の"{number}"') for number in range(count)]
    rows = [row_of(track, MEDIA) for track in in_list_order(tracks)]

    assert join_rows([render_row(row) for row in rows]) == render(tracks, MEDIA)


def test_a_number_that_json_lacks_is_not_rendered() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        render_row({"duration": math.nan})


def test_equal_bodies_are_packed_equally_at_every_time() -> None:
    """The header of gzip has room for a time, in bytes 4 to 7."""
    packed = pack(b"{}")

    assert (gzip.decompress(packed), packed[4:8]) == (b"{}", bytes(4))


def test_a_descriptor_has_the_measures_of_its_body_and_the_facts_of_its_run() -> None:
    gzipped = bytes(CHUNK + 1)
    sha256 = hashlib.sha256(gzipped).hexdigest()
    later, chart = NOON + timedelta(minutes=4), ChartFigures(9, 2, 1)
    described = partial(
        describe, gzipped, fence=7, scheduled_at=NOON, published_at=later, track_count=3
    )

    plain, forced = described(), described(chart=chart, is_forced=True)

    assert plain == Descriptor(
        version=f"0000000007-{sha256[:16]}",
        fence=7,
        scheduled_at=NOON,
        published_at=later,
        chunk_count=2,
        byte_length=358_401,
        sha256=sha256,
        track_count=3,
        chart=ChartFigures(rows=0, invalid_rows=0, unaddressed_rows=0),
        is_forced=False,
        is_withdrawn=False,
    )
    assert forced == plain._replace(chart=chart, is_forced=True)


def test_the_secret_of_cursors_is_not_shown_and_makes_no_other_pointer() -> None:
    pointer = Pointer(a_descriptor(3), cursor_secret="s3cret")

    assert pointer == Pointer(a_descriptor(3), (), operator_fence=0, is_pinned=False)
    assert "s3cret" not in repr(pointer)


@pytest.mark.parametrize(("operator_fence", "fence"), [(0, 3), (2, 3), (9, 9)])
def test_the_fence_of_a_pointer_is_that_of_its_last_write(operator_fence: int, fence: int) -> None:
    assert Pointer(a_descriptor(3), operator_fence=operator_fence).fence == fence


def test_a_version_sorts_by_fence_and_identifies_its_content() -> None:
    old, new = a_snapshot(a_track(1), fence=9), a_snapshot(a_track(2), fence=10)

    assert old.descriptor.version < new.descriptor.version
    assert new.descriptor.version == f"0000000010-{new.descriptor.sha256[:16]}"


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        (1, [1]),
        (CHUNK, [CHUNK]),
        (CHUNK + 1, [CHUNK, 1]),
        (2 * CHUNK + 7, [CHUNK, CHUNK, 7]),
    ],
)
def test_a_body_is_cut_into_chunks_and_joined_again(size: int, sizes: list[int]) -> None:
    gzipped = random.Random(1).randbytes(size)
    descriptor = describe(gzipped, fence=1, scheduled_at=NOON, published_at=NOON, track_count=1)

    chunks = cut(gzipped)

    assert [len(chunk) for chunk in chunks] == sizes
    assert descriptor.chunk_count == len(sizes)
    assert join(descriptor, chunks) == Snapshot(descriptor, gzipped)


@pytest.mark.parametrize(
    ("chunks", "problem"),
    [
        ([b"ab", b"dc"], "does not match its SHA-256"),
        ([b"cd", b"ab"], "does not match its SHA-256"),
        ([b"ab", b"c"], "has 3 bytes, not 4"),
        ([b"ab", b"cde"], "has 5 bytes, not 4"),
        ([], "has 0 bytes, not 4"),
    ],
)
def test_a_damaged_snapshot_is_rejected(chunks: list[bytes], problem: str) -> None:
    descriptor = describe(b"abcd", fence=1, scheduled_at=NOON, published_at=NOON, track_count=1)

    with pytest.raises(SnapshotCorrupt) as raised:
        join(descriptor, chunks)

    assert str(raised.value) == f"snapshot {descriptor.version} {problem}"


def test_the_plain_body_is_the_decompressed_one() -> None:
    snapshot = a_snapshot(a_track(1))

    assert snapshot.plain() == gzip.decompress(snapshot.gzipped)


def test_a_snapshot_without_a_track_is_rendered_like_any_other_and_a_second_younger() -> None:
    tracks = [a_track(number, duration_seconds=24.5) for number in (1, 2, 3)]
    run: dict[str, Any] = {"chart": ChartFigures(9, 2, 1), "is_forced": True}
    listed = a_snapshot(*tracks, fence=4, published_at=NOON + timedelta(hours=1))
    whole = listed._replace(descriptor=listed.descriptor._replace(**run))

    smaller = without_tracks(whole, {tracks[1].track_id}, fence=9)

    expected = a_snapshot(
        tracks[0], tracks[2], fence=9, published_at=NOON + timedelta(hours=1, seconds=1)
    )
    assert smaller == expected._replace(descriptor=expected.descriptor._replace(**run))
