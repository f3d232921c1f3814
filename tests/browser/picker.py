"""Opens the picker in a browser, in one window for all tests, and finds its parts."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Playwright,
    Route,
    ViewportSize,
)

from tools.testing.programs import chromium_candidates, firefox_candidates

# Each window loads two pages for the popup of the address bar, half of the CPU of a test. A list of
# our own replaces Playwright's, so that what matters of that is repeated.
FEATURES_OFF = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(FEATURES_OFF)}",
)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Only what is wrong leaves the page: to hand over what axe found right would take as long as axe.
RUN_AXE = """options => axe.run(options).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)))"""
FINISHED = """host => Promise.all(host.shadowRoot.getAnimations()
  .filter((each) => each.effect.getComputedTiming().endTime !== Infinity)
  .map((each) => each.finished))"""
FIREFOX_START_MS = 20_000
VIEWPORT: ViewportSize = {"width": 1120, "height": 900}
AXE = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": WCAG}}


def launch(playwright: Playwright) -> Browser | None:
    """Starts a Chromium of this machine, else Playwright's own; None where none starts."""
    for path in chromium_candidates(os.environ):
        with suppress(Error):
            return playwright.chromium.launch(executable_path=path, args=FLAGS)
    return None


def launch_firefox(playwright: Playwright) -> Browser | None:
    """Starts Playwright's Firefox, else the one of this machine; None where none starts."""
    with suppress(Error):
        return playwright.firefox.launch()
    for path in firefox_candidates(os.environ):
        with suppress(Error):
            started = playwright.firefox.launch(
                channel="moz-firefox", executable_path=path, timeout=FIREFOX_START_MS
            )
            started.new_context().close()  # an old one starts, and knows too little of BiDi
            return started
    return None


@dataclass
class Picker:
    """The picker on a page, located by role and accessible name."""

    page: Page
    errors: list[str] = field(default_factory=list)
    listeners: list[tuple[Any, Callable[[Any], None]]] = field(default_factory=list)

    def on(self, event: Any, listener: Callable[[Any], None]) -> None:
        """Listens to an event of Playwright's page until the test ends."""
        self.page.on(event, listener)
        self.listeners.append((event, listener))

    def remove_listeners(self) -> None:
        while self.listeners:
            self.page.remove_listener(*self.listeners.pop())

    def note_console(self, message: ConsoleMessage) -> None:
        if "Security Policy" in message.text:
            self.errors.append(message.text)

    @property
    def host(self) -> Locator:
        return self.page.locator("tiktok-music-picker")

    @property
    def rows(self) -> Locator:
        return self.host.get_by_role("grid").get_by_role("row")

    def renew(self) -> None:
        """Puts a new picker in the place of this one: it loads its list, and the page stays."""
        self.host.evaluate("host => host.replaceWith(host.cloneNode())")

    def row(self, title: str) -> Locator:
        return self.rows.filter(has_text=title)

    @property
    def search(self) -> Locator:
        return self.host.get_by_role("searchbox")

    def chip(self, name: str) -> Locator:
        return self.host.get_by_role("toolbar").get_by_role("button", name=name)

    def button(self, name: str) -> Locator:
        return self.host.get_by_role("button", name=name, exact=True)

    @property
    def said(self) -> Locator:
        return self.host.get_by_role("status")

    def titles(self) -> list[str]:
        return self.host.locator(".title").all_inner_texts()

    def focused_title(self) -> str:
        """The title in the focused row; empty where no row has the focus."""
        title: str = self.host.evaluate(
            "host => host.shadowRoot.activeElement?.querySelector('.title')?.textContent ?? ''"
        )
        return title

    def note(self) -> list[str]:
        """The visible lines of the note on the pick."""
        lines = self.host.locator(".note strong, .note p").all()
        return [line.inner_text() for line in lines if line.is_visible()]

    def note_button(self) -> Locator:
        """The button that opens the note."""
        return self.host.locator(".summary")

    def audio(self, expression: str) -> Any:
        return self.host.evaluate(f"host => host.shadowRoot.querySelector('audio').{expression}")

    def events(self) -> list[Any]:
        """The details of all `track-selected` events so far."""
        seen: list[Any] = self.page.evaluate("window.seen")
        return seen

    def violations(self) -> list[str]:
        """Runs axe once transitions have ended; returns rule and element of each violation."""
        self.host.evaluate(FINISHED)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        found: list[str] = self.page.evaluate(RUN_AXE, AXE)
        return found


@contextmanager
def open_picker(
    browser: Browser, url: str, *, alone: bool = False, **context: Any
) -> Iterator[Picker]:
    """Opens the page; fails on script errors and on violations of its Content-Security-Policy.

    The page stays for the next test, as a new window costs three times what a page in it costs.
    With options of a context it gets a window of its own, and with `alone`, for what cannot be
    undone: a clock, a script that runs before those of the page.
    """
    is_shared = not (alone or context)
    page = shared_page(browser) if is_shared else new_page(browser, **context)
    picker = Picker(page)
    picker.on("pageerror", lambda error: picker.errors.append(str(error)))
    picker.on("console", picker.note_console)
    try:
        page.goto(url)
        yield picker
        assert picker.errors == []
    finally:
        picker.remove_listeners()
        if is_shared:
            reset(page)
        else:
            page.context.close()


def shared_page(browser: Browser) -> Page:
    """The page of the browser's first context, which stays."""
    return browser.contexts[0].pages[0] if browser.contexts else new_page(browser)


def new_page(browser: Browser, **context: Any) -> Page:
    opened = browser.new_context(**{"viewport": VIEWPORT, "reduced_motion": "reduce", **context})
    page = opened.new_page()
    page.add_init_script(
        "window.seen = [];"
        "addEventListener('track-selected', (event) => window.seen.push(event.detail));"
    )
    return page


def reset(page: Page) -> None:
    """Ends what runs on the page, and undoes what a test changed of its window."""
    for routed in (page, page.context):
        routed.unroute_all(behavior="ignoreErrors")
    page.context.set_offline(False)
    page.goto("about:blank")
    page.mouse.move(0, 0)
    page.set_viewport_size(VIEWPORT)
    page.emulate_media(color_scheme="light", reduced_motion="reduce", forced_colors="none")


def wait_for(page: Page, held: list[Route]) -> None:
    for _ in range(40):
        if held:
            return
        page.wait_for_timeout(50)
    raise AssertionError("no request was made")
