"""A build names its architecture: another one cannot be deployed with it."""

import struct
import tomllib
from pathlib import Path

import pytest
import yaml

from tools.packaging.seal_build import (
    MACHINES,
    WrongArchitecture,
    deployment,
    overrides,
    seal,
    written,
)

TEMPLATE = {
    "Parameters": {
        "Architecture": {"Type": "String", "Default": "arm64", "AllowedValues": ["arm64", "x86_64"]}
    },
    "Resources": {"Role": {"Version": "2012-10-17"}},
}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A build with one library for each of two functions, both arm64."""
    (tmp_path / "template.yaml").write_text(yaml.safe_dump(TEMPLATE))
    for function in ("List", "Refresh"):
        write_library(tmp_path / function / "a.so", "arm64")
    (tmp_path / "List" / "b.so").write_text("INPUT(a.so)")  # a linker's script
    return tmp_path


def write_library(place: Path, architecture: str) -> None:
    [machine] = [number for number, name in MACHINES.items() if name == architecture]
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(b"\x7fELF" + bytes(14) + struct.pack("<H", machine) + bytes(8))


def profile_of(overrides_line: str) -> dict[str, str]:
    config = f"[default.deploy.parameters]\nresolve_s3 = true\n{overrides_line}\n"
    return overrides(tomllib.loads(config), "default")


def test_a_sealed_build_allows_one_architecture_and_changes_nothing_else(built: Path) -> None:
    seal(built, "arm64")

    sealed = yaml.safe_load((built / "template.yaml").read_text())
    parameter = sealed["Parameters"].pop("Architecture")
    assert (parameter["Default"], parameter["AllowedValues"]) == ("arm64", ["arm64"])
    assert parameter["ConstraintDescription"].startswith("arm64, which this build is for;")
    assert sealed["Resources"] == TEMPLATE["Resources"]


def test_a_library_for_the_other_processor_fails_the_build(built: Path) -> None:
    write_library(built / "Refresh" / "a.so", "x86_64")

    with pytest.raises(WrongArchitecture, match=r"^Refresh/a.so is for x86_64, not for arm64"):
        seal(built, "arm64")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", {}),
        (
            'parameter_overrides = "MinTracks=20 Architecture=arm64"',
            {"MinTracks": "20", "Architecture": "arm64"},
        ),
        (
            'parameter_overrides = "AllowedOrigins=\\"\\" MediaHosts=\\"*.a.test,b.test\\""',
            {"AllowedOrigins": "", "MediaHosts": "*.a.test,b.test"},
        ),
        (
            'parameter_overrides = ["MinTracks=20", "SourceLocation=s3://a/b=c"]',
            {"MinTracks": "20", "SourceLocation": "s3://a/b=c"},
        ),
    ],
)
def test_a_deployment_has_the_parameters_of_its_profile_and_of_the_build(
    built: Path, line: str, expected: dict[str, str]
) -> None:
    seal(built, "arm64")

    parameters = deployment(built, profile_of(line), "default")

    assert len(parameters.pop("Release")) == 12
    assert parameters == {**expected, "Architecture": "arm64"}
    assert (
        overrides(
            {"x": {"deploy": {"parameters": {"parameter_overrides": written(expected)}}}}, "x"
        )
        == expected
    )


def test_the_release_changes_with_code_and_parameters_and_with_nothing_else(built: Path) -> None:
    seal(built, "arm64")

    def release(**given: str) -> str:
        return deployment(built, given, "default")["Release"]

    first, again, other = release(), release(), release(MinTracks="21")
    (built / "RefreshMusicFunction").mkdir()
    (built / "RefreshMusicFunction" / "handler.py").write_text("changed")
    unserved = release()
    (built / "SharedLayer").mkdir()
    (built / "SharedLayer" / "module.py").write_text("changed")

    assert first == again == unserved
    assert len({first, other, release()}) == 3
    assert release(Release="v1.2.0") == "v1.2.0"


@pytest.mark.parametrize(
    "line",
    [
        'parameter_overrides = "MinTracks=20 Architecture=x86_64"',
        'parameter_overrides = "Architecture=\\"x86_64\\""',
        'parameter_overrides = ["Architecture=x86_64"]',
    ],
)
def test_a_profile_of_the_other_architecture_stops_the_deployment(built: Path, line: str) -> None:
    seal(built, "arm64")

    with pytest.raises(WrongArchitecture) as raised:
        deployment(built, profile_of(line), "default")

    assert str(raised.value) == (
        "the build is for arm64, but Architecture is x86_64 in the profile default of "
        "samconfig.toml: run make deploy ARCH=x86_64, or change the profile"
    )


def test_a_build_that_is_not_sealed_and_an_unknown_profile_stop_it_too(built: Path) -> None:
    with pytest.raises(WrongArchitecture, match="names no architecture: run make build"):
        deployment(built, {}, "default")
    with pytest.raises(WrongArchitecture, match=r"samconfig\.toml has no profile staging"):
        overrides({"default": {}}, "staging")
