"""What `make e2e-sam` wants of a machine, and says where it is not there."""

import resource
from pathlib import Path

import pytest

from local import containers
from local.containers import NEEDED, ContainersMissing, require, settings


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with every command that is needed, and no other place to find one."""
    monkeypatch.setattr(containers, "HELPERS", "")
    for name in NEEDED:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    return tmp_path


def test_everything_is_found_where_it_is(tools: Path) -> None:
    assert require(str(tools), 0) == {name: str(tools / name) for name in NEEDED}


def test_helpers_are_found_where_podman_keeps_them(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "HELPERS", str(tools))

    assert require("", 0)["netavark"] == str(tools / "netavark")


def test_what_is_missing_is_named_with_the_command_that_installs_it(tools: Path) -> None:
    (tools / "runc").unlink()
    (tools / "busybox").unlink()

    with pytest.raises(ContainersMissing) as raised:
        require(str(tools), 0)

    assert str(raised.value) == (
        "runc, busybox-static not found; on Debian or Ubuntu: apt-get install "
        "--no-install-recommends podman runc netavark aardvark-dns iptables busybox-static"
    )


def test_who_is_not_root_is_told_so(tools: Path) -> None:
    with pytest.raises(ContainersMissing, match="use sudo"):
        require(str(tools), 1000)


def test_podman_is_told_what_holds_here_alone(tmp_path: Path) -> None:
    environment = settings(tmp_path, {"PATH": "/bin"})

    assert environment == {
        "PATH": "/bin",
        "CONTAINERS_CONF": f"{tmp_path}/containers.conf",
        "DOCKER_HOST": f"unix://{tmp_path}/podman.sock",
    }
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = containers.MOST_FILES if most < 0 else min(most, containers.MOST_FILES)
    written = (tmp_path / "containers.conf").read_text().splitlines()
    assert written[0] == "[containers]"
    assert written[1].startswith(f'default_ulimits = ["nofile={files}:{files}", "nproc=')
    assert written[2:] == [
        "[engine]",
        'runtime = "runc"',
        "[network]",
        'network_backend = "netavark"',
    ]
