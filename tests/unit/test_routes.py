"""Every method on every path, and paths that do not exist."""

import json

import pytest

from tests.api_world import LIST, World, refusal
from tests.builders import a_record, a_snapshot, a_track
from tiktok_music.api_key import KeyState

KNOWN = f"{LIST}/{a_track(1).track_id}"
READING = ["GET", "HEAD"]
ALLOWED = {
    LIST: READING,
    f"{LIST}/batch": READING,
    f"{LIST}/charts": READING,
    f"{LIST}/changes": READING,
    f"{LIST}/resolve": ["POST"],
    f"{LIST}/tokens": ["POST"],
    KNOWN: READING,
    f"{LIST}/anything": READING,
    "/v1/whoami": READING,
    "/v1/health": READING,
    "/openapi.json": READING,
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "X")


@pytest.fixture
def world() -> World:
    world = World()
    world.snapshots.publish(a_snapshot(a_track(1)))
    world.archive.save_many([a_record(1)])
    return world


def test_every_path_of_the_document_is_tested_here(world: World) -> None:
    document = json.loads(world.get("/openapi.json").body)

    assert {path.replace("{trackId}", a_track(1).track_id) for path in document["paths"]} == set(
        ALLOWED
    ) - {f"{LIST}/anything"}


@pytest.mark.parametrize("path", ALLOWED)
@pytest.mark.parametrize("method", METHODS)
def test_a_path_responds_to_its_methods_and_lists_them_for_others(
    world: World, path: str, method: str
) -> None:
    answer = world.get(path, method)

    if method in ALLOWED[path]:
        assert answer.status in (200, 403, 422)
        assert "allow" not in answer.headers
        return
    wrong = refusal("METHOD_NOT_ALLOWED", "The path does not know this method.")
    assert (answer.status, answer.body) == (405, b"" if method == "HEAD" else wrong)
    assert answer.headers["allow"] == ", ".join(ALLOWED[path])


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "//",
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/tiktok-musicx",
        f"{LIST}/",
        f"{LIST}/batch/",
        f"{KNOWN}/",
        f"{KNOWN}/preview.mp3",
        "/v1//tiktok-music",
        "/v1/../v1/tiktok-music",
        "/v1/..",
        "/V1/TIKTOK-MUSIC",
        "/v2/tiktok-music",
        "/openapi.yaml",
        "/docs",
        "/v1/%2e%2e/tiktok-music",
        "/" + "a" * 8_000,
        "/v1/tiktok-music%3Fq=a",
        "/v1/夜",
        f"{LIST}%0A",
        "/v1/whoami%0A",
        "/openapi.json%0A",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_unknown_paths_are_not_found(world: World, path: str, method: str) -> None:
    answer = world.get(path, method)

    not_found = refusal("NOT_FOUND", "There is nothing at this path.")
    assert (answer.status, answer.body) == (404, b"" if method == "HEAD" else not_found)


@pytest.mark.parametrize(
    "path", [LIST, f"{LIST}?q=song", KNOWN, "/v1/whoami", "/v1/health", "/openapi.json"]
)
def test_head_has_the_headers_of_get_and_no_body(world: World, path: str) -> None:
    got, head = world.get(path), world.get(path, "HEAD")

    changing = ("x-ratelimit-remaining",)
    assert head.body == b""
    assert {name: head.headers[name] for name in head.headers if name not in changing} == {
        name: got.headers[name] for name in got.headers if name not in changing
    }


@pytest.mark.parametrize("path", [path for path in ALLOWED if path.startswith("/v1/tik")])
def test_every_route_of_the_catalog_requires_a_key(world: World, path: str) -> None:
    method = ALLOWED[path][0]

    assert world.get(path, method, authorization="").status == 401


@pytest.mark.parametrize("path", [path for path in ALLOWED if path != "/openapi.json"])
def test_a_suspended_key_gets_503_on_every_route_with_a_key(world: World, path: str) -> None:
    world.change_key(state=KeyState.SUSPENDED)

    answer = world.get(path, ALLOWED[path][0])

    if path == "/v1/health":
        assert answer.status == 200
    else:
        assert json.loads(answer.body)["error"]["code"] == "KILL_SWITCH"
        assert answer.status == 503


@pytest.mark.parametrize(("path", "method"), [("/v1/nothing", "GET"), (LIST, "POST")])
def test_a_suspended_key_gets_503_on_unmatched_routes(world: World, path: str, method: str) -> None:
    world.change_key(state=KeyState.SUSPENDED)

    assert world.get(path, method).status == 503


@pytest.mark.parametrize("path", ["/v1/nothing", LIST, f"{LIST}?limit=0", "/v1/whoami"])
def test_errors_and_whoami_are_not_cacheable(world: World, path: str) -> None:
    answer = world.get(path, "PUT" if path == LIST else "GET")

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
