"""A release: one version everywhere, notes from CHANGELOG.md, an SBOM of what is deployed."""

import json
import zipfile
from pathlib import Path

import pytest

from tools.evaluation import costs
from tools.packaging.build_artifact import pins
from tools.packaging.release import (
    PLACES,
    ReleaseError,
    check_versions,
    check_wheel,
    notes_of,
    versions,
)
from tools.packaging.sbom import DEPLOYED, sbom

ROOT = Path(__file__).parents[2]
CHANGELOG = """# Changes

## Unreleased

- Not yet.

## 1.1.0 (2026-12-01)

- A line,
  and its end.

### Clients

- Another.

## 1.0.0

"""


def test_every_place_names_the_same_version() -> None:
    found = dict(versions(ROOT))

    assert found.keys() == PLACES.keys()
    assert len(set(found.values())) == 1


def test_another_version_is_named_with_its_place(tmp_path: Path) -> None:
    for name in PLACES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text((ROOT / name).read_text())
    current = next(version for _, version in versions(ROOT))
    place = tmp_path / "clients/web/catalog.js"
    place.write_text(place.read_text().replace(f"'{current}'", "'9.9.9'"))

    with pytest.raises(ReleaseError) as raised:
        check_versions(tmp_path, current)

    assert str(raised.value) == f"not {current}: clients/web/catalog.js (9.9.9)"


def test_the_notes_are_the_section_of_the_version() -> None:
    assert notes_of(CHANGELOG, "1.1.0") == (
        "- A line,\n  and its end.\n\n### Clients\n\n- Another.\n"
    )


@pytest.mark.parametrize("version", ["1.0.0", "1.1", "2.0.0"])
def test_a_version_without_notes_is_no_release(version: str) -> None:
    with pytest.raises(ReleaseError, match="has no section for"):
        notes_of(CHANGELOG, version)


@pytest.mark.parametrize(
    ("version", "licence"), [("1.1.0", "licenses/LICENSE"), ("1.0.0", "nothing")]
)
def test_a_wheel_of_another_version_or_without_licence_is_no_release(
    tmp_path: Path, version: str, licence: str
) -> None:
    def wheel(version: str, licence: str) -> Path:
        place = tmp_path / "client.whl"
        with zipfile.ZipFile(place, "w") as file:
            file.writestr("client-1.dist-info/METADATA", f"Name: client\nVersion: {version}\n")
            file.writestr(f"client-1.dist-info/{licence}", "")
        return place

    check_wheel(wheel("1.0.0", "licenses/LICENSE"), "1.0.0")
    with pytest.raises(ReleaseError, match=r"client\.whl lacks its licence or is not 1\.0\.0"):
        check_wheel(wheel(version, licence), "1.0.0")


def test_the_sbom_lists_every_pin_of_the_deployed_functions() -> None:
    document = sbom(ROOT, "1.0.0")

    expected = {
        (name, folder) for folder in DEPLOYED for name in pins(ROOT / folder / "requirements.txt")
    }
    listed = {
        (each["name"], place["value"])
        for each in document["components"]
        for place in each["properties"]
    }
    assert listed == expected
    assert all(each["hashes"] for each in document["components"])
    assert document["components"][0]["purl"].startswith("pkg:pypi/")
    assert json.dumps(document) == json.dumps(sbom(ROOT, "1.0.0"))


def test_the_guide_has_the_computed_costs() -> None:
    assert costs.table() in (ROOT / "docs/deploy.md").read_text()
