"""`make e2e-sam` names what this machine lacks, and configures podman without changing it."""

import os
import platform
import resource
from pathlib import Path

import pytest

from local import containers
from local.containers import REQUIRED, ContainersMissing, image_name, pull, require, settings


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with every required command, the only place where they are looked for."""
    monkeypatch.setattr(containers, "HELPERS", "")
    for name in REQUIRED:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    return tmp_path


def test_a_machine_with_every_command_is_accepted(tools: Path) -> None:
    require(str(tools), 0)


def test_helpers_are_found_in_podmans_own_folders(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "HELPERS", str(tools))

    require("", 0)


def test_missing_packages_are_named_with_the_command_that_installs_them(tools: Path) -> None:
    (tools / "runc").unlink()
    (tools / "aardvark-dns").unlink()

    with pytest.raises(ContainersMissing) as raised:
        require(str(tools), 0)

    assert str(raised.value) == (
        "runc, aardvark-dns not found; on Debian or Ubuntu: apt-get install "
        "--no-install-recommends podman runc netavark aardvark-dns iptables"
    )


def test_a_user_without_root_is_advised_to_use_sudo(tools: Path) -> None:
    with pytest.raises(ContainersMissing, match="use sudo"):
        require(str(tools), 1000)


@pytest.mark.parametrize(
    ("machine", "tag"), [("x86_64", "x86_64"), ("aarch64", "arm64"), ("arm64", "arm64")]
)
def test_the_published_image_is_the_default(
    monkeypatch: pytest.MonkeyPatch, machine: str, tag: str
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)

    assert image_name({}) == f"public.ecr.aws/lambda/python:3.13-{tag}"
    assert image_name({"SAM_LOCAL_IMAGE": "localhost/own:1"}) == "localhost/own:1"


def test_an_image_of_this_machine_is_not_downloaded(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tools / "podman").write_text('#!/bin/sh\n[ "$2" = exists ]\n')

    monkeypatch.setenv("PATH", str(tools), prepend=os.pathsep)

    pull("localhost/own:1", dict(os.environ))


def test_an_image_that_cannot_be_downloaded_is_named_with_what_to_do(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tools / "podman").write_text("#!/bin/sh\necho trying >&2\necho no route to host >&2\nexit 1\n")
    monkeypatch.setenv("PATH", str(tools), prepend=os.pathsep)

    with pytest.raises(ContainersMissing) as raised:
        pull("example.com/python:3.13", dict(os.environ))

    assert str(raised.value) == (
        "the image example.com/python:3.13 is not on this machine and cannot be downloaded (no "
        "route to host); set SAM_LOCAL_IMAGE to an image of the Lambda's Python runtime that "
        "podman has"
    )


def test_podmans_configuration_is_a_file_of_the_run(tmp_path: Path) -> None:
    environment = settings(tmp_path, {"PATH": "/bin"})

    assert environment == {
        "PATH": "/bin",
        "CONTAINERS_CONF": f"{tmp_path}/containers.conf",
        "DOCKER_HOST": f"unix://{tmp_path}/podman.sock",
    }
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = containers.MAX_FILES if most < 0 else min(most, containers.MAX_FILES)
    written = (tmp_path / "containers.conf").read_text().splitlines()
    assert written[0] == "[containers]"
    assert written[1].startswith(f'default_ulimits = ["nofile={files}:{files}", "nproc=')
    assert written[2:] == [
        "[engine]",
        'runtime = "runc"',
        "[network]",
        'network_backend = "netavark"',
    ]
