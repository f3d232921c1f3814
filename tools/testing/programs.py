"""Finds the programs that a part of the tests needs: a Chromium, and node."""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import playwright

CHROMIUM_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FIREFOX_COMMANDS = ("firefox", "firefox-esr")
MAC_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Where Playwright stores its downloads, below the home folder: Linux, macOS.
PLAYWRIGHT_FOLDERS = (".cache/ms-playwright", "Library/Caches/ms-playwright")
PLAYWRIGHT_PROGRAMS = ("chromium_headless_shell-*/*/*headless*shell", "chromium-*/*/chrome")
INSTALL_CHROMIUM = "install chromium (Debian: apt install chromium fonts-liberation)"
OLDEST_NODE = 18
START_SECONDS = 60.0


def chromium_candidates(environ: Mapping[str, str]) -> list[str]:
    """Every Chromium on the PATH, then macOS applications, then Playwright's, newest first."""
    path = environ.get("PATH", "")
    on_path = [found for name in CHROMIUM_COMMANDS if (found := shutil.which(name, path=path))]
    applications = [place for place in MAC_APPLICATIONS if Path(place).exists()]
    return list(dict.fromkeys([*on_path, *applications, *playwright_chromiums(environ)]))


def firefox_candidates(environ: Mapping[str, str]) -> list[str]:
    """Every Firefox on the PATH."""
    path = environ.get("PATH", "")
    return [found for name in FIREFOX_COMMANDS if (found := shutil.which(name, path=path))]


def find_chromium(environ: Mapping[str, str], starts: Callable[[str], bool]) -> str | None:
    """The first candidate that starts."""
    return next((path for path in chromium_candidates(environ) if starts(path)), None)


def starts(chromium: str) -> bool:
    """Renders a page: a browser without its libraries or any font fails only here, as does a
    placeholder that asks for another package."""
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    try:
        done = subprocess.run(  # noqa: S603 - a program of this machine
            [*command, "data:text/html,<p>ready</p>"],
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "<p>ready</p>" in done.stdout


def find_node(environ: Mapping[str, str]) -> str | None:
    """node 18 or newer: the one on the PATH, else the one that Playwright's package contains."""
    bundled = Path(playwright.__file__).parent / "driver/node"
    candidates = (shutil.which("node", path=environ.get("PATH", "")), str(bundled))
    return next((path for path in candidates if path and _node_version(path) >= OLDEST_NODE), None)


def _node_version(node: str) -> int:
    """The major version; 0 where it does not run."""
    try:
        text = subprocess.run([node, "--version"], capture_output=True, text=True).stdout  # noqa: S603
    except OSError:
        return 0
    found = re.match(r"v(\d+)\.", text)
    return int(found[1]) if found else 0


def playwright_chromiums(environ: Mapping[str, str]) -> list[str]:
    """Paths of Playwright's downloads, the newest first; they may lack system libraries."""
    home = Path(environ.get("HOME", "/"))
    chosen = environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folders = [Path(chosen)] if chosen else [home / name for name in PLAYWRIGHT_FOLDERS]
    found = [
        path
        for folder in folders
        for pattern in PLAYWRIGHT_PROGRAMS
        for path in folder.glob(pattern)
        if path.is_file()
    ]
    return [str(path) for path in sorted(found, key=_revision, reverse=True)]


def _revision(program: Path) -> int:
    """1255 of .../chromium_headless_shell-1255/chrome-headless-shell-linux64/..."""
    return int(program.parents[1].name.rpartition("-")[2])
