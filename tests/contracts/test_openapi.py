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
from tests.contracts.every_answer import ASKED, a_full_world, answers
from tests.events import Answer
from tiktok_music.api import resolve_route
from tiktok_music.api.open_routes import OPENAPI
from tiktok_music.api.parameter_names import search_parameters
from tiktok_music.api.tokens import mint_route
from tiktok_music.publish_policy import PublishPolicy

DOCUMENT: dict[str, Any] = json.loads(OPENAPI.read_bytes())
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

    body: Any = case.body
    reported = is_reported(body)
    answer = case.call_and_validate(
        headers={"Authorization": f"Bearer {WORLD.key}"},
        excluded_checks=[negative_data_rejection] if reported else [],
    )
    if reported and answer.status_code == 200:
        results = zip(body["targets"], answer.json()["targets"], strict=True)
        assert [target for target, result in results if is_hidden(target, result)] == []


def is_reported(body: Any) -> bool:
    """Tells that only targets of the body can be wrong: 200, with issues in their place."""
    if not isinstance(body, dict) or body.get("onError") != "report":
        return False
    targets = body.get("targets")
    return isinstance(targets, list) and schema_of("ResolveRequest").is_valid(
        {**body, "targets": [{"mode": "managed"} for _ in targets]}
    )


def is_hidden(target: object, result: dict[str, Any]) -> bool:
    return "issues" not in result and not schema_of("Target").is_valid(target)


def schema_of(name: str) -> Draft202012Validator:
    schemas = DOCUMENT["components"]["schemas"]
    return Draft202012Validator({**schemas[name], "components": DOCUMENT["components"]})


def test_a_reported_body_has_faulty_targets_only() -> None:
    faulty: dict[str, Any] = {"targets": [{"mode": "late"}], "onError": "report"}

    assert is_reported(faulty)
    others: list[dict[str, Any]] = [
        {"onError": "fail"},
        {"more": 1},
        {"targets": []},
        {"targets": 1},
        {"onRetired": 1},
    ]
    assert [other for other in others if is_reported({**faulty, **other})] == []


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_every_schema_that_generators_name_has_a_name() -> None:
    """A generator numbers inline ones: `Status`, `Status1`."""
    schemas = DOCUMENT["components"]["schemas"]
    inner = {name: list(schema.values()) for name, schema in schemas.items()}
    others = {**DOCUMENT, "components": {**DOCUMENT["components"], "schemas": inner}}

    assert [each for each in _objects(others) if each.keys() & {"enum", "properties"}] == []
    assert [name for name in schemas if not name.isalpha()] == []


def test_every_schema_has_a_type() -> None:
    """Without one, generators make `unknown` of it."""
    restricted = [each for each in _objects(DOCUMENT) if each.keys() & {"enum", "const", "pattern"}]

    assert [each for each in restricted if "type" not in each] == []


def test_no_schema_has_a_default() -> None:
    """Generated clients send it or require it: the list without parameters would be a page."""
    assert [each for each in _objects(DOCUMENT) if "default" in each] == []


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for each in value if isinstance(value, list) else []:
        yield from _objects(each)


def test_the_described_limits_are_those_of_the_code() -> None:
    bodies = {
        path.rpartition("/")[2]: operations["post"]["requestBody"]["x-max-bytes"]
        for path, operations in DOCUMENT["paths"].items()
        if "post" in operations
    }

    assert bodies == {
        "resolve": resolve_route.MOST_BODY_BYTES,
        "tokens": mint_route.MOST_BODY_BYTES,
    }


def test_the_list_and_a_page_are_told_apart_by_required_members() -> None:
    """Generated code takes the first kind whose required members are there."""
    listed = DOCUMENT["paths"][LIST]["get"]["responses"]["200"]["content"]["application/json"]
    names = [option["$ref"].rpartition("/")[2] for option in listed["schema"]["oneOf"]]
    page, whole = (set(DOCUMENT["components"]["schemas"][name]["required"]) for name in names)

    assert names == ["Page", "Listing"]
    assert page - whole == {"nextCursor"}


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
