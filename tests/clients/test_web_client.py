"""The client for web pages in a real browser, against the proxy of the local run; and its types."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.local_process import ROOT, LocalRun

FOLDER = ROOT / "clients/web"
CODE = (FOLDER / "catalog.js").read_text()
TYPES = (FOLDER / "catalog.d.ts").read_text()
README = (FOLDER / "README.md").read_text()
SCHEMAS = json.loads(Path(ROOT / "layers_shared/tiktok_music/api/openapi.json").read_text())[
    "components"
]["schemas"]
NEVER = "00000000-0000-4000-8000-000000000000"
LIST = "**/picker/api/v1/tiktok-music"


@pytest.fixture
def page(local_run: LocalRun, browser: Browser) -> Iterator[Page]:
    """A page of the proxy's origin with the class as `Catalog` and a client as `catalog`."""
    base_url = local_run.facts["baseUrl"]
    setup = (
        "import { Catalog, CatalogError } from './catalog.js';"
        "Object.assign(window, { Catalog, CatalogError, catalog: new Catalog('/picker/api/') });"
    )
    files = {
        "page.html": ("text/html", '<!doctype html><script type="module" src="setup.js"></script>'),
        "setup.js": ("text/javascript", setup),
        "catalog.js": ("text/javascript", CODE),
    }
    opened = browser.new_page()
    for name, (kind, text) in files.items():
        opened.route(f"{base_url}/own/{name}", fulfill(kind, text))
    opened.goto(f"{base_url}/own/page.html")
    opened.wait_for_function("window.catalog")
    yield opened
    opened.close()


def fulfill(kind: str, text: str, status: int = 200, **headers: str) -> Any:
    def respond(route: Route) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        route.fulfill(status=status, content_type=kind, body=text, headers=named)

    return respond


def failure_of(page: Page, expression: str) -> dict[str, Any]:
    error: dict[str, Any] = page.evaluate(
        f"""async () => {{
          try {{ await ({expression}) }} catch (error) {{
            return {{ name: error.name, message: error.message, ...error }};
          }}
        }}"""
    )
    return error


def test_an_unchanged_list_is_a_304_and_the_same_object(page: Page) -> None:
    statuses: list[int] = []
    page.on("response", lambda response: statuses.append(response.status))

    result = page.evaluate(
        """async () => {
          const first = await catalog.list();
          const second = await catalog.list();
          const [track] = first.tracks;
          return [first.total, track.title, first === second, Object.isFrozen(track)];
        }"""
    )

    assert result == [18, "Paper Lanterns", True, True]
    assert statuses == [200, 304]


def test_a_search_filters_and_its_pages_are_the_list(page: Page) -> None:
    result = page.evaluate(
        """async () => {
          const languages = ['es', 'ko'];
          const found = await catalog.search({ q: 'PLAYA manana', languages, facets: true });
          const sizes = [], titles = [];
          for await (const { tracks } of catalog.pages({ limit: 5 })) {
            sizes.push(tracks.length);
            titles.push(...tracks.map((track) => track.title));
          }
          const whole = (await catalog.list()).tracks.map((track) => track.title);
          return {
            found: found.tracks.map((track) => track.title),
            counted: found.facets.language,
            sizes,
            isWhole: String(titles) === String(whole),
            isPage: 'nextCursor' in (await catalog.search()),
          };
        }"""
    )

    assert result == {
        "found": ["Mañana en la Playa"],
        "counted": {"es": 1},
        "sizes": [5, 5, 5, 3],
        "isWhole": True,
        "isPage": True,
    }


def test_the_charts_are_listed_and_searched(page: Page) -> None:
    result = page.evaluate(
        """async () => {
          const { charts, total } = await catalog.charts();
          const pages = await Promise.all(charts.map(({ id }) => catalog.search({ chart: id })));
          const isTotal = charts.every((chart, at) => chart.total === pages[at].total);
          return [charts[0].isDefault, charts.length, total, isTotal];
        }"""
    )

    assert result == [True, 3, 3, True]


def test_tracks_are_found_by_id_one_or_many(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    result = page.evaluate(
        """async (never) => {
          const [{ id }] = (await catalog.list()).tracks;
          const numbers = Array.from({ length: 99 }, (_, n) => String(n).padStart(2, '0'));
          const many = numbers.map((number) => never.slice(0, -2) + number);
          const found = await catalog.batch([id, id, ...many]);
          const [one, none] = [await catalog.track(id), await catalog.track(never)];
          return [one.rank, none, found.tracks.length, found.aliases, found.unknown.length];
        }""",
        NEVER,
    )

    assert result == [1, None, 1, {}, 99]
    assert len([url for url in asked if "/batch?" in url]) == 4


def test_an_api_error_has_its_code_request_id_and_details(page: Page) -> None:
    error = failure_of(page, "catalog.search({ limit: 101 })")

    assert (error["name"], error["code"], error["status"]) == ("CatalogError", "VALIDATION", 422)
    assert re.fullmatch(r"req_[0-9A-Z]{26}", error["requestId"])
    assert [issue["path"] for issue in error["details"]["issues"]] == ["limit"]


@pytest.mark.parametrize(
    ("status", "body", "code", "wait"),
    [
        (429, '{"error": {"code": "RATE_LIMITED", "message": "Slow."}}', "RATE_LIMITED", 7),
        (502, "<html>", "BAD_ANSWER", 7),
        (200, "<html>", "BAD_ANSWER", None),
        (200, "null", "BAD_ANSWER", None),
        (200, '{"tracks": {}}', "BAD_ANSWER", None),
    ],
)
def test_an_invalid_response_is_an_error(
    page: Page, status: int, body: str, code: str, wait: int | None
) -> None:
    page.route(
        LIST, fulfill("application/json", body, status, Retry_After="7", X_Request_Id="req_7")
    )

    error = failure_of(page, "catalog.list()")

    assert (error["code"], error["retryAfterSeconds"]) == (code, wait)
    assert (error["requestId"], error["status"]) == ("req_7", status)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("search({ commerce_only: true })", "'commerce_only'; did you mean 'commerceOnly'?"),
        ("search({ language: 'de' })", "'language'; did you mean 'languages'?"),
        ("pages({ commerceonly: true })", "'commerceonly'; did you mean 'commerceOnly'?"),
        ("list({ timeout: 1 })", "'timeout'; known are signal, timeoutMs, onResponse"),
        ("pages({}, { timeout: 1 })", "'timeout'; known are signal, timeoutMs, onResponse"),
        ("track('x', { timeout: 1 })", "'timeout'; known are signal, timeoutMs, onResponse"),
        ("batch('x')", "ids must be several strings, not one"),
    ],
)
def test_an_unknown_name_is_a_type_error_before_any_request(
    page: Page, call: str, message: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    error = failure_of(page, f"catalog.{call}")

    assert error["name"] == "TypeError"
    assert error["message"].endswith(message)
    assert asked == []


@pytest.mark.parametrize("src", ["/picker/api?x=1", "/picker/api?", "https://example.com/#top"])
def test_an_address_with_a_query_or_fragment_is_refused(page: Page, src: str) -> None:
    error = failure_of(page, f"new Catalog({json.dumps(src)})")

    assert (error["name"], "src must have no query" in error["message"]) == ("TypeError", True)
    unknown = failure_of(page, "new Catalog('/picker/api', { timeout: 1 })")
    assert unknown["message"] == "unknown option 'timeout'; known are timeoutMs, onResponse"


def paged(pages: list[tuple[int, str | None]]) -> Any:
    """Answers with pages of so many tracks and such cursors."""
    left = list(pages)

    def respond(route: Route) -> None:
        size, cursor = left.pop(0)
        body = {"tracks": [{"id": "a"}] * size, "total": 9, "nextCursor": cursor}
        route.fulfill(content_type="application/json", body=json.dumps(body))

    return respond


COUNT = """async (search) => {
  const sizes = [];
  try {
    for await (const { tracks } of catalog.pages(search)) sizes.push(tracks.length);
  } catch (error) { sizes.push(error.code, error.message) }
  return sizes;
}"""


def test_an_empty_page_is_the_last_one(page: Page) -> None:
    page.route(f"{LIST}?*", paged([(2, "c1"), (0, "c2")]))

    assert page.evaluate(COUNT, {}) == [2, 0]


@pytest.mark.parametrize("cursors", [["a", "a"], ["a", "b", "a"]])
def test_a_cursor_that_leads_back_is_a_bad_answer(page: Page, cursors: list[str]) -> None:
    page.route(f"{LIST}?*", paged([(1, cursor) for cursor in cursors]))

    *sizes, code, message = page.evaluate(COUNT, {})

    assert (sizes, code) == ([1] * len(cursors), "BAD_ANSWER")
    assert "cursor" in message


def test_paging_resumes_from_a_cursor(page: Page) -> None:
    sizes = page.evaluate(
        """async () => {
          const { nextCursor } = await catalog.search({ limit: 10 });
          const sizes = [];
          for await (const { tracks } of catalog.pages({ limit: 10, cursor: nextCursor })) {
            sizes.push(tracks.length);
          }
          return sizes;
        }"""
    )

    assert sizes == [8]


def test_a_hook_receives_each_response(page: Page) -> None:
    seen = page.evaluate(
        """async () => {
          const seen = [];
          const onResponse = ({ path, status, headers }) => {
            seen.push([path, status, headers.get('X-Request-Id').slice(0, 4)]);
          };
          await catalog.list();
          await catalog.list({ onResponse });
          await new Catalog('/picker/api', { onResponse }).search({ limit: 0 }).catch(() => null);
          return seen;
        }"""
    )

    assert seen == [
        ["/v1/tiktok-music", 304, "req_"],
        ["/v1/tiktok-music?limit=0", 422, "req_"],
    ]


def test_no_response_is_an_error(page: Page) -> None:
    page.route(LIST, lambda route: route.abort())
    assert failure_of(page, "catalog.list()")["code"] == "UNREACHABLE"

    page.unroute(LIST)
    page.route(LIST, lambda route: None)
    hasty = "new Catalog('/picker/api', { timeoutMs: 50 }).list()"
    assert failure_of(page, hasty)["code"] == "TIMEOUT"
    assert failure_of(page, "catalog.list({ timeoutMs: 50 })")["code"] == "TIMEOUT"


def test_an_aborted_call_throws_the_reason_of_its_signal(page: Page) -> None:
    page.route(LIST, lambda route: None)

    result = page.evaluate(
        """async () => {
          const stop = new AbortController();
          const asked = catalog.list({ signal: stop.signal }).catch((error) => error);
          stop.abort();
          const gone = { signal: AbortSignal.abort('gone') };
          return [(await asked).name, await catalog.list(gone).catch((reason) => reason)];
        }"""
    )

    assert result == ["AbortError", "gone"]


def test_the_example_of_the_readme_runs(page: Page, local_run: LocalRun) -> None:
    example = README.partition("```js\n")[2].partition("```")[0]
    base_url = local_run.facts["baseUrl"]
    page.route(f"{base_url}/own/setup.js", fulfill("text/javascript", example))

    page.goto(f"{base_url}/own/page.html")

    page.wait_for_function("document.title")
    assert page.title() == "1. Paper Lanterns"


def test_the_types_declare_what_the_code_exports() -> None:
    def methods(text: str) -> set[str]:
        body = text.partition("export class Catalog {")[2].partition("\n}")[0]
        return set(re.findall(r"^  (?:async )?\*?(\w+)\(", body, re.MULTILINE))

    exported = re.compile(r"^export class (\w+)", re.MULTILINE)
    assert set(exported.findall(TYPES)) == set(exported.findall(CODE))
    assert methods(TYPES) == methods(CODE) - set(re.findall(r"^  #(\w+)\(", CODE, re.MULTILINE))
    codes = set(re.findall(r"^  \| '(\w+)'", TYPES, re.MULTILINE))
    known = set(SCHEMAS["ErrorCode"]["enum"])
    assert codes >= known | {"UNREACHABLE", "TIMEOUT", "BAD_ANSWER"}


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Track",
            "TrackDetail",
            "SearchTrack",
            "HonoredBy",
            "Publish",
            "CommercialUse",
            "TrackMedia",
            "About",
        ),
        *("List", "Page", "Batch", "Facets", "Charts", "Chart", "TrackChart"),
    ],
)
def test_the_types_have_the_fields_that_the_api_describes(name: str) -> None:
    def declared(kind: str) -> set[str]:
        found = re.search(rf"export interface {kind}(?: extends (\w+))? {{(.*?)\n}}", TYPES, re.S)
        assert found is not None
        own = set(re.findall(r"^  readonly (\w+)\??:", found[2], re.MULTILINE))
        return own | (declared(found[1]) if found[1] else set())

    # A batch of an older API has no `found`.
    described = set(SCHEMAS["Listing" if name == "List" else name]["properties"])
    assert declared(name) - {"found"} == described - {"found"}


def test_every_method_is_in_the_readme() -> None:
    body = CODE.partition("export class Catalog {")[2].partition("\n}")[0]
    methods = set(re.findall(r"^  (?:async )?\*?(\w+)\(", body, re.MULTILINE)) - {"constructor"}

    assert set(re.findall(r"^\| `(\w+)\(", README, re.MULTILINE)) == methods
