"""Accessibility: WCAG 2.2 AA, criterion by criterion."""

from typing import Any, Literal

from playwright.sync_api import expect

from tests.browser.picker import Picker

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


WIDE = "document.documentElement.scrollWidth > innerWidth"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def test_axe_finds_nothing(picker: Picker) -> None:
    picker.row("Song 12").click()
    picker.button("Play Song 1").click()
    expect(picker.button("Pause Song 1").first).to_be_visible()
    for width, height in ((1120, 900), (375, 812), (320, 640)):
        picker.page.set_viewport_size({"width": width, "height": height})
        for scheme in SCHEMES:
            picker.page.emulate_media(color_scheme=scheme)
            assert picker.violations() == [], (width, scheme)
        assert picker.page.evaluate(WIDE) is False, width


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
        *("Let TikTok choose", "No music", "Sort", "Length", "row"),
        *("Pause Song 1", "Position", "Stop"),
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


def test_no_text_is_cut_at_twice_the_size(picker: Picker) -> None:
    picker.row("Song 12").click()
    picker.page.evaluate("document.documentElement.style.fontSize = '200%'")
    for width in (1120, 640):
        picker.page.set_viewport_size({"width": width, "height": 900})

        assert picker.host.evaluate(CUT_VERTICALLY) == []
        assert picker.page.evaluate(WIDE) is False


MOTIONS: tuple[Literal["reduce", "no-preference"], ...] = ("reduce", "no-preference")
ENDLESS = """host => host.shadowRoot.getAnimations()
  .some((each) => each.effect.getComputedTiming().endTime === Infinity)"""
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


def test_a_small_page_shows_the_list_and_every_control(picker: Picker) -> None:
    picker.host.evaluate("host => { host.value = {mode: 'auto'} }")
    picker.button("Play Song 1").click()
    expect(picker.host.locator(".player")).to_be_visible()
    for text_size, least in (("100%", 100), ("200%", 60)):
        picker.page.evaluate(
            "size => { document.documentElement.style.fontSize = size }", text_size
        )
        for width, height in ((320, 256), (568, 320), (320, 640)):
            picker.page.set_viewport_size({"width": width, "height": height})
            assert picker.host.evaluate(VISIBLE_LIST) >= least, (text_size, width, height)
            assert picker.host.evaluate(UNREACHABLE) == [], (text_size, width, height)
            assert picker.page.evaluate(WIDE) is False


def test_its_sizes_come_from_the_text_around_it(picker: Picker) -> None:
    picker.page.evaluate("document.documentElement.style.fontSize = '62.5%'")
    picker.page.evaluate("document.body.style.fontSize = '16px'")
    for style, pixels in (("", 16), ("font-size: 20px", 20), ("--tmp-font-size: 15px", 15)):
        picker.host.evaluate("(host, style) => { host.style.cssText = style }", style)

        expect(picker.host.locator(".title").first).to_have_css("font-size", f"{pixels}px")
        expect(picker.host.locator(".row").first).to_have_css("height", f"{4.25 * pixels:g}px")
        expect(picker.host.locator(".chip").first).to_have_css("height", f"{2 * pixels}px")


SHIFT = """() => {
  const observer = new PerformanceObserver(() => {});
  observer.observe({ type: 'layout-shift', buffered: true });
  return observer.takeRecords().reduce((sum, { value }) => sum + value, 0);
}"""


def test_nothing_moves_while_it_loads(picker: Picker) -> None:
    expect(picker.row("Song 12").locator(".rank")).to_have_text("12 New")
    picker.page.wait_for_load_state("networkidle")

    assert picker.page.evaluate(SHIFT) < 0.001


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


def test_reduced_motion_turns_animations_off(picker: Picker) -> None:
    picker.page.route("**/picker/api/**", lambda route: None)  # never answers
    picker.renew()
    expect(picker.host.locator(".bone").first).to_be_visible()
    assert moving(picker) == [False, True]

    picker.page.unroute("**/picker/api/**")
    picker.page.route("**/*.mp3", lambda route: None)  # loads for a long time
    picker.host.evaluate("host => host.reload()")
    picker.button("Play Song 1").click()
    expect(picker.host.locator(".play[aria-busy=true]")).to_have_count(1)
    assert moving(picker) == [False, True]


def moving(picker: Picker) -> list[bool]:
    """True where something moves without end: with reduced motion, and without."""
    answers = []
    for motion in MOTIONS:
        picker.page.emulate_media(reduced_motion=motion)
        answers.append(bool(picker.host.evaluate(ENDLESS)))
    return answers


def test_a_pick_is_visible_without_colours(picker: Picker) -> None:
    picker.page.emulate_media(forced_colors="active")
    picker.row("Song 12").click()
    picker.chip("Spanish").click()
    expect(picker.rows).to_have_count(2)

    checks = picker.host.locator(".use svg")
    assert [check.is_visible() for check in checks.all()] == [False, True]
    expect(picker.row("Song 12")).to_have_css("outline-style", "solid")
    expect(picker.chip("Spanish")).to_have_css("outline-style", "solid")
    expect(picker.chip("English")).to_have_css("outline-style", "none")
