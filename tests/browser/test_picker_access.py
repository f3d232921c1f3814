"""Whether everybody can use it: WCAG 2.2 AA, criterion by criterion."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.stage import Picker, Stage, open_picker


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
