"""Routes, parameters, codes, headers and tiers of docs/api.md equal those of the code."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.api_world import World
from tiktok_music.api import rate_limit, responses
from tiktok_music.api.open_routes import OPENAPI
from tiktok_music.sandbox.fixtures import RATE_LIMITED_ID, SUSPENDED_ID, sandbox_fixtures

PAGE = (Path(__file__).parent.parent.parent / "docs" / "api.md").read_text()
DOCUMENT: dict[str, Any] = json.loads(OPENAPI.read_bytes())
OPERATIONS = [
    (path, method, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]


def table(heading: str) -> list[dict[str, str]]:
    """The rows of the table whose first column has that heading, by column."""
    lines = PAGE.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    names = [cell.strip() for cell in lines[start].strip("|").split("|")]
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows.append(dict(zip(names, cells, strict=True)))
    return rows


def bare(cell: str) -> str:
    return cell.strip("`")


def test_the_documented_routes_are_those_of_openapi() -> None:
    documented = {
        (row["method"], bare(row["path"])): (bare(row["scope"]), bare(row["class"]))
        for row in table("method")
    }

    described = {
        (method.upper(), path): (_scope(operation), _class(method, operation))
        for path, method, operation in OPERATIONS
    }
    assert documented == described


def _scope(operation: dict[str, Any]) -> str:
    return str(operation.get("x-required-scope", "any key")) if operation["security"] else "open"


def _class(method: str, operation: dict[str, Any]) -> str:
    if not operation["security"]:
        return "–"
    return rate_limit.READ_LIGHT if method == "get" else rate_limit.WRITE_LIGHT


def test_a_route_requires_its_documented_scope_and_class() -> None:
    for row in table("method"):
        if row["scope"] == "open":
            continue
        world = World()
        world.change_key(scopes=frozenset())
        path = bare(row["path"]).replace("{trackId}", "x")
        answer = world.post(path, {}) if row["method"] == "POST" else world.get(path)

        assert answer.headers["x-ratelimit-endpoint-class"] == bare(row["class"])
        if row["scope"] == "any key":
            assert answer.status == 200
        else:
            required = json.loads(answer.body)["error"]["details"]["requiredScope"]
            assert (answer.status, required) == (403, bare(row["scope"]))


def test_the_documented_parameters_are_those_of_openapi() -> None:
    documented = {
        (bare(row["path"]), bare(row["parameter"])): row["repeatable"] for row in table("path")
    }

    described = {
        (path, parameter["name"]): "yes" if parameter["schema"].get("type") == "array" else "no"
        for path, _, operation in OPERATIONS
        for parameter in operation.get("parameters", [])
    }
    assert documented == described


@pytest.mark.parametrize("row", table("path"), ids=lambda row: bare(row["parameter"]))
def test_the_documented_values_of_a_parameter_are_those_of_openapi(row: dict[str, str]) -> None:
    [schema] = [
        parameter["schema"]
        for path, _, operation in OPERATIONS
        for parameter in operation.get("parameters", [])
        if (path, parameter["name"]) == (bare(row["path"]), bare(row["parameter"]))
    ]

    schema = _resolved(schema)
    for name in ("minimum", "maximum", "default"):
        if name in schema and schema.get("type") != "boolean":
            assert re.search(rf"\b{schema[name]}\b", row["values"])
    values = _resolved(schema.get("items", schema)).get("enum", [])
    assert [value for value in values if f"`{value}`" not in row["values"]] == []


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with the members of the one that it refers to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return {**DOCUMENT["components"]["schemas"][name], **schema} if name else schema


def test_the_documented_limits_are_those_of_openapi() -> None:
    limits = {row["limit"]: int(row["bytes"].replace(",", "")) for row in table("limit")}

    assert limits == {
        "address and headers of a request": DOCUMENT["info"]["x-max-address-and-header-bytes"],
        **{
            f"body of `{path}`": operations["post"]["requestBody"]["x-max-bytes"]
            for path, operations in DOCUMENT["paths"].items()
            if "post" in operations
        },
    }


def test_the_documented_error_codes_are_those_of_the_code() -> None:
    documented = {bare(row["code"]): int(row["status"]) for row in table("code")}

    known = {code: status for status, code in responses.STATUS_AND_CODE.values()}
    assert documented == {**known, "INTERNAL": responses.INTERNAL[0]}


def test_the_documented_headers_are_those_of_openapi_and_three_more() -> None:
    documented = {bare(row["header"]) for row in table("header")}

    of_all_routes = {"X-Content-Type-Options", "Allow", "Content-Encoding"}
    assert documented == DOCUMENT["components"]["headers"].keys() | of_all_routes


def test_the_documented_tiers_are_those_of_the_code() -> None:
    tiers = {bare(row["tier"]): int(row["requests per minute and class"]) for row in table("tier")}

    assert tiers == rate_limit.PER_MINUTE


def test_the_documented_tracks_of_the_sandbox_are_its_tracks() -> None:
    documented = {bare(row["id"]): row["title"] for row in table("id")}

    records = sandbox_fixtures().records
    titles = {track_id: record.title for track_id, record in records.items()}
    assert documented == {**titles, RATE_LIMITED_ID: "", SUSPENDED_ID: ""}
