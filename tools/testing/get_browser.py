"""`make test` runs this first: finds a Chromium, or installs one, and prints one line about it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tools.testing.programs import INSTALL_CHROMIUM, find_chromium, playwright_chromiums, starts

PLAYWRIGHT = (sys.executable, "-m", "playwright")
HEADLESS_SHELL = "chromium-headless-shell"
# Chromium does not render without a font.
APT_PACKAGES = ("chromium", "fonts-liberation")
APT_GET = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=60")
INSTALL_SECONDS = 600.0
# Playwright tries five times: a closed network fails after at most 25 s instead of 150.
CONNECTION_TIMEOUT = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "5000"}
Run = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, slots=True)
class Installer:
    """A way to install a browser: commands to run in order, each only after the last succeeded."""

    name: str
    commands: tuple[tuple[str, ...], ...]


def main() -> int:
    print("browser: ", end="", flush=True)
    found, outcome = get_browser(
        find=lambda: find_chromium(os.environ, starts),
        installers=lambda: installers(os.environ, root_prefix(os.environ, os.geteuid(), run)),
        run=run,
    )
    print(outcome)
    return 1 if found is None and os.environ.get("REQUIRE_ALL_TESTS") == "1" else 0


def get_browser(
    *, find: Callable[[], str | None], installers: Callable[[], Iterable[Installer]], run: Run
) -> tuple[str | None, str]:
    """Finds or installs a browser; returns its path, if there is one, and one line about it."""
    if found := find():
        return found, f"found {found}"
    for installer in installers():
        if all(run(command) for command in installer.commands) and (found := find()):
            return found, f"installed {found} with {installer.name}"
    return None, f"none found, and none could be installed: {INSTALL_CHROMIUM}"


def installers(environ: Mapping[str, str], prefix: tuple[str, ...] | None) -> Iterator[Installer]:
    """Playwright's download needs no rights; the others need apt and, by `prefix`, root.

    Lazy: whether the second applies depends on what became of the first.
    """
    yield Installer("Playwright", ((*PLAYWRIGHT, "install", HEADLESS_SHELL),))
    if prefix is None or not shutil.which("apt-get", path=environ.get("PATH", "")):
        return
    if playwright_chromiums(environ):
        # Downloaded, and does not start: a minimal system lacks its libraries.
        libraries = (*prefix, *PLAYWRIGHT, "install-deps", HEADLESS_SHELL)
        yield Installer("Playwright and libraries from apt", (libraries,))
    chromium = ("install", "--yes", "--no-install-recommends", *APT_PACKAGES)
    yield Installer("apt", ((*prefix, *APT_GET, "update"), (*prefix, *APT_GET, *chromium)))


def root_prefix(environ: Mapping[str, str], user_id: int, run: Run) -> tuple[str, ...] | None:
    """The prefix of a command that needs root: empty, sudo, or None if sudo needs a password."""
    if user_id == 0:
        return ()
    sudo = shutil.which("sudo", path=environ.get("PATH", ""))
    return (sudo, "-n") if sudo and run([sudo, "-n", "true"]) else None


def run(command: Sequence[str]) -> bool:
    """Runs a command without output, and ends it with its children after INSTALL_SECONDS."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the commands above
            command,
            env={**os.environ, **CONNECTION_TIMEOUT},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        return process.wait(INSTALL_SECONDS) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False


if __name__ == "__main__":
    sys.exit(main())
