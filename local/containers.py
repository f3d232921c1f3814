"""podman on this machine: what it lacks, its settings for here alone, its service."""

import resource
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.lambda_image import IMAGE, run

INSTALL = (
    "apt-get install --no-install-recommends podman runc netavark aardvark-dns iptables "
    "busybox-static"
)
# Command -> the package of Debian and Ubuntu that has it.
NEEDED = {
    "podman": "podman",
    "runc": "runc",
    "netavark": "netavark",
    "aardvark-dns": "aardvark-dns",
    "iptables": "iptables",
    "busybox": "busybox-static",
}
HELPERS = "/usr/lib/podman:/usr/libexec/podman:/usr/sbin:/sbin"
MOST_FILES = 20_000
START_SECONDS = 20.0


class ContainersMissing(Exception):
    """Raised when this machine cannot run containers; says what to install."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """The host's place in the containers' network."""

    address: str


def require(path: str, user_id: int) -> dict[str, str]:
    """Where all is that is needed, on `path` or where podman keeps its helpers; or
    ContainersMissing."""
    if user_id != 0:
        raise ContainersMissing("only root's containers reach this machine by a bridge: use sudo")
    places = f"{path}:{HELPERS}"
    found = {name: shutil.which(name, path=places) for name in NEEDED}
    missing = [package for name, package in NEEDED.items() if found[name] is None]
    if missing:
        raise ContainersMissing(f"{', '.join(missing)} not found; on Debian or Ubuntu: {INSTALL}")
    return {name: path for name, path in found.items() if path is not None}


def settings(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which podman runs here: no file of the system is changed.

    runc, because crun wants cgroups of one kind; limits that this process may set, because the
    default is the kernel's and asks for more.
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
    """podman's API, which SAM takes for docker's; ended by its own process id."""
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
def bridge(environment: Mapping[str, str]) -> Iterator[Bridge]:
    """The network is there for as long as a container is in it; this one only waits."""
    waiting = ["--entrypoint", "/bin/busybox", IMAGE, "tail", "-f", "/dev/null"]
    name = run(["podman", "run", "--detach", *waiting], environment).strip()
    try:
        gateway = "{{.NetworkSettings.Gateway}}"
        yield Bridge(run(["podman", "inspect", "--format", gateway, name], environment).strip())
    finally:
        run(["podman", "rm", "--force", "--time=0", name], environment)


def _limit(kind: int) -> int:
    _, hard = resource.getrlimit(kind)
    return MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)


def _wait_for(socket: Path, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise ContainersMissing(f"podman's service does not start: {process.communicate()[1]}")
        time.sleep(0.05)
