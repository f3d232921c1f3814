"""`sam build`: platform, bytecode and size of the artefacts, and the same bytes every time."""

import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from local.emulator import SAM_ENVIRONMENT
from tests.architecture.test_cold_start import SETTINGS
from tests.architecture.test_template import load_template
from tests.needs import BUILT_FUNCTIONS, skip_without
from tools.packaging.amazon_roots import AMAZON_ROOTS
from tools.packaging.build_artifact import lambda_python

ROOT = Path(__file__).parents[2]
# Bits of a .pyc's second word (PEP 552): a hash instead of a time, not checked against the source.
UNCHECKED_HASH = 0b01
# glibc of Amazon Linux 2023, the Lambda's operating system.
NEWEST_GLIBC = (2, 34)
ZIP = """
import sys
from samcli.lib.package.permissions import (
    AdditiveDirPermissionPermissionMapper, AdditiveFilePermissionPermissionMapper)
from samcli.lib.package.utils import make_zip_with_lambda_permissions
make_zip_with_lambda_permissions(sys.argv[2], sys.argv[1])
"""
CLIENTS = """
import sys
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.event_bus import EventBridge
from tiktok_music.adapters.r2_media import r2_client
from tiktok_music.settings import Secret
rows = DynamoRows(DynamoAccess("eu-central-1"))
rows.open()
r2 = r2_client("https://account.r2.cloudflarestorage.com", "id", Secret("secret"))
bus = EventBridge("eu-central-1", "default")._client
for client in (rows._connection.client, r2, SecretsProvider().client, bus):
    print(client.meta.service_model.service_name)
"""


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def libraries(built: Path) -> list[Path]:
    return [file for file in built.rglob("*.so*") if file.is_file()]


def python_path(built: Path, function: str) -> str:
    return os.pathsep.join(str(built / part) for part in (function, "SharedLayer/python"))


def glibc_versions(library: ELFFile) -> set[tuple[int, ...]]:
    names = (
        version.name
        for section in library.iter_sections()
        if isinstance(section, GNUVerNeedSection)
        for _, versions in section.iter_versions()
        for version in versions
    )
    return {
        tuple(int(part) for part in name.removeprefix("GLIBC_").split("."))
        for name in names
        if name.startswith("GLIBC_2")
    }


def test_every_library_is_for_the_lambdas_processor_python_and_glibc(arm64: Path) -> None:
    found = libraries(arm64)

    assert len(found) > 100
    for file in found:
        with file.open("rb") as stream:
            library = ELFFile(stream)
            assert library["e_machine"] == "EM_AARCH64", file
            assert max(glibc_versions(library), default=(2, 17)) <= NEWEST_GLIBC, file
        if "cpython-" in file.name:
            assert "cpython-313-aarch64" in file.name, file
        elif "/av/" in str(file):
            assert ".abi3." in file.name, file


def test_every_module_has_bytecode_that_survives_the_zip(arm64: Path) -> None:
    sources = [file for file in arm64.rglob("*.py") if "__pycache__" not in file.parts]
    compiled = [file.parent / "__pycache__" / f"{file.stem}.cpython-313.pyc" for file in sources]
    if lambda_python() is None:
        skip_without(BUILT_FUNCTIONS)

    assert len(compiled) > 500
    for file in compiled:
        (flags,) = struct.unpack_from("<I", file.read_bytes()[:8], 4)
        assert flags == UNCHECKED_HASH, file


def test_a_function_that_sam_zipped_compiles_nothing(arm64: Path, tmp_path: Path) -> None:
    python = lambda_python()
    if python is None:
        skip_without(BUILT_FUNCTIONS)
    for part in ("ListMusicFunction", "SharedLayer"):
        program: list[str | Path] = [SAM_ENVIRONMENT / "bin/python", "-c", ZIP]
        folders = [arm64 / part, tmp_path / part]
        subprocess.run([*program, *folders], check=True, capture_output=True)
        with zipfile.ZipFile(tmp_path / f"{part}.zip") as file:
            file.extractall(tmp_path / part)

    log = subprocess.run(
        [python, "-v", "-S", "-c", "import handler"],
        env={**SETTINGS, "PYTHONPATH": python_path(tmp_path, "ListMusicFunction")},
        capture_output=True,
        text=True,
        check=True,
    ).stderr

    assert "bytecode is stale" not in log
    # Python logs a path without quotes when it compiles the source.
    assert f"code object from {tmp_path}" not in log
    assert log.count(f"code object from '{tmp_path}") > 200


def test_the_same_sources_give_the_same_bytes(arm64: Path, tmp_path: Path) -> None:
    for folder, name in (
        ("functions/list_music", "ListMusicFunction"),
        ("layers_shared", "SharedLayer"),
    ):
        subprocess.run(
            [
                SAM_ENVIRONMENT / "bin/python",
                "-m",
                "tools.packaging.build_artifact",
                folder,
                tmp_path / name,
            ],
            cwd=ROOT,
            env={**os.environ, "ARCH": "arm64", "PYTHONHASHSEED": "1"},
            check=True,
            capture_output=True,
        )

        assert digests(tmp_path / name) == digests(arm64 / name)


def digests(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_the_list_function_contains_few_packages(arm64: Path) -> None:
    found = {item.name for item in (arm64 / "ListMusicFunction").iterdir()}

    packages = {name for name in found if not name.endswith(".dist-info")}
    assert packages - {"__pycache__", "handler.py"} == {"anyio", "idna", "mangum", "starlette"}
    assert size(arm64 / "ListMusicFunction") + size(arm64 / "SharedLayer") <= 30_000_000


@pytest.mark.parametrize("name", ["arm64", "native"])
def test_the_refresh_function_stays_far_under_lambdas_limit(
    name: str, request: pytest.FixtureRequest
) -> None:
    built: Path = request.getfixturevalue(name)

    assert size(built / "RefreshMusicFunction") + size(built / "SharedLayer") <= 200_000_000


def test_the_refresh_function_does_not_repeat_the_layer(arm64: Path) -> None:
    shared = {item.name for item in (arm64 / "SharedLayer/python").iterdir()}
    own = {item.name for item in (arm64 / "RefreshMusicFunction").iterdir()}

    assert shared & own - {"__pycache__"} == set()


def test_every_remaining_library_loads(native: Path) -> None:
    program = "import ctypes, sys\nfor name in sys.argv[1:]: ctypes.CDLL(name)"
    linked = [file for file in libraries(native) if ".libs" in file.parent.name]
    modules = [
        str(file.relative_to(native / "RefreshMusicFunction")).split(".")[0].replace("/", ".")
        for file in libraries(native)
        if ".libs" not in file.parent.name
    ]
    imports = "\n".join(f"import {module}" for module in sorted(modules))
    assert len(linked) > 20
    assert len(modules) > 50

    subprocess.run(
        [lambda_python() or sys.executable, "-S", "-c", f"{program}\n{imports}", *linked],
        env={**SETTINGS, "PYTHONPATH": python_path(native, "RefreshMusicFunction")},
        check=True,
    )


def test_a_decoder_of_the_artefact_reads_every_format(native: Path) -> None:
    """The decoder's warm-up reads all formats but HEIC, which Pillow cannot write by itself."""
    program = """
import io
from PIL import Image
from tiktok_music.adapters import media_child
from tiktok_music.adapters.image import CoverCaps, write_cover
media_child._warm_up()
file = io.BytesIO()
Image.new("RGB", (64, 64)).save(file, "HEIF")
print(write_cover(file.getvalue(), CoverCaps()).width)
"""
    done = subprocess.run(
        [lambda_python() or sys.executable, "-S", "-c", program],
        env={**SETTINGS, "PYTHONPATH": python_path(native, "RefreshMusicFunction")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "64\n"


def test_the_refresh_artefact_has_the_handlers_of_the_media_functions(arm64: Path) -> None:
    resources = load_template()["Resources"]

    for function in ("RefreshMusicFunction", "MediaPlanFunction", "MediaBatchFunction"):
        handler = resources[function]["Properties"].get("Handler", "handler.handler")
        module = handler.partition(".")[0]
        assert (arm64 / "RefreshMusicFunction" / f"{module}.py").is_file()
    for function in ("MediaPlanFunction", "MediaBatchFunction"):
        assert resources[function]["Properties"]["CodeUri"] == (
            ".aws-sam/build/RefreshMusicFunction"
        )
        assert not (arm64 / function).exists()


def test_the_data_of_the_rules_is_in_the_layer(arm64: Path) -> None:
    rules = arm64 / "SharedLayer/python/tiktok_music/refresh/curation"

    for name in ("languages", "profanity", "titles"):
        assert any((rules / name / "data").iterdir())


def test_botocore_has_only_the_services_and_operations_in_use(arm64: Path) -> None:
    data = arm64 / "SharedLayer/python/botocore/data"
    services = {folder.name for folder in data.glob("*/")}
    models = [json.loads(file.read_text()) for file in data.glob("*/*/service-2.json")]
    partition = json.loads((data / "endpoints.json").read_text())["partitions"][0]

    made = subprocess.run(
        [lambda_python() or sys.executable, "-S", "-c", CLIENTS],
        env={**SETTINGS, "PYTHONPATH": python_path(arm64, "RefreshMusicFunction")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert set(made) == services
    # Every client parses that list; EventBridge is not in it, as one function uses it.
    assert set(partition["services"]) == services - {"events"}
    assert len(models) == len(services)
    assert {model["documentation"] for model in models} == {""}
    operations = {model["metadata"]["serviceId"]: set(model["operations"]) for model in models}
    allowed = re.findall(r"\bdynamodb:([A-Z]\w+Items?)\b", (ROOT / "template.yaml").read_text())
    assert operations["DynamoDB"] == set(allowed)
    assert operations["EventBridge"] == {"PutEvents"}


def test_the_layer_has_the_bundles_of_roots_that_the_template_names(arm64: Path) -> None:
    bundles = load_template()["Mappings"]["RootsBundle"]
    layer = {name: arm64 / "SharedLayer" / each["Path"][5:] for name, each in bundles.items()}

    roots = {
        name: path.read_text().count("-----BEGIN CERTIFICATE-----") for name, path in layer.items()
    }
    assert roots["amazon"] == len(AMAZON_ROOTS)
    assert roots["all"] > 100
    assert set(bundles) == set(load_template()["Parameters"]["TrustedRoots"]["AllowedValues"])
    assert all(each["Path"].startswith("/opt/") for each in bundles.values())


def test_no_build_file_is_in_an_artefact(arm64: Path) -> None:
    names = {file.name for file in arm64.rglob("*") if file.is_file()}

    assert names & {"Makefile", "requirements.txt", "requirements.in"} == set()
