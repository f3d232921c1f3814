"""Clients generated from openapi.json call the application; `make generators` installs them."""

import ast
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn

from tests.api_world import World
from tests.contracts.every_answer import ASKED, TRACKS, a_full_world, answers
from tests.needs import NPM_PACKAGES, skip_without
from tiktok_music.api.open_routes import OPENAPI
from tiktok_music.publish_policy import PublishPolicy

HERE = Path(__file__).parent
PROGRAMS = HERE.parents[1] / ".venv-generators/bin"
DOCUMENT: dict[str, Any] = json.loads(OPENAPI.read_bytes())
JSON = "application/json"

needs_generators = pytest.mark.skipif(
    not (PROGRAMS / "datamodel-codegen").exists(),
    reason="the generators of clients are not installed: run make generators",
)
needs_packages = pytest.mark.skipif(
    "PACKAGE_TEST" not in os.environ or shutil.which("npm") is None,
    reason="PACKAGE_TEST is not set, or there is no npm on this machine",
)


def run(folder: Path, *command: str, stdin: str = "") -> str:
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        input=stdin,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def served() -> Iterator[tuple[str, World]]:
    """The application of the fakes at an address of this machine."""
    world = a_full_world()
    config = uvicorn.Config(world.app, host="127.0.0.1", port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", world
    server.should_exit = True
    thread.join()


def arguments(served: tuple[str, World]) -> list[str]:
    """Address, key, version before and id of a track."""
    address, world = served
    before = world.snapshots.pointer().history[0].version
    return [address, world.key, before, TRACKS[0].track_id]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    run(
        folder,
        *("datamodel-codegen", "--input", str(OPENAPI), "--input-file-type", "openapi"),
        *("--output-model-type", "pydantic_v2.BaseModel", "--output", "models.py"),
        *("--target-python-version", "3.11", "--formatters", "builtin"),
    )
    return folder


@needs_generators
def test_models_are_named_as_in_the_document(models: Path) -> None:
    tree = ast.parse((models / "models.py").read_text())

    names = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    assert names == DOCUMENT["components"]["schemas"].keys()


@needs_generators
@pytest.mark.parametrize("policy", [PublishPolicy(), ASKED])
def test_models_parse_every_answer_and_lose_nothing(models: Path, policy: PublishPolicy) -> None:
    given = [
        (name_of(path, method, status, json.loads(answer.body)), json.loads(answer.body))
        for path, method, status, answer in answers(policy)
        if answer.body
    ]

    parsed = run(
        models,
        *(str(PROGRAMS / "python"), str(HERE / "parse_answers.py"), str(models)),
        stdin="".join(json.dumps(each) + "\n" for each in given),
    )
    results = [json.loads(line) for line in parsed.splitlines()]
    assert [pair for pair in zip(results, given, strict=True) if pair[0] != pair[1][1]] == []


def name_of(path: str, method: str, status: str, body: dict[str, Any]) -> str:
    """The name of the schema of an answer."""
    response = DOCUMENT["paths"][path][method]["responses"][status]
    name = response.get("$ref", "").rpartition("/")[2]
    described = DOCUMENT["components"]["responses"][name] if name else response
    schema = described["content"][JSON]["schema"]
    options = schema.get("oneOf", [schema])
    kind = options[0 if "nextCursor" in body else -1]
    return str(kind["$ref"]).rpartition("/")[2]


@needs_generators
def test_a_generated_python_client_works(tmp_path: Path, served: tuple[str, World]) -> None:
    generate = ("openapi-python-client", "generate", "--meta", "none", "--fail-on-warning")
    run(tmp_path, *generate, "--path", str(OPENAPI), "--output-path", "catalog")
    kinds = (tmp_path / "catalog/models/__init__.py").read_text()

    got = run(
        tmp_path,
        *(str(PROGRAMS / "python"), str(HERE / "use_python_client.py"), str(tmp_path)),
        *arguments(served),
    )

    assert re.findall(r"import (\w*\d\w*)$", kinds, re.MULTILINE) == []
    assert json.loads(got) == {
        "list": ["Listing", "Song 0", "Song 1", "Song 2"],
        "page": ["Page", "Song 0"],
        "cleared": ["Page", "Song 0", "Song 1", "Song 2"],
        "batch": ["Batch", "Song 0"],
        "track": "active",
        "changes": ["Song 2"],
        "payload": "LinkPayload",
        "automatic": {"auto_add_music": True},
        "error": ["VALIDATION", 0],
        "token": "lpb.live.",
        "environment": "live",
        "health": "ok",
    }


@needs_packages
def test_a_generated_typescript_client_works(tmp_path: Path, served: tuple[str, World]) -> None:
    for name in ("package.json", "tsconfig.json", "use.ts"):
        shutil.copy(HERE / name, tmp_path)
    install = ("npm", "install", "--silent", "--no-audit", "--no-fund")
    if subprocess.run(install, cwd=tmp_path).returncode:
        skip_without(NPM_PACKAGES)
    run(tmp_path, "npx", "openapi-typescript", str(OPENAPI), "--output", "schema.ts")
    run(tmp_path, "npx", "tsc")

    got = run(tmp_path, "node", "built/use.js", *arguments(served))

    assert "@enum {unknown}" not in (tmp_path / "schema.ts").read_text()
    assert json.loads(got) == {
        "list": ["list", "Song 0", "Song 1", "Song 2"],
        "page": ["page more", "Song 0"],
        "cleared": ["page last", "Song 0", "Song 1", "Song 2"],
        "batch": ["Song 0"],
        "track": "active",
        "changes": ["Song 2"],
        "payload": True,
        "error": ["VALIDATION", 0],
        "token": "lpb.live.",
        "health": "ok",
    }
