"""The modules that a new instance of the list function loads, in a fresh interpreter."""

import ast
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.test_template import load_template

ROOT = Path(__file__).parent.parent.parent
HEAVY = ("pydantic", "boto3", "aws_xray_sdk", "av", "PIL", "numpy", "httpx", "httpx2", "requests")
# The project's modules that only routes other than the plain list need.
LATE = (
    "tiktok_music.refresh",
    "tiktok_music.sandbox",
    "tiktok_music.resolve",
    "tiktok_music.api.search",
    "tiktok_music.api.search_route",
    "tiktok_music.api.matching",
    "tiktok_music.api.query",
    "tiktok_music.api.cursor",
    "tiktok_music.api.track_routes",
    "tiktok_music.api.tracks",
    "tiktok_music.api.changes",
    "tiktok_music.api.charts.routes",
    "tiktok_music.api.resolve_route",
    "tiktok_music.api.open_routes",
    "tiktok_music.api.json_body",
    "tiktok_music.api.tokens",
    "tiktok_music.about",
    "tiktok_music.adapters.dynamo_tracks",
    "tiktok_music.adapters.dynamo_catalog_rows",
    "tiktok_music.archive",
    "tiktok_music.archive_lookup",
    "tiktok_music.publish_facts",
    "tiktok_music.track",
)
# A Lambda's init, then one request with an invalid key.
PROGRAM = """
import asyncio, gc, json, sys
asyncio.set_event_loop(asyncio.new_event_loop())
sys.path[:0] = ["layers_shared", "functions/list_music"]
from handler import handler
event = json.load(open("events/list_get.json"))
event["headers"]["authorization"] = "none"
status = handler(event, None)["statusCode"]
ours = [module for name, module in sys.modules.items() if name.startswith("tiktok_music")]
classes = [each for module in ours for each in vars(module).values() if isinstance(each, type)]
dataclasses = sorted({each.__name__ for each in classes if hasattr(each, "__dataclass_fields__")})
loaded = {"status": status, "modules": sorted(sys.modules), "dataclasses": dataclasses}
print(json.dumps({**loaded, "collects": gc.isenabled(), "frozen": gc.get_freeze_count()}))
"""


SETTINGS = {
    "PATH": os.environ["PATH"],
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    # Nothing listens there: init goes on without a snapshot.
    "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9",
    "CATALOG_TABLE": "catalog",
    "KEYS_TABLE": "keys",
    "MEDIA_BASE_URL": "https://media.example.com",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
}


@cache
def loaded_modules(program: str) -> frozenset[str]:
    """The modules that `program` loads; it answers with 401."""
    run = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=ROOT,
        env=SETTINGS,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answer = json.loads(run.stdout)
    assert answer["status"] == 401
    assert answer["collects"]
    assert answer["frozen"] > 50_000
    # A frozen one takes 3 to 6 million instructions to make, a named tuple 1.
    # The pointer is one, as its secret is not compared.
    assert answer["dataclasses"] == ["Pointer"]
    return frozenset(answer["modules"])


@pytest.fixture(scope="module")
def loaded() -> frozenset[str]:
    return loaded_modules(PROGRAM)


@pytest.mark.parametrize("name", HEAVY)
def test_nothing_heavy_is_loaded(loaded: frozenset[str], name: str) -> None:
    assert [module for module in loaded if module == name or module.startswith(f"{name}.")] == []


def test_modules_of_other_routes_are_not_loaded(loaded: frozenset[str]) -> None:
    assert [name for name in LATE if name in loaded] == []


def test_every_module_that_an_endpoint_imports_is_late() -> None:
    app = ast.parse((ROOT / "layers_shared/tiktok_music/api/app.py").read_text())
    endpoints = [node for node in ast.walk(app) if isinstance(node, ast.AsyncFunctionDef)]

    imported = {
        str(node.module)
        for endpoint in endpoints
        for node in ast.walk(endpoint)
        if isinstance(node, ast.ImportFrom)
    }
    assert len(imported) > 3
    assert [each for each in sorted(imported) if not each.startswith(LATE)] == []


def test_every_late_module_exists() -> None:
    package = ROOT / "layers_shared"
    paths = [package / name.replace(".", "/") for name in LATE]

    exists = [path.is_dir() or path.with_suffix(".py").is_file() for path in paths]

    assert exists == [True] * len(LATE)


def test_only_the_list_function_restricts_its_roots() -> None:
    """R2, which the refresh calls, has certificates of other authorities."""
    functions = {
        name: resource["Properties"].get("Environment", {}).get("Variables", {})
        for name, resource in load_template()["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }

    assert "AWS_CA_BUNDLE" not in load_template()["Globals"]["Function"]["Environment"]["Variables"]
    assert [name for name in functions if "AWS_CA_BUNDLE" in functions[name]] == [
        "ListMusicFunction"
    ]
