"""What `sam build` makes, with the real SAM: right platform, valid bytecode, nothing too much."""

import json
import os
import struct
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAM = ROOT / ".venv-sam/bin/sam"
ELF_AARCH64 = 183
# Bits of a .pyc's second word (PEP 552): a hash instead of a time, not checked against the source.
UNCHECKED_HASH = 0b01

pytestmark = pytest.mark.skipif(
    not SAM.exists(), reason="SAM's own environment is not there: make test installs it"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sam") / "build"
    result = subprocess.run(
        [SAM, "build", "--build-dir", folder, "--parameter-overrides", "Architecture=arm64"],
        cwd=ROOT,
        env={
            **os.environ,
            "ARCH": "arm64",
            "SAM_CLI_TELEMETRY": "0",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        },
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return folder


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def test_every_library_is_for_the_lambdas_processor_and_python(built: Path) -> None:
    libraries = [file for file in built.rglob("*.so*") if file.is_file()]

    assert len(libraries) > 20
    for file in libraries:
        (machine,) = struct.unpack_from("<H", file.read_bytes()[:20], 18)
        assert machine == ELF_AARCH64, file
        if "cpython-" in file.name:
            assert "cpython-313-aarch64" in file.name, file


def test_every_module_has_bytecode_that_survives_the_zip(built: Path) -> None:
    sources = [file for file in built.rglob("*.py") if "__pycache__" not in file.parts]
    compiled = [file.parent / "__pycache__" / f"{file.stem}.cpython-313.pyc" for file in sources]
    if not any(file.exists() for file in compiled):
        pytest.skip("no Python 3.13 on this machine, which the build says loudly")

    assert len(compiled) > 500
    for file in compiled:
        (flags,) = struct.unpack_from("<I", file.read_bytes()[:8], 4)
        assert flags == UNCHECKED_HASH, file


def test_the_list_function_carries_little(built: Path) -> None:
    found = {item.name for item in (built / "ListMusicFunction").iterdir()}

    packages = {name for name in found if not name.endswith(".dist-info")}
    assert packages - {"__pycache__", "handler.py"} == {"anyio", "idna", "mangum", "starlette"}
    assert size(built / "ListMusicFunction") + size(built / "SharedLayer") <= 30_000_000


def test_the_refresh_function_stays_under_the_limit(built: Path) -> None:
    whole = size(built / "RefreshMusicFunction") + size(built / "SharedLayer")

    assert whole <= 262_144_000 * 0.95
    shared = {item.name for item in (built / "SharedLayer/python").iterdir()}
    own = {item.name for item in (built / "RefreshMusicFunction").iterdir()}
    assert shared & own - {"__pycache__"} == set()


def test_the_rules_bring_their_data_along(built: Path) -> None:
    rules = built / "SharedLayer/python/tiktok_music/refresh"

    for name in ("languages", "profanity", "titles"):
        assert any((rules / name / "data").iterdir())


def test_botocore_describes_only_what_is_called(built: Path) -> None:
    data = built / "SharedLayer/python/botocore/data"
    services = {folder.name for folder in data.glob("*/")}
    models = [json.loads(file.read_text()) for file in data.glob("*/*/service-2.json")]
    partition = json.loads((data / "endpoints.json").read_text())["partitions"][0]

    assert services == {"dynamodb", "s3", "secretsmanager", "sts"}
    assert set(partition["services"]) == services
    assert len(models) == 4
    assert {model["documentation"] for model in models} == {""}


def test_nothing_of_the_build_is_shipped(built: Path) -> None:
    names = {file.name for file in built.rglob("*") if file.is_file()}

    assert names & {"Makefile", "requirements.txt", "requirements.in"} == set()
