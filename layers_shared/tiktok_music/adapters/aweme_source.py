"""TikTok's app music chart over a provider's HTTP API (TikHub's form)."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from tiktok_music.adapters.aweme_rows import parse_chart_row
from tiktok_music.adapters.safe_http import HttpAnswer, SafeHttp
from tiktok_music.errors import DownloadFailed, SourceRefused, SourceUnavailable
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.verdict import Rejection
from tiktok_music.settings import Secret

CHART_PATH = "/api/v1/tiktok/app/v3/fetch_music_chart_list"
PAGE_ROWS = 50  # the most that upstream gives
MAX_PAGES = 40  # per scene: a cursor that never ends must
MAX_PAGE_BYTES = 16 * 1024 * 1024
ATTEMPTS = 3  # TikHub's advice: at most three tries, 30 to 60 s each
TIMEOUT_SECONDS = 45.0
LONGEST_WAIT_SECONDS = 20.0
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class AwemeSource:
    """Fetches every page of every scene, or fails: half a chart is no chart."""

    def __init__(
        self,
        http: SafeHttp,
        base_url: str,
        api_key: Secret,
        scenes: tuple[int, ...],
        sleep: Callable[[float], None],
    ) -> None:
        self._http = http
        self._base_url = base_url
        self._api_key = api_key
        self._scenes = scenes
        self._sleep = sleep

    def fetch(self) -> Chart:
        """The rows of all scenes in chart order."""
        rows = [row for scene in self._scenes for row in self._scene(scene)]
        parsed = [parse_chart_row(row) for row in rows]
        return Chart(
            rows=len(rows),
            candidates=tuple(item for item in parsed if isinstance(item, Candidate)),
            rejections=tuple(item for item in parsed if isinstance(item, Rejection)),
        )

    def _scene(self, scene: int) -> Iterator[Any]:
        cursor = 0
        for _ in range(MAX_PAGES):
            page = self._page(scene, cursor)
            rows = page.get("music_list")
            if not isinstance(rows, list):
                raise SourceRefused(f"upstream's answer for scene {scene} has no music_list")
            yield from rows
            following = page.get("cursor")
            if not page.get("has_more") or not rows:
                return
            if not isinstance(following, int) or following <= cursor:
                raise SourceRefused(f"upstream's cursor does not move on: {following!r}")
            cursor = following
        raise SourceRefused(f"scene {scene} has more than {MAX_PAGES} pages")

    def _page(self, scene: int, cursor: int) -> dict[str, Any]:
        query = urlencode({"scene": scene, "cursor": cursor, "count": PAGE_ROWS})
        answer = self._get(f"{self._base_url}{CHART_PATH}?{query}")
        try:
            document = json.loads(answer.body)
        except (ValueError, RecursionError) as exc:
            start = answer.body[:40].decode("utf-8", "replace")
            raise SourceRefused(f"upstream's answer is not JSON; it starts {start!r}") from exc
        return unwrap(document)

    def _get(self, url: str) -> HttpAnswer:
        for attempt in range(1, ATTEMPTS + 1):
            problem, wait = self._try(url)
            if isinstance(problem, HttpAnswer):
                return problem
            if attempt < ATTEMPTS:
                self._sleep(min(wait or 2.0**attempt, LONGEST_WAIT_SECONDS))
        raise SourceUnavailable(f"upstream failed {ATTEMPTS} times, the last time: {problem}")

    def _try(self, url: str) -> tuple[HttpAnswer | str, float | None]:
        headers = {
            "Authorization": f"Bearer {self._api_key.reveal()}",
            "Accept": "application/json",
        }
        try:
            answer = self._http.get(
                url, headers=headers, max_bytes=MAX_PAGE_BYTES, deadline_seconds=TIMEOUT_SECONDS
            )
        except DownloadFailed as exc:
            return str(exc), None
        if answer.status == 200:
            return answer, None
        if answer.status in TRY_AGAIN:
            return f"HTTP {answer.status}", answer.retry_after_seconds()
        hint = " (is the key in SOURCE_SECRET right?)" if answer.status in (401, 403) else ""
        raise SourceRefused(f"upstream answered HTTP {answer.status}{hint}")


def unwrap(document: Any) -> dict[str, Any]:
    """The chart inside its envelopes.

    TikHub wraps it as `{code: 200, data}`, sometimes with `{code: 0, data}` inside; any other
    code is a failure, whatever the HTTP status said.
    """
    for _ in range(4):
        if not isinstance(document, dict):
            break
        _check_code(document)
        if "music_list" in document:
            return document
        document = document.get("data")
    raise SourceRefused("upstream's answer has no music_list")


def _check_code(envelope: dict[str, Any]) -> None:
    message = envelope.get("status_msg") or envelope.get("message") or envelope.get("msg") or ""
    for name, fine in (("code", (0, 200)), ("status_code", (0,))):
        code = envelope.get(name)
        if code is not None and code not in fine:
            raise SourceRefused(f"upstream answered {name} {code!r}: {str(message)[:120]}")
