"""The browser of `make test`: search, installation attempts and output."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.needs import BROWSER, BUILT_FUNCTIONS, NODE, not_tested
from tools.testing.get_browser import PLAYWRIGHT, get_browser, installers, root_prefix
from tools.testing.programs import chromium_candidates, find_chromium, find_node

DOWNLOAD = (*PLAYWRIGHT, "install", "chromium-headless-shell")
LIBRARIES = (*PLAYWRIGHT, "install-deps", "chromium-headless-shell")
APT_GET = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=60")
UPDATE = (*APT_GET, "update")
INSTALL = (*APT_GET, "install", "--yes", "--no-install-recommends", "chromium", "fonts-liberation")


def a_program(path: Path, text: str = "exit 1") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@dataclass
class FakeMachine:
    """Runs commands; `effects` maps one to the file that it makes, any other fails."""

    folder: Path
    effects: dict[tuple[str, ...], Path | None] = field(default_factory=dict)
    ran: list[tuple[str, ...]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    @property
    def environ(self) -> dict[str, str]:
        return {"PATH": str(self.folder / "bin"), "HOME": str(self.folder)}

    def run(self, command: Sequence[str]) -> bool:
        self.ran.append(tuple(command))
        made = self.effects.get(tuple(command))
        if made is not None:
            a_program(made)
        return tuple(command) in self.effects

    def get_browser(self, prefix: tuple[str, ...] | None) -> tuple[str | None, str]:
        return get_browser(
            find=lambda: find_chromium(self.environ, lambda path: path not in self.broken),
            installers=lambda: installers(self.environ, prefix),
            run=self.run,
        )


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    monkeypatch.setattr("tools.testing.programs.MAC_APPLICATIONS", ())
    a_program(tmp_path / "bin/apt-get")
    return FakeMachine(tmp_path)


def test_an_installed_browser_is_used_and_nothing_is_run(machine: FakeMachine) -> None:
    chrome = a_program(machine.folder / "bin/google-chrome")

    assert machine.get_browser(prefix=()) == (chrome, f"found {chrome}")
    assert machine.ran == []


def test_playwrights_download_comes_first(machine: FakeMachine) -> None:
    shell = machine.folder / ".cache/ms-playwright/chromium_headless_shell-9/x/headless_shell"
    machine.effects = {DOWNLOAD: shell}

    assert machine.get_browser(prefix=()) == (str(shell), f"installed {shell} with Playwright")
    assert machine.ran == [DOWNLOAD]


def test_a_download_that_does_not_start_gets_its_libraries(machine: FakeMachine) -> None:
    shell = machine.folder / ".cache/ms-playwright/chromium_headless_shell-9/x/headless_shell"
    chromium = machine.folder / "bin/chromium"
    machine.effects = {DOWNLOAD: shell, LIBRARIES: None, UPDATE: None, INSTALL: chromium}
    machine.broken = {str(shell)}

    assert machine.get_browser(prefix=()) == (str(chromium), f"installed {chromium} with apt")
    assert machine.ran == [DOWNLOAD, LIBRARIES, UPDATE, INSTALL]


def test_apt_is_next_where_the_download_fails(machine: FakeMachine) -> None:
    chromium = machine.folder / "bin/chromium"
    sudo = ("/usr/bin/sudo", "-n")
    machine.effects = {(*sudo, *UPDATE): None, (*sudo, *INSTALL): chromium}

    assert machine.get_browser(prefix=sudo) == (str(chromium), f"installed {chromium} with apt")


@pytest.mark.parametrize("prefix", [None, ()], ids=["no root", "root"])
def test_without_any_browser_the_line_says_so(
    machine: FakeMachine, prefix: tuple[str, ...] | None
) -> None:
    found, line = machine.get_browser(prefix)

    assert found is None
    assert line == (
        "none found, and none could be installed: install chromium (Debian: apt install chromium "
        "fonts-liberation)"
    )
    assert machine.ran == ([DOWNLOAD] if prefix is None else [DOWNLOAD, UPDATE])


def test_apt_is_left_alone_where_there_is_none(machine: FakeMachine) -> None:
    (machine.folder / "bin/apt-get").unlink()

    machine.get_browser(prefix=())

    assert machine.ran == [DOWNLOAD]


def test_root_needs_no_sudo_and_a_password_is_never_asked_for(machine: FakeMachine) -> None:
    assert root_prefix(machine.environ, 0, machine.run) == ()
    assert root_prefix(machine.environ, 1000, machine.run) is None
    sudo = a_program(machine.folder / "bin/sudo")
    assert root_prefix(machine.environ, 1000, machine.run) is None
    machine.effects = {(sudo, "-n", "true"): None}
    assert root_prefix(machine.environ, 1000, machine.run) == (sudo, "-n")


def test_the_newest_of_playwrights_browsers_comes_after_the_path(machine: FakeMachine) -> None:
    folder = machine.folder / "chosen"
    old = a_program(folder / "chromium_headless_shell-999/x/headless_shell")
    new = a_program(folder / "chromium_headless_shell-1255/y/chrome-headless-shell")
    chromium = a_program(machine.folder / "bin/chromium")
    environ = {**machine.environ, "PLAYWRIGHT_BROWSERS_PATH": str(folder)}

    assert chromium_candidates(environ) == [chromium, new, old]


@pytest.mark.parametrize("version", ["v16.20.2", "v18.0.0", "nonsense"])
def test_an_old_node_is_passed_over(machine: FakeMachine, version: str) -> None:
    node = a_program(machine.folder / "bin/node", f"echo {version}")

    found = find_node(machine.environ)

    assert (found == node) == (version == "v18.0.0")
    assert found is None or os.access(found, os.X_OK)


def test_the_summary_counts_the_skipped_tests_by_what_they_need() -> None:
    reasons = [f"Skipped: {BROWSER.reason}"] * 3 + ["Skipped: libraries of Linux are ELF"]

    assert not_tested([*reasons, f"Skipped: {NODE.reason}"]) == [
        "NOT TESTED: 3 tests that need a browser (picker, web client): install chromium (Debian: "
        "apt install chromium fonts-liberation), and run make test again",
        "NOT TESTED: 1 tests that need node (example proxy, syntax of scripts): install node 18 "
        "or newer",
    ]
    assert not_tested([]) == []
    assert BUILT_FUNCTIONS.reason.startswith("needs SAM and Python 3.13: ")
