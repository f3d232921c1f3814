"""One version for package, API, clients, picker and changelog."""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = {
    "layers_shared/tiktok_music/api/openapi.json": r'"version": "([^"]+)"',
    "clients/python/tiktok_music_client/version.py": r'__version__ = "(.+)"',
    "clients/mcp/tiktok_music_mcp/version.py": r'__version__ = "(.+)"',
    "clients/web/catalog.js": r"VERSION = '(.+)'",
    "CHANGELOG.md": r"(?m)^## (\d\S*)",
}


def test_every_place_has_the_same_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    picker = json.loads((ROOT / "picker/package.json").read_text())["version"]

    found = {name: re.findall(form, (ROOT / name).read_text())[:1] for name, form in PLACES.items()}
    assert found == dict.fromkeys(PLACES, [project])
    assert picker == project
    assert re.fullmatch(r"\d+\.\d+\.\d+", project)
