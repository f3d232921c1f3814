"""openapi.json matches the routes, the answers, and every request that it allows."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.specs.openapi.checks import negative_data_rejection
from starlette.routing import Route

from tests.api_world import LIST, World
from tests.builders import a_record, a_snapshot, a_track, some_facts
from tests.events import Answer
from tiktok_music.api.open_routes import OPENAPI
from tiktok_music.api.parameter_names import search_parameters
from tiktok_music.api_key import BrowserAccess
from tiktok_music.archive import TrackStatus
from tiktok_music.publish_policy import HonorOnPublish, PublishPolicy

DOCUMENT: dict[str, Any] = json.loads(OPENAPI.read_bytes())
PAGE = "https://app.example.com"
TRACKS = [a_track(number, language=language) for number, language in enumerate(["en", "es", "en"])]
ASKED = PublishPolicy(honor=HonorOnPublish.ASKED)


def a_full_world(policy: PublishPolicy = ASKED) -> World:
    """Two versions, tracks of every status and evidence, and a key with every scope."""
    world = World(policy=policy)
    access = BrowserAccess(bytes(32), (PAGE,))
    world.change_key(scopes=frozenset({"*"}), tier="partner", browser=access)
    world.snapshots.publish(a_snapshot(*TRACKS[:2], a_track(7), fence=1))
    world.snapshots.publish(a_snapshot(*TRACKS, fence=2))
    world.archive.save_many(
        [
            a_record(0, publish=some_facts(), has_commerce_right=False),
            a_record(1, publish=some_facts(clips=some_facts().clips[1:], commercial_music_id=None)),
            a_record(2, has_commerce_right=False),
        ]
    )
    world.archive.save_many(
        [
            a_record(7, status=TrackStatus.OFF_CHART),
            a_record(8, status=TrackStatus.ALIAS, canonical_id=TRACKS[0].track_id),
        ]
    )
    return world


WORLD = a_full_world()
CONFIG = schemathesis.Config.from_dict(
    {
        # Unknown parameters are ignored, and the key is fixed.
        "generation": {"allow-extra-parameters": False, "with-security-parameters": False},
        # A schema cannot exclude these, which are refused too: an unknown id or version, an
        # invented cursor, a shortest length above the longest.
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "404", "410", "422"]},
        },
    }
)
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", WORLD.app, config=CONFIG)


@SCHEMA.parametrize()
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_allowed_request_gets_a_described_answer(case: schemathesis.Case[Any]) -> None:
    WORLD.rates.taken.clear()
    WORLD.now += 60

    # With `onError: report` an invalid target is answered in its place: 200 by design.
    reports = isinstance(case.body, dict) and case.body.get("onError") == "report"
    case.call_and_validate(
        headers={"Authorization": f"Bearer {WORLD.key}"},
        excluded_checks=[negative_data_rejection] if reports else [],
    )


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_the_shipped_document_is_served() -> None:
    answer = World().get("/openapi.json", authorization="")

    assert (answer.status, answer.body) == (200, OPENAPI.read_bytes())
    assert answer.headers["content-type"] == "application/json"


def test_the_paths_are_those_of_the_routes() -> None:
    starlette_app: Any = WORLD.app._app
    routed = {
        (route.path.replace("track_id", "trackId"), method.lower())
        for route in starlette_app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }

    described = {
        (path, method) for path, operations in DOCUMENT["paths"].items() for method in operations
    }

    assert described == routed


def test_the_described_parameters_of_the_list_are_the_ones_read() -> None:
    described = [entry["name"] for entry in DOCUMENT["paths"][LIST]["get"]["parameters"]]

    assert sorted(described) == sorted(search_parameters(ASKED.is_on))


def answers(policy: PublishPolicy) -> Iterator[tuple[str, str, str, Answer]]:
    """Every kind of answer: documented path, method, status, answer."""
    world = a_full_world(policy)
    known = f"{LIST}/{TRACKS[0].track_id}"
    one = f"{LIST}/{{trackId}}"
    old = world.snapshots.pointer().history[0].version
    manual = {"mode": "manual", "trackId": a_record(7).track_id}
    modes = ("publish", "managed")
    targets: list[dict[str, Any]] = [{"mode": mode, "tiktokMusic": manual} for mode in modes]
    chosen = {"mode": "manual", "trackId": TRACKS[0].track_id, "startMs": 1}
    picks: list[Any] = [chosen, manual, {"mode": "auto"}]
    targets += [
        {"mode": "publish", "tiktokMusic": music, "publishVia": "business", "media": media}
        for music in picks
        for media in ("photo", "video")
    ]
    yield LIST, "get", "200", world.get()
    yield LIST, "get", "200", world.get(f"{LIST}?q=song&limit=1&facets=true")
    everything = f"{LIST}?facets=true&publishable=true&include=publish"
    yield LIST, "get", "200", world.get(everything)
    yield LIST, "get", "200", world.get(f"{LIST}?include=publish")
    yield LIST, "get", "304", world.get(if_none_match="*")
    yield LIST, "get", "401", world.get(authorization="")
    yield LIST, "get", "422", world.get(f"{LIST}?limit=0")
    yield one, "get", "200", world.get(known)
    yield one, "get", "200", world.get(f"{LIST}/{a_record(7).track_id}")
    yield one, "get", "304", world.get(known, if_none_match="*")
    yield one, "get", "404", world.get(f"{LIST}/{a_record(99).track_id}")
    yield one, "get", "422", world.get(f"{LIST}/none")
    yield f"{LIST}/batch", "get", "200", world.get(f"{LIST}/batch?ids={a_record(8).track_id}")
    yield f"{LIST}/batch", "get", "422", world.get(f"{LIST}/batch")
    yield f"{LIST}/batch", "get", "422", world.get(f"{LIST}/batch?ids=x")
    yield f"{LIST}/changes", "get", "200", world.get(f"{LIST}/changes?since={old}")
    yield f"{LIST}/changes", "get", "422", world.get(f"{LIST}/changes")
    gone = "0000000000-0123456789abcdef"
    yield f"{LIST}/changes", "get", "410", world.get(f"{LIST}/changes?since={gone}")
    resolve = f"{LIST}/resolve"
    yield resolve, "post", "200", world.post(resolve, {"targets": targets})
    yield resolve, "post", "422", world.post(resolve, {"targets": []})
    faulty = {"targets": [*targets, {"mode": "late"}], "onError": "report"}
    yield resolve, "post", "200", world.post(resolve, faulty)
    tokens = f"{LIST}/tokens"
    yield tokens, "post", "201", world.post(tokens, {"origins": [PAGE], "sub": "u_1"})
    yield tokens, "post", "201", world.post(tokens, b"")
    yield tokens, "post", "422", world.post(tokens, {"ttlSeconds": 1})
    yield tokens, "post", "403", world.post(tokens, {}, origin=PAGE)
    token = json.loads(world.post(tokens, {}).body)["token"]
    of_page = {"authorization": f"Bearer {token}", "origin": PAGE}
    yield LIST, "get", "200", world.get(**of_page)
    yield one, "get", "200", world.get(known, **of_page)
    yield "/v1/whoami", "get", "200", world.get("/v1/whoami")
    yield "/v1/health", "get", "200", world.get("/v1/health")
    yield "/v1/health", "get", "200", World().get("/v1/health")
    world.change_key(scopes=frozenset(), tier="standard")
    world.now += 60
    yield LIST, "get", "403", world.get()
    for _ in range(120):
        last = world.get()
    yield LIST, "get", "429", last
    world.change_key(state="suspended")
    world.now += 60
    yield LIST, "get", "503", world.get()
    yield LIST, "get", "500", World().get()


@pytest.mark.parametrize("policy", [PublishPolicy(), ASKED])
def test_answers_match_their_description(policy: PublishPolicy) -> None:
    problems = [
        f"{path} {method} {status}: {problem}"
        for path, method, status, answer in answers(policy)
        for problem in _problems(answer, status, _described(path, method, status))
    ]

    assert problems == []


def _described(path: str, method: str, status: str) -> dict[str, Any]:
    response: dict[str, Any] = DOCUMENT["paths"][path][method]["responses"][status]
    name = response.get("$ref", "").rpartition("/")[2]
    return DOCUMENT["components"]["responses"][name] if name else response


def _problems(answer: Answer, status: str, described: dict[str, Any]) -> Iterator[str]:
    if answer.status != int(status):
        yield f"answers {answer.status}"
    headers = DOCUMENT["components"]["headers"]
    always = {name.lower() for name in described["headers"] if headers[name]["required"]}
    missing = always - answer.headers.keys()
    yield from (f"lacks the header {name}" for name in sorted(missing))
    if "content" not in described:
        if answer.body:
            yield "has a body"
        return
    schema = described["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    yield from (error.message for error in validator.iter_errors(json.loads(answer.body)))
