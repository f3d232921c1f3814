"""Counts the long tasks of a picker that is scrolled: `python -m tests.browser.scrolling [tracks]`.

A task of more than 50 ms is long (W3C Long Tasks): it is what makes a page stutter.
"""

import sys

from playwright.sync_api import sync_playwright

from tests.browser.picker import launch, open_picker
from tests.browser.stage import many_tracks, stage
from tests.needs import BROWSER

OBSERVE = """window.long = [];
new PerformanceObserver((list) => window.long.push(...list.getEntries().map((e) => e.duration)))
  .observe({ type: 'longtask' })"""
SCROLL = """async (grid, { steps, pixels }) => {
  const far = grid.scrollTop;
  window.long = [];
  let rows = 0;
  const started = performance.now();
  for (let step = 1; step <= steps; step++) {
    grid.scrollTop = far + step * pixels;
    await new Promise((done) => requestAnimationFrame(done));
    rows = Math.max(rows, grid.querySelectorAll('[role=row]').length);
  }
  await new Promise((done) => setTimeout(done, 200));
  const long = window.long.map(Math.round);
  return { rows, long, frame: (performance.now() - started - 200) / steps };
}"""
PACES = {"reading (1 row a frame)": (600, 68), "flinging (10 rows a frame)": (900, 680)}


def main(count: int) -> None:
    with sync_playwright() as playwright, stage(*many_tracks(count)) as served:
        browser = launch(playwright)
        if browser is None:
            sys.exit(BROWSER.reason)
        with open_picker(browser, served.address) as opened:
            opened.rows.first.wait_for()
            opened.page.evaluate(OBSERVE)
            grid = opened.host.get_by_role("grid")
            for name, (steps, pixels) in PACES.items():
                seen = grid.evaluate(SCROLL, {"steps": steps, "pixels": pixels})
                print(
                    f"{count} tracks, {name}: {steps} frames of {seen['frame']:.0f} ms, at most"
                    f" {seen['rows']} rows, {len(seen['long'])} long tasks {seen['long']}"
                )
        browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
