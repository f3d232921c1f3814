"""Lists every third-party package of the deployed functions, as CycloneDX 1.6.

    python -m tools.packaging.sbom > sbom.json

From the pins, which are what a build installs; the same pins give the same bytes.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
DEPLOYED = (
    "layers_shared",
    "functions/announce",
    "functions/list_music",
    "functions/refresh_music",
)
LAMBDA = {"python_version": "3.13", "python_full_version": "3.13.0", "sys_platform": "linux"}


def sbom(root: Path, version: str) -> dict[str, Any]:
    """The document; each component names the artefacts that contain it."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for folder in DEPLOYED:
        for name, pin, hashes in pins((root / folder / "requirements.txt").read_text()):
            component = found.setdefault((name, pin), component_of(name, pin, hashes))
            component["properties"].append({"name": "artefact", "value": folder})
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": "tiktok-music-catalog",
                "version": version,
            }
        },
        "components": [found[key] for key in sorted(found)],
    }


def component_of(name: str, version: str, hashes: list[str]) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": each} for each in hashes],
        "properties": [],
    }


def pins(requirements: str) -> Iterator[tuple[str, str, list[str]]]:
    """Name, version and hashes of each pin that the Lambda's Python installs."""
    for block in re.split(r"\n(?=\S)", requirements.strip()):
        head, _, rest = block.partition("\\\n")
        if "==" not in head:
            continue
        requirement = Requirement(head.strip())
        if requirement.marker is None or requirement.marker.evaluate(LAMBDA):
            version = str(requirement.specifier).removeprefix("==")
            yield requirement.name, version, re.findall(r"--hash=sha256:([0-9a-f]{64})", rest)


if __name__ == "__main__":
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    print(json.dumps(sbom(ROOT, project["version"]), indent=2))
