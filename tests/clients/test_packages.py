"""The Python packages of clients/ can be built, with every file of theirs."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import tiktok_music_client

CLIENTS = Path(__file__).parents[2] / "clients"


@pytest.mark.parametrize(
    ("folder", "package"), [("python", "tiktok_music_client"), ("mcp", "tiktok_music_mcp")]
)
def test_a_package_can_be_built(tmp_path: Path, folder: str, package: str) -> None:
    source = tmp_path / "source"
    shutil.copytree(CLIENTS / folder, source, ignore=shutil.ignore_patterns("__pycache__"))

    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    built = subprocess.run(
        [*pip, "--wheel-dir", str(tmp_path), str(source)], capture_output=True, text=True
    )

    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = {name for name in wheel.namelist() if "dist-info" not in name}
        [licence] = [name for name in wheel.namelist() if name.endswith("licenses/LICENSE")]
        assert wheel.read(licence) == (CLIENTS.parent / "LICENSE").read_bytes()
    assert packed == {f"{package}/{path.name}" for path in (CLIENTS / folder / package).glob("*.*")}


def test_the_wheel_of_the_python_client_has_its_version(tmp_path: Path) -> None:
    shutil.copytree(CLIENTS / "python", tmp_path / "source")

    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", str(tmp_path), str(tmp_path / "source")], check=True)

    [wheel] = tmp_path.glob("*.whl")
    assert wheel.name.split("-")[:2] == ["tiktok_music_client", tiktok_music_client.__version__]


def test_the_python_client_is_typed() -> None:
    assert (CLIENTS / "python/tiktok_music_client/py.typed").exists()
