"""Compression of computed responses, and responses that Lambda cannot send."""

import base64
import gzip
import json

import pytest

from tests.api_world import LIST, World, refusal
from tests.builders import MEDIA, NOON, a_snapshot, a_track
from tests.fakes import CURSOR_SECRET
from tiktok_music.api import conditional
from tiktok_music.api.conditional import GZIP_FROM_BYTES, NEEDS_GZIP, NEEDS_PAGES
from tiktok_music.api.cursor import Cursor, Seal, write_cursor
from tiktok_music.api.query import parse_query
from tiktok_music.snapshot import (
    MOST_BODY_BYTES,
    MOST_GZIPPED_BYTES,
    Snapshot,
    describe,
    render_rows,
    row_of,
)

TRACKS = [a_track(number, title=f'Song "{number}"') for number in range(60)]
SNAPSHOT = a_snapshot(*TRACKS)
SEARCH = f"{LIST}?limit=100"
COUNT = 100_000
ROW = row_of(a_track(1), MEDIA)


@pytest.fixture
def world() -> World:
    world = World()
    world.snapshots.publish(SNAPSHOT)
    return world


def test_a_large_computed_response_is_gzipped_for_clients_that_accept_it(world: World) -> None:
    plain, packed = world.get(SEARCH), world.get(SEARCH, accept_encoding="br, gzip")

    assert len(plain.body) > GZIP_FROM_BYTES
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["content-length"] == str(len(packed.body))
    assert packed.headers["etag"] == plain.headers["etag"].removesuffix('"') + '-gzip"'
    again = world.get(SEARCH, accept_encoding="gzip", if_none_match=packed.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert "content-encoding" not in again.headers
    assert world.get(SEARCH, if_none_match=packed.headers["etag"]).status == 200


def test_a_small_computed_response_is_not_gzipped(world: World) -> None:
    answer = world.get(f"{LIST}?limit=2", accept_encoding="gzip")

    assert len(answer.body) < GZIP_FROM_BYTES
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding, Authorization"


def as_sent(body: bytes) -> int:
    """The bytes of a body in the JSON that a Lambda answers."""
    return len(json.dumps(body.decode(), ensure_ascii=False).encode()) - 2


def test_a_list_that_fits_only_gzipped_names_paging(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conditional, "MOST_BODY_BYTES", as_sent(SNAPSHOT.plain()))
    assert world.get().status == 200

    monkeypatch.setattr(conditional, "MOST_BODY_BYTES", as_sent(SNAPSHOT.plain()) - 1)

    answer = world.get()
    assert (answer.status, answer.body) == (406, refusal("LIST_TOO_LARGE", NEEDS_GZIP))
    assert world.get(method="HEAD").status == 406
    assert world.get(accept_encoding="gzip").status == 200
    assert world.get(f"{LIST}?limit=9").status == 200


@pytest.mark.parametrize("path", [LIST, SEARCH])
def test_a_response_that_fits_in_no_encoding_names_paging(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(conditional, "MOST_GZIPPED_BYTES", 100)

    answer = world.get(path, accept_encoding="gzip")

    assert (answer.status, answer.body) == (406, refusal("LIST_TOO_LARGE", NEEDS_PAGES))
    assert "content-encoding" not in answer.headers


def test_the_limit_leaves_room_for_headers_in_what_lambda_sends() -> None:
    assert MOST_BODY_BYTES == 6_291_456 - 32_768
    assert len(base64.b64encode(bytes(MOST_GZIPPED_BYTES))) == 6_291_456 - 32_768


def test_a_list_of_100_000_tracks_is_read_in_pages() -> None:
    template = render_rows([{**ROW, "id": "%07d"}])[len(b'{"tracks":[') : -len(b'],"total":1}')]
    rows = b",".join(template % number for number in range(COUNT))
    gzipped = gzip.compress(b'{"tracks":[%b],"total":%d}' % (rows, COUNT), 1)
    descriptor = describe(gzipped, fence=1, scheduled_at=NOON, published_at=NOON, track_count=COUNT)
    world = World()
    world.snapshots.publish(Snapshot(descriptor, gzipped))
    query = parse_query([("limit", "100")])
    assert query is not None

    pages = []
    for offset in (0, 50_000, COUNT - 100):
        cursor = write_cursor(
            Cursor(descriptor.version, offset), Seal(CURSOR_SECRET, query.digest())
        )
        answer = world.get(f"{LIST}?limit=100" + (f"&cursor={cursor}" if offset else ""))
        body = json.loads(answer.body)
        ids = [row["id"] for row in body["tracks"]]
        pages.append((ids, body["total"], body["nextCursor"] is None))

    assert pages == [
        ([f"{number:07d}" for number in range(start, start + 100)], COUNT, is_last)
        for start, is_last in ((0, False), (50_000, False), (COUNT - 100, True))
    ]
    assert world.get().body == refusal("LIST_TOO_LARGE", NEEDS_GZIP)
