"""Writes the architecture into a build, and completes the parameters of a deployment.

    python -m tools.packaging.seal_build ARCH              after `sam build`
    python -m tools.packaging.seal_build --deploy PROFILE  prints the parameters for `sam deploy`

The built template accepts no other `Architecture` from then on, so that CloudFormation itself
refuses it in every deployment: SAM sends the stack's previous value where no new one is given.
"""

import argparse
import hashlib
import shlex
import struct
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".aws-sam" / "build"
SAMCONFIG = ROOT / "samconfig.toml"
# Machines in the header of a library (ELF).
MACHINES = {183: "arm64", 62: "x86_64"}
# What callers get: a new release of it is a new version of the list function.
SERVED = ("ListMusicFunction", "SharedLayer")


class WrongArchitecture(Exception):
    """Raised when build and settings are for different processors; the message says what to do."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("architecture", nargs="?", choices=sorted(MACHINES.values()))
    parser.add_argument("--deploy", metavar="PROFILE", help="a profile of samconfig.toml")
    arguments = parser.parse_args()
    try:
        if arguments.deploy:
            given = overrides(tomllib.loads(SAMCONFIG.read_text()), arguments.deploy)
            print(written(deployment(BUILT, given, arguments.deploy)))
        elif arguments.architecture:
            seal(BUILT, arguments.architecture)
        else:
            parser.error("ARCH or --deploy is needed")
    except WrongArchitecture as exc:
        print(f"make: {exc}", file=sys.stderr)
        return 1
    return 0


def seal(built: Path, architecture: str) -> None:
    """Makes `architecture` the only value of the built template's parameter.

    Raises WrongArchitecture if a library of the build is for another one.
    """
    for library, found in libraries(built):
        if found != architecture:
            name = library.relative_to(built)
            raise WrongArchitecture(f"{name} is for {found}, not for {architecture}: build again")
    place = built / "template.yaml"
    template = yaml.safe_load(place.read_text())
    template["Parameters"]["Architecture"] |= {
        "Default": architecture,
        "AllowedValues": [architecture],
        "ConstraintDescription": (
            f"{architecture}, which this build is for; build again with ARCH= for another one"
        ),
    }
    place.write_text(yaml.safe_dump(template, sort_keys=False, allow_unicode=True))


def libraries(built: Path) -> Iterator[tuple[Path, str]]:
    """The native libraries of the build, and the architecture of each."""
    for library in sorted(built.rglob("*.so*")):
        with library.open("rb") as file:
            header = file.read(20)
        if header.startswith(b"\x7fELF"):
            (machine,) = struct.unpack_from("<H", header, 18)
            yield library, MACHINES.get(machine, f"machine {machine}")


def deployment(built: Path, given: Mapping[str, str], profile: str) -> dict[str, str]:
    """The parameters of a profile with those of the build; raises WrongArchitecture.

    The release is a digest of what callers get, code and parameters.
    """
    template = yaml.safe_load((built / "template.yaml").read_text())
    allowed = template["Parameters"]["Architecture"]["AllowedValues"]
    if len(allowed) != 1:
        raise WrongArchitecture("the build names no architecture: run make build")
    wanted = given.get("Architecture")
    if wanted not in (None, *allowed):
        raise WrongArchitecture(
            f"the build is for {allowed[0]}, but Architecture is {wanted} in the profile {profile} "
            f"of samconfig.toml: run make deploy ARCH={wanted}, or change the profile"
        )
    digest = hashlib.sha256(repr(sorted(given.items())).encode())
    for place in (path for name in SERVED for path in sorted((built / name).rglob("*"))):
        if place.is_file():
            digest.update(f"{place.relative_to(built)} {place.stat().st_size} ".encode())
            digest.update(place.read_bytes())
    return {"Release": digest.hexdigest()[:12], **given, "Architecture": allowed[0]}


def overrides(config: Mapping[str, Any], profile: str) -> dict[str, str]:
    """The `parameter_overrides` of a profile, which SAM accepts as a text and as a list."""
    if profile not in config:
        raise WrongArchitecture(f"samconfig.toml has no profile {profile}")
    given = config[profile].get("deploy", {}).get("parameters", {}).get("parameter_overrides", "")
    words = shlex.split(given if isinstance(given, str) else " ".join(given))
    pairs = (word.partition("=") for word in words)
    return {name: value for name, _, value in pairs}


def written(parameters: Mapping[str, str]) -> str:
    """The parameters as SAM reads them; a value without quotes could not be empty."""
    return " ".join(f'{name}="{value}"' for name, value in parameters.items())


if __name__ == "__main__":
    sys.exit(main())
