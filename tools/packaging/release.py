"""Builds and checks the packages of a release, with its notes.

    python -m tools.packaging.release v1.2.0 dist

Fails unless every place names this version and CHANGELOG.md has a section for it. The folder gets
the wheels of the Python packages, the picker's npm package, the SBOM and NOTES.md.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tools.packaging.sbom import sbom

ROOT = Path(__file__).resolve().parents[2]
# File -> the pattern that finds its version.
PLACES = {
    "pyproject.toml": r'^version = "(.+)"$',
    "clients/python/tiktok_music_client/version.py": r'^__version__ = "(.+)"$',
    "clients/mcp/tiktok_music_mcp/version.py": r'^__version__ = "(.+)"$',
    "clients/web/catalog.js": r"^export const VERSION = '(.+)';$",
    "picker/package.json": r'^  "version": "(.+)",$',
    "layers_shared/tiktok_music/api/openapi.json": r'^    "version": "(.+)",$',
    "template.yaml": r"^    SemanticVersion: (.+)$",
}
WHEELS = ("clients/python", "clients/mcp")


class ReleaseError(Exception):
    """Raised when a release is not consistent; the message says what to change."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tag", help="v and the version, such as v1.2.0")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    version = arguments.tag.removeprefix("v")
    try:
        check_versions(ROOT, version)
        notes = notes_of((ROOT / "CHANGELOG.md").read_text(), version)
        arguments.folder.mkdir(parents=True, exist_ok=True)
        for name in WHEELS:
            check_wheel(build_wheel(ROOT / name, arguments.folder), version)
        npm = ["npm", "pack", "--silent", "--pack-destination", str(arguments.folder.resolve())]
        install = ["npm", "install", "--no-package-lock", "--silent"]
        for command in (install, npm):
            subprocess.run(command, cwd=ROOT / "picker", check=True)  # noqa: S603
    except ReleaseError as exc:
        print(f"release: {exc}", file=sys.stderr)
        return 1
    (arguments.folder / "sbom.json").write_text(json.dumps(sbom(ROOT, version), indent=2))
    (arguments.folder / "NOTES.md").write_text(notes)
    return 0


def versions(root: Path) -> Iterator[tuple[str, str]]:
    """Each place and its version; raises ReleaseError if a place has none."""
    for name, pattern in PLACES.items():
        found = re.search(pattern, (root / name).read_text(), re.MULTILINE)
        if found is None:
            raise ReleaseError(f"{name} names no version")
        yield name, found[1]


def check_versions(root: Path, version: str) -> None:
    """Raises ReleaseError if a place names another version."""
    others = [f"{name} ({found})" for name, found in versions(root) if found != version]
    if others:
        raise ReleaseError(f"not {version}: {', '.join(others)}")


def notes_of(changelog: str, version: str) -> str:
    """The section of a version without its title; raises ReleaseError without one."""
    section = re.search(
        rf"^## {re.escape(version)}(?![\w.])[^\n]*\n(.*?)(?=^## |\Z)",
        changelog,
        re.MULTILINE | re.DOTALL,
    )
    if section is None or not section[1].strip():
        raise ReleaseError(f"CHANGELOG.md has no section for {version}: rename Unreleased")
    return section[1].strip() + "\n"


def build_wheel(source: Path, folder: Path) -> Path:
    """Builds a package from a copy, as setuptools writes into its source."""
    with tempfile.TemporaryDirectory() as place:
        copy, made = Path(place) / "source", Path(place) / "wheel"
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        subprocess.run([*pip, f"--wheel-dir={made}", str(copy)], check=True)  # noqa: S603
        [wheel] = made.glob("*.whl")
        return Path(shutil.copy(wheel, folder))


def check_wheel(wheel: Path, version: str) -> None:
    """Raises ReleaseError if a wheel has another version or no licence."""
    with zipfile.ZipFile(wheel) as file:
        [metadata] = [name for name in file.namelist() if name.endswith(".dist-info/METADATA")]
        lines = file.read(metadata).decode().splitlines()
        has_licence = any(name.endswith("licenses/LICENSE") for name in file.namelist())
    if f"Version: {version}" not in lines or not has_licence:
        raise ReleaseError(f"{wheel.name} lacks its licence or is not {version}")


if __name__ == "__main__":
    sys.exit(main())
