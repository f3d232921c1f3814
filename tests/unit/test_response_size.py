"""Compression of computed responses, and responses that Lambda cannot send."""

import gzip
import json

import pytest

from tests.api_world import LIST, World, refusal
from tests.builders import a_snapshot, a_track
from tiktok_music.api import conditional
from tiktok_music.api.conditional import GZIP_FROM_BYTES, NEEDS_GZIP, NEEDS_PAGES

TRACKS = [a_track(number, title=f'Song "{number}"') for number in range(60)]
SNAPSHOT = a_snapshot(*TRACKS)
SEARCH = f"{LIST}?limit=100"


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
    monkeypatch.setattr(conditional, "MOST_BODY_BYTES", 100)

    answer = world.get(path, accept_encoding="gzip")

    assert (answer.status, answer.body) == (406, refusal("LIST_TOO_LARGE", NEEDS_PAGES))
    assert "content-encoding" not in answer.headers


def test_the_limit_leaves_room_for_headers_in_what_lambda_sends() -> None:
    assert conditional.MOST_BODY_BYTES == 6_291_456 - 32_768
