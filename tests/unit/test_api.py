"""The API as its clients see it: the application over fakes, asserting whole responses."""

import gzip
import json

import pytest

from tests.api_world import LIST, REQUEST_ID, UNAUTHENTICATED, World, refusal
from tests.builders import a_snapshot, a_track
from tests.events import Answer
from tiktok_music.api_key import KeyState

SNAPSHOT = a_snapshot(a_track(1), a_track(2))


@pytest.fixture
def world() -> World:
    world = World()
    world.snapshots.publish(SNAPSHOT)
    return world


def test_the_list_is_the_stored_body(world: World) -> None:
    answer = world.get()

    assert answer == Answer(
        200,
        {
            "content-type": "application/json",
            "content-length": str(len(SNAPSHOT.plain())),
            "etag": f'"{SNAPSHOT.descriptor.sha256[:32]}"',
            "vary": "Accept-Encoding, Authorization",
            "cache-control": "private, max-age=43200, stale-while-revalidate=900",
            "age": "28830",
            "last-modified": "Sun, 22 Nov 2026 12:00:00 GMT",
            "x-catalog-snapshot": SNAPSHOT.descriptor.version,
            "x-request-id": REQUEST_ID,
            "x-content-type-options": "nosniff",
            "x-ratelimit-limit": "120",
            "x-ratelimit-remaining": "119",
            "x-ratelimit-reset": "1795377660",
            "x-ratelimit-endpoint-class": "read-light",
        },
        SNAPSHOT.plain(),
    )


def test_unknown_parameters_change_nothing_and_are_named(world: World) -> None:
    answer = world.get(f"{LIST}?utm=1&foo=bar&utm=2&=3")

    assert (answer.body, answer.headers["x-ignored-parameters"]) == (SNAPSHOT.plain(), "utm, foo")


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        (f"{LIST}?q=a&commerce_only=true", "commerce_only"),
        (f"{LIST}?limit=0&page=2", "page"),
        (f"{LIST}/batch?ids=x&limit=1", "limit"),
        (f"{LIST}/changes?link=1", "link"),
        (f"{LIST}/none?q=1", "q"),
        ("/v1/whoami?%0D%0AX-A:+1&%E5%A4%9C=1&%ff=1", "%0D%0AX-A%3A%201, %E5%A4%9C, %EF%BF%BD"),
        (f"/v1/whoami?{'a' * 99}=1", "a" * 40),
        (
            "/v1/whoami?" + "&".join(f"p{n}=1" for n in range(99)),
            ", ".join(f"p{n}" for n in range(10)),
        ),
        (f"{LIST}?q=a&limit=1", None),
        (LIST, None),
    ],
)
def test_ignored_parameters_are_named_on_every_route(
    world: World, path: str, ignored: str | None
) -> None:
    assert world.get(path).headers.get("x-ignored-parameters") == ignored


@pytest.mark.parametrize("header", ["gzip", "br, gzip;q=0.5", "GZIP", "*"])
def test_the_stored_gzip_is_sent_unchanged(world: World, header: str) -> None:
    answer = world.get(accept_encoding=header)

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["etag"] == f'"{SNAPSHOT.descriptor.sha256[:32]}-gzip"'
    assert answer.body == SNAPSHOT.gzipped
    assert gzip.decompress(answer.body) == SNAPSHOT.plain()


@pytest.mark.parametrize(
    "header",
    ["identity", "br", "gzip;q=0", "gzip;q=0.000", "x-gzipped", "gzip;q=0, *", "*, gzip;q=0"],
)
def test_gzip_is_not_sent_unless_accepted(world: World, header: str) -> None:
    answer = world.get(accept_encoding=header)

    assert "content-encoding" not in answer.headers
    assert answer.body == SNAPSHOT.plain()


@pytest.mark.parametrize("form", ["{}", '"other", {}', "W/{}"])
def test_a_matching_etag_gets_304_for_free(world: World, form: str) -> None:
    etag = world.get().headers["etag"]

    answer = world.get(if_none_match=form.format(etag))

    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", etag)
    assert answer.headers["x-request-id"] == REQUEST_ID
    assert answer.headers["x-ratelimit-remaining"] == "119"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (LIST, {"if_none_match": "*"}),
        (LIST, {"if_modified_since": "Sun, 22 Nov 2026 12:00:00 GMT"}),
        (f"{LIST}?limit=1", {"if_none_match": "*"}),
        (f"{LIST}?limit=1", {}),
        (f"{LIST}/batch?ids={a_track(1).track_id}", {"if_none_match": "*"}),
    ],
)
def test_only_the_stored_body_is_free_and_only_for_its_etag(
    world: World, path: str, headers: dict[str, str]
) -> None:
    etag = world.get(path).headers["etag"]

    answer = world.get(path, **headers or {"if_none_match": etag})

    assert (answer.status, answer.headers["x-ratelimit-remaining"]) == (304, "118")


@pytest.mark.parametrize("header", ['"other"', "", "garbage"])
def test_another_etag_gets_the_body(world: World, header: str) -> None:
    assert world.get(if_none_match=header).status == 200


def test_head_has_the_headers_and_no_body(world: World) -> None:
    answer = world.get(method="HEAD")

    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(SNAPSHOT.plain()))


def test_every_invalid_key_gets_the_same_response(world: World) -> None:
    env, _, rest = world.key.removeprefix("lp_").partition("_")
    key_id, _, secret = rest.partition("_")
    assert env == "live"
    wrong = [
        "",
        "Bearer",
        "Bearer ",
        "Bearer garbage",
        f"Basic {world.key}",
        f"Bearer lp_live_{key_id}_{'A' * 43}",
        f"Bearer lp_live_{'A' * 16}_{secret}",
        f"Bearer lp_test_{key_id}_{secret}",
        f"Bearer {world.key[:-1]}",
        f"Bearer {world.key}x",
        f"Bearer {world.key} {world.key}",
        f"Bearer {'x' * 9000}",
    ]

    answers = [world.get(authorization=header) for header in wrong]

    assert {(answer.status, answer.body) for answer in answers} == {(401, UNAUTHENTICATED)}
    assert {answer.headers["www-authenticate"] for answer in answers} == {
        'Bearer realm="tiktok-music"'
    }


def test_a_revoked_key_is_refused_within_thirty_seconds(world: World) -> None:
    assert world.get().status == 200
    stored = next(iter(world.keys.keys.values()))
    world.keys.save(stored._replace(state=KeyState.REVOKED))

    world.now += 30

    answer = world.get()
    assert (answer.status, answer.body) == (401, UNAUTHENTICATED)


def test_the_scheme_may_be_written_in_any_case(world: World) -> None:
    assert world.get(authorization=f"bEARER {world.key}").status == 200


def test_a_key_without_the_scope_gets_its_name(world: World) -> None:
    stored = next(iter(world.keys.keys.values()))
    world.keys.save(stored._replace(scopes=frozenset({"publish:write"})))

    answer = world.get()

    assert (answer.status, answer.body) == (
        403,
        refusal(
            "FORBIDDEN_SCOPE",
            "The key lacks the scope publish:read.",
            requiredScope="publish:read",
        ),
    )
    assert answer.headers["x-ratelimit-limit"] == "120"


def test_the_star_grants_every_scope(world: World) -> None:
    stored = next(iter(world.keys.keys.values()))
    world.keys.save(stored._replace(scopes=frozenset({"*"})))

    assert world.get().status == 200


def test_a_suspended_key_gets_503(world: World) -> None:
    stored = next(iter(world.keys.keys.values()))
    world.keys.save(stored._replace(state=KeyState.SUSPENDED))

    answer = world.get()

    assert (answer.status, answer.body) == (503, refusal("KILL_SWITCH", "Access is suspended."))


def test_whoami_shows_the_key_without_its_secret(world: World) -> None:
    answer = world.get("/v1/whoami")

    assert json.loads(answer.body) == {
        "organizationId": "org_1",
        "organizationName": "Acme",
        "scopes": ["publish:read"],
        "rateLimitTier": "standard",
        "apiKeyId": world.key.split("_")[2],
        "environment": "live",
    }


def test_a_missing_snapshot_is_an_internal_error() -> None:
    world = World()

    answer = world.get()

    assert (answer.status, answer.body) == (
        500,
        refusal("INTERNAL", "The request could not be answered; try again later."),
    )
    assert world.failures == [f"{LIST}: SnapshotMissing('no snapshot has been published')"]


def test_an_error_whose_handler_fails_still_gets_a_response(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    world.failures = None  # type: ignore[assignment]  # so that recording the failure fails

    answer = world.get()

    message = "The request could not be answered; try again later."
    assert (answer.status, answer.body) == (500, refusal("INTERNAL", message))
    assert answer.headers["x-request-id"] == REQUEST_ID
    assert "error response could not be sent" in caplog.text


def test_the_list_survives_an_outage_of_the_store(world: World) -> None:
    assert world.get().status == 200
    world.snapshots.is_down = True

    world.now += 3600

    assert world.get().body == SNAPSHOT.plain()
    assert [str(problem) for problem in world.stale] == ["the store is down"]


def test_an_outage_of_the_key_store_admits_no_new_key(world: World) -> None:
    world.keys.is_down = True

    assert world.get().status == 500


@pytest.mark.parametrize("path", ["/", "/v1/nothing", f"{LIST}/", "/v1//tiktok-music", "/v1/.."])
def test_unknown_paths_are_not_found(world: World, path: str) -> None:
    answer = world.get(path)

    assert (answer.status, answer.body) == (
        404,
        refusal("NOT_FOUND", "There is nothing at this path."),
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_wrong_method_gets_the_allowed_ones(world: World, method: str) -> None:
    answer = world.get(method=method)

    assert (answer.status, answer.body) == (
        405,
        refusal("METHOD_NOT_ALLOWED", "The path does not know this method."),
    )
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize(("path", "method"), [("/v1/nothing", "GET"), (LIST, "POST")])
def test_a_key_is_counted_on_unmatched_routes_too(world: World, path: str, method: str) -> None:
    answer = world.get(path, method=method)

    assert answer.headers["x-ratelimit-remaining"] == "119"
    without = world.get(path, method=method, authorization="")
    assert (without.status, "x-ratelimit-limit" in without.headers) == (answer.status, False)


def test_retry_after_is_rounded_up(world: World) -> None:
    world.now += 0.25
    for _ in range(120):
        world.get()

    assert world.get().headers["retry-after"] == "30"


def test_over_the_limit_is_429_until_the_minute_ends(world: World) -> None:
    for _ in range(120):
        assert world.get().status == 200

    answer = world.get()
    assert (answer.status, answer.body) == (
        429,
        refusal("RATE_LIMITED", "The key is over its rate limit."),
    )
    assert answer.headers["retry-after"] == "30"
    assert answer.headers["x-ratelimit-remaining"] == "0"

    world.now += 30
    assert world.get().status == 200


def test_the_limit_costs_few_calls(world: World) -> None:
    for _ in range(200):
        world.get()

    assert world.rates.calls == 22


def test_the_limiter_fails_open(world: World) -> None:
    world.rates.is_down = True

    assert [world.get().status for _ in range(200)] == [200] * 200
    assert {str(problem) for problem in world.stale} == {"the counter is down"}


def test_keys_and_pointer_are_read_at_most_every_thirty_seconds(world: World) -> None:
    for _ in range(50):
        world.get()
        world.now += 1

    assert (world.keys.reads, world.snapshots.pointer_reads) == (2, 2)
