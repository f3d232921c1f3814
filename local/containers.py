"""Runs podman without changing the system: required commands, settings, API socket, the image."""

import platform
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

INSTALL = "apt-get install --no-install-recommends podman runc netavark aardvark-dns iptables"
# Command -> its package on Debian and Ubuntu.
REQUIRED = {
    "podman": "podman",
    "runc": "runc",
    "netavark": "netavark",
    "aardvark-dns": "aardvark-dns",
    "iptables": "iptables",
}
HELPERS = "/usr/lib/podman:/usr/libexec/podman:/usr/sbin:/sbin"
PUBLISHED_IMAGE = "public.ecr.aws/lambda/python:3.13"
TAGS = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
MAX_FILES = 20_000
START_SECONDS = 20.0
PULL_SECONDS = 600.0


class ContainersMissing(Exception):
    """Raised when this machine cannot run containers; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """The host's address in the containers' network."""

    address: str


def require(path: str, user_id: int) -> None:
    """Raises ContainersMissing unless every command is on `path` or in podman's own folders."""
    if user_id != 0:
        raise ContainersMissing("only root's containers reach this machine by a bridge: use sudo")
    places = f"{path}:{HELPERS}"
    missing = [
        package for name, package in REQUIRED.items() if shutil.which(name, path=places) is None
    ]
    if missing:
        raise ContainersMissing(f"{', '.join(missing)} not found; on Debian or Ubuntu: {INSTALL}")


def image_name(environ: Mapping[str, str]) -> str:
    """SAM_LOCAL_IMAGE, else AWS's published image for this machine's processor."""
    machine = platform.machine()
    return environ.get("SAM_LOCAL_IMAGE") or f"{PUBLISHED_IMAGE}-{TAGS.get(machine, machine)}"


def pull(image: str, environment: Mapping[str, str]) -> None:
    """Downloads the image unless it is on this machine; raises ContainersMissing."""
    try:
        if not _succeeds(["podman", "image", "exists", image], environment):
            run(["podman", "pull", "--quiet", image], environment, PULL_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as exc:
        reason = str(exc.stderr or exc).strip().splitlines()[-1]
        raise ContainersMissing(
            f"the image {image} is not on this machine and cannot be downloaded ({reason}); set "
            "SAM_LOCAL_IMAGE to an image of the Lambda's Python runtime that podman has"
        ) from exc


def settings(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for podman, whose configuration is a file in `folder`.

    runc, because crun needs a cgroup version that not every host has; limits that this process may
    set, because podman's default asks for the kernel's maximum.
    """
    files = _limit(resource.RLIMIT_NOFILE)
    processes = _limit(resource.RLIMIT_NPROC)
    place = folder / "containers.conf"
    place.write_text(
        f'[containers]\ndefault_ulimits = ["nofile={files}:{files}", '
        f'"nproc={processes}:{processes}"]\n[engine]\nruntime = "runc"\n[network]\n'
        'network_backend = "netavark"\n'
    )
    return {
        **environment,
        "CONTAINERS_CONF": str(place),
        "DOCKER_HOST": f"unix://{folder}/podman.sock",
    }


@contextmanager
def service(environment: Mapping[str, str]) -> Iterator[None]:
    """Serves podman's API, which is compatible with docker's, at DOCKER_HOST."""
    socket = environment["DOCKER_HOST"]
    process = subprocess.Popen(  # noqa: S603 - our own tool
        ["podman", "system", "service", "--time=0", socket],  # noqa: S607
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait_for(Path(socket.removeprefix("unix://")), process)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=START_SECONDS)


@contextmanager
def bridge(image: str, environment: Mapping[str, str]) -> Iterator[Bridge]:
    """Keeps the network up: it exists only while a container is attached, here an idle `cat`."""
    idle = ["--interactive", "--entrypoint", "/bin/cat", image]
    container = run(["podman", "run", "--detach", *idle], environment).strip()
    try:
        gateway = "{{.NetworkSettings.Gateway}}"
        inspect = ["podman", "inspect", "--format", gateway, container]
        yield Bridge(run(inspect, environment).strip())
    finally:
        run(["podman", "rm", "--force", "--time=0", container], environment)


def run(
    command: Sequence[str], environment: Mapping[str, str], timeout_seconds: float | None = None
) -> str:
    """The command's output; raises CalledProcessError or TimeoutExpired."""
    return subprocess.run(  # noqa: S603 - our own tools
        command,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=timeout_seconds,
    ).stdout


def _succeeds(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    return subprocess.run(command, env=environment, capture_output=True).returncode == 0  # noqa: S603


def _limit(kind: int) -> int:
    _, hard = resource.getrlimit(kind)
    return MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, MAX_FILES)


def _wait_for(socket: Path, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise ContainersMissing(f"podman's service does not start: {process.communicate()[1]}")
        time.sleep(0.05)
