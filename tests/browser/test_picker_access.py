"""Accessibility: WCAG 2.2 AA, criterion by criterion."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.stage import Picker, Stage, open_picker

# The spacing that a reader may set by WCAG 1.4.12.
SPACING = (
    "host => { const sheet = new CSSStyleSheet(); sheet.replaceSync("
    "'* { line-height: 1.5 !important; letter-spacing: .12em !important;"
    " word-spacing: .16em !important }'); host.shadowRoot.adoptedStyleSheets.push(sheet) }"
)
CUT_VERTICALLY = (
    "host => [...host.shadowRoot.querySelectorAll('.row, .chip, .note, .player, .bar, .auto')]"
    ".filter((node) => node.scrollHeight > node.clientHeight + 1 && node.clientHeight)"
    ".map((node) => node.className)"
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "viewport",
    [{"width": 1120, "height": 900}, {"width": 375, "height": 812}, {"width": 320, "height": 640}],
    ids=lambda size: f"{size['width']}px",
)
def test_axe_finds_nothing(
    few: Stage, browser: Browser, tmp_path: Path, scheme: str, viewport: dict[str, int]
) -> None:
    with open_picker(browser, few.address, color_scheme=scheme, viewport=viewport) as opened:
        opened.row("Song 12").click()
        opened.button("Play Song 1").click()
        expect(opened.button("Pause Song 1").first).to_be_visible()
        opened.page.screenshot(path=tmp_path / f"picker_{scheme}_{viewport['width']}.png")

        assert opened.violations() == []
        wide = "document.documentElement.scrollWidth > innerWidth"
        assert opened.page.evaluate(wide) is False


def test_every_target_is_large_enough(picker: Picker) -> None:
    picker.button("Play Song 1").click()
    sizes: list[list[float]] = picker.host.evaluate(
        "host => [...host.shadowRoot.querySelectorAll('button, input')]"
        ".map((node) => node.getBoundingClientRect()).filter((box) => box.width)"
        ".map((box) => [box.width, box.height])"
    )

    assert min(min(size) for size in sizes) >= 24


def test_a_row_is_read_as_its_facts_without_its_buttons(picker: Picker) -> None:
    expect(picker.rows.first).to_have_accessible_name("Song 1 Artist 1 English 3M videos 0:24 1")
    expect(picker.row("Song 12")).to_have_accessible_name(
        "Song 12 Artist 12 Spanish Personal use 3M videos 0:24 12 New"
    )


def test_tab_goes_through_the_parts_in_order_and_leaves(picker: Picker) -> None:
    picker.button("Play Song 1").click()
    picker.search.fill("song")
    expect(picker.rows).to_have_count(10)

    picker.search.focus()
    stops = [focus_of(picker)]
    while stops[-1]["tag"] != "PRE":
        picker.page.keyboard.press("Tab")
        stops.append(focus_of(picker))
        assert len(stops) < 15

    assert [stop["name"] for stop in stops] == [
        *("Search music", "Clear the search", "Commercial use 8", "All filters"),
        *("Let TikTok choose", "No music", "row", "Pause Song 1", "Position", "Stop"),
        *("Nothing is picked yet", "The last event"),
    ]
    assert [stop["outline"] for stop in stops] == ["solid 2px"] * len(stops)


def focus_of(picker: Picker) -> dict[str, Any]:
    """Returns the tag, name and outline of the focused element."""
    found: dict[str, Any] = picker.page.evaluate(
        """() => {
          let node = document.activeElement;
          while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
          const { outlineStyle, outlineWidth } = getComputedStyle(node);
          const name = node.ariaLabel ?? node.getAttribute('role') ?? node.textContent.trim();
          return { tag: node.tagName, name, outline: `${outlineStyle} ${outlineWidth}` };
        }"""
    )
    return found


def test_no_text_is_cut_with_the_spacing_of_a_reader(picker: Picker) -> None:
    picker.row("Song 12").click()
    picker.button("Play Song 1").click()
    picker.host.evaluate(SPACING)

    assert picker.host.evaluate(CUT_VERTICALLY) == []


@pytest.mark.parametrize("width", [1120, 640])
def test_no_text_is_cut_at_twice_the_size(few: Stage, browser: Browser, width: int) -> None:
    with open_picker(browser, few.address, viewport={"width": width, "height": 900}) as opened:
        opened.row("Song 12").click()
        opened.page.evaluate("document.documentElement.style.fontSize = '200%'")

        assert opened.host.evaluate(CUT_VERTICALLY) == []
        wide = "document.documentElement.scrollWidth > innerWidth"
        assert opened.page.evaluate(wide) is False


VISIBLE_LIST = """host => {
  const grid = host.shadowRoot.querySelector('[role=grid]');
  grid.scrollIntoView({ block: 'end' });
  const box = grid.getBoundingClientRect();
  const player = host.shadowRoot.querySelector('.player').getBoundingClientRect();
  return Math.min(box.bottom, player.top, innerHeight) - Math.max(box.top, 0);
}"""
UNREACHABLE = """host => [...host.shadowRoot.querySelectorAll('button, input')].filter((node) => {
  if (!node.checkVisibility() || node.closest('.chips')) return false;
  node.scrollIntoView({ block: 'center' });
  const { left, right, top, bottom } = node.getBoundingClientRect();
  return left < 0 || right > innerWidth || top < 0 || bottom > innerHeight;
}).map((node) => node.className)"""


@pytest.mark.parametrize(("width", "height"), [(320, 256), (568, 320), (320, 640)])
@pytest.mark.parametrize(("text_size", "least"), [("100%", 100), ("200%", 60)])
def test_a_small_page_shows_the_list_and_every_control(
    few: Stage, browser: Browser, width: int, height: int, text_size: str, least: int
) -> None:
    viewport = {"width": width, "height": height}
    with open_picker(browser, few.address, viewport=viewport) as opened:
        opened.page.evaluate(
            "size => { document.documentElement.style.fontSize = size }", text_size
        )
        opened.host.evaluate("host => { host.value = {mode: 'auto'} }")
        opened.button("Play Song 1").click()
        expect(opened.host.locator(".player")).to_be_visible()

        assert opened.host.evaluate(VISIBLE_LIST) >= least
        assert opened.host.evaluate(UNREACHABLE) == []
        wide = "document.documentElement.scrollWidth > innerWidth"
        assert opened.page.evaluate(wide) is False


@pytest.mark.parametrize(
    ("style", "pixels"),
    [("", 16), ("font-size: 20px", 20), ("--tmp-font-size: 15px", 15)],
)
def test_its_sizes_come_from_the_text_around_it(picker: Picker, style: str, pixels: int) -> None:
    picker.page.evaluate("document.documentElement.style.fontSize = '62.5%'")
    picker.page.evaluate("document.body.style.fontSize = '16px'")
    picker.host.evaluate("(host, style) => { host.style.cssText = style }", style)

    expect(picker.host.locator(".title").first).to_have_css("font-size", f"{pixels}px")
    expect(picker.host.locator(".row").first).to_have_css("height", f"{4.25 * pixels:g}px")
    expect(picker.host.locator(".chip").first).to_have_css("height", f"{2 * pixels}px")


def test_nothing_moves_while_it_loads(few: Stage, browser: Browser) -> None:
    with open_picker(browser, "about:blank") as opened:
        opened.page.add_init_script(
            "window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach("
            "(entry) => { shift += entry.value })).observe({type: 'layout-shift', buffered: true})"
        )
        opened.page.goto(few.address)
        expect(opened.row("Song 12").locator(".rank")).to_have_text("12 New")
        opened.page.wait_for_load_state("networkidle")

        assert opened.page.evaluate("window.shift") < 0.001


def test_typing_does_not_reach_the_shortcuts_of_the_page(picker: Picker) -> None:
    picker.page.evaluate(
        "window.keys = []; for (const name of ['keydown', 'keypress', 'keyup'])"
        " addEventListener(name, ({ key }) => keys.push(key))"
    )
    picker.search.focus()
    for key in ("s", "/", "?", "Backspace", "Enter", "ArrowDown", "Control+k"):
        picker.page.keyboard.press(key)
    picker.page.keyboard.press(" ")

    assert set(picker.page.evaluate("window.keys")) <= {
        *("Control", "k", " ", "Shift"),
        "ArrowDown",  # its keyup, in the list
    }


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_reduced_motion_turns_animations_off(
    few: Stage, browser: Browser, motion: str, moves: bool
) -> None:
    running = "host => host.shadowRoot.getAnimations().length > 0"
    with open_picker(browser, "about:blank", reduced_motion=motion) as opened:
        opened.page.route("**/picker/api/**", lambda route: None)  # never answers
        opened.page.goto(few.address)
        expect(opened.host.locator(".bone").first).to_be_visible()
        assert opened.host.evaluate(running) is moves

        opened.page.unroute("**/picker/api/**")
        opened.page.context.route("**/*.mp3", lambda route: None)  # loads for a long time
        opened.host.evaluate("host => host.reload()")
        opened.button("Play Song 1").click()
        expect(opened.host.locator(".play[aria-busy=true]")).to_have_count(1)
        opened.page.wait_for_timeout(300)
        assert opened.host.evaluate(running) is moves


def test_a_pick_is_visible_without_colours(few: Stage, browser: Browser) -> None:
    with open_picker(browser, few.address, forced_colors="active") as opened:
        opened.row("Song 12").click()
        opened.chip("Spanish").click()
        expect(opened.rows).to_have_count(2)

        checks = opened.host.locator(".use svg")
        assert [check.is_visible() for check in checks.all()] == [False, True]
        expect(opened.row("Song 12")).to_have_css("outline-style", "solid")
        expect(opened.chip("Spanish")).to_have_css("outline-style", "solid")
        expect(opened.chip("English")).to_have_css("outline-style", "none")
