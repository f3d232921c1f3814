"""Calls to an upstream's JSON API: its key, its envelopes, its passing faults."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from tiktok_music.adapters.safe_http import HttpAnswer, SafeHttp
from tiktok_music.errors import DownloadFailed, SourceRefused, SourceUnavailable

MAX_PAGE_BYTES = 16 * 1024 * 1024
ATTEMPTS = 3  # TikHub's advice: at most three tries, 30 to 60 s each
TIMEOUT_SECONDS = 45.0
LONGEST_WAIT_SECONDS = 20.0
# For a whole chart, its pages, tries and waits: what is left of a run's 15 minutes is for media.
FETCH_SECONDS = 240.0
# Ten times the largest chart that was ever seen; it is held in memory, taken apart.
MOST_FETCHED_BYTES = 64 * 1024 * 1024
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class ErrorCodeAnswered(SourceRefused):
    """Raised when the envelope of an answer has a `code` that is an error."""

    def __init__(self, name: str, code: object, message: str) -> None:
        super().__init__(f"upstream answered {name} {str(code)[:40]}: {message}")
        self.code = code


class Upstream:
    """One provider; `headers` gives what authenticates a call, asked anew for every try."""

    def __init__(
        self,
        http: SafeHttp,
        base_url: str,
        headers: Callable[[], Mapping[str, str]],
        sleep: Callable[[float], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._base_url = base_url
        self._headers = headers
        self._sleep = sleep
        self._clock = clock
        self._until: float | None = None
        self._bytes_left = MOST_FETCHED_BYTES

    def get_json(self, path: str) -> Any:
        """The document at `path`, which begins with a slash.

        Passing faults are tried three times. Time and bytes are those of all calls together: one
        Upstream is for one fetch. Raises SourceUnavailable, SourceRefused.
        """
        if self._until is None:
            self._until = self._clock() + FETCH_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            answer, problem, wait = self._try(f"{self._base_url}{path}")
            if answer is not None:
                return parse_json(self._counted(answer.body))
            if attempt < ATTEMPTS:
                self._sleep(min(wait or 2.0**attempt, LONGEST_WAIT_SECONDS))
        raise SourceUnavailable(f"upstream failed {ATTEMPTS} times, the last time: {problem}")

    def _counted(self, body: bytes) -> bytes:
        self._bytes_left -= len(body)
        if self._bytes_left < 0:
            raise SourceRefused(f"the chart is larger than {MOST_FETCHED_BYTES} bytes")
        return body

    def _seconds_left(self) -> float:
        seconds = (self._until or 0.0) - self._clock()
        if seconds <= 0:
            raise SourceUnavailable(f"the chart took longer than {FETCH_SECONDS:g} s")
        return seconds

    def _try(self, url: str) -> tuple[HttpAnswer | None, str, float | None]:
        headers = {**self._headers(), "Accept": "application/json"}
        try:
            answer = self._http.get(
                url,
                headers=headers,
                max_bytes=MAX_PAGE_BYTES,
                deadline_seconds=min(TIMEOUT_SECONDS, self._seconds_left()),
                redirects=0,
            )
        except DownloadFailed as exc:
            return None, str(exc), None
        if answer.status == 200:
            return answer, "", None
        if answer.status in TRY_AGAIN:
            return None, f"HTTP {answer.status}", answer.retry_after_seconds()
        hint = " (is the key in its secret right?)" if answer.status in (401, 403) else ""
        raise SourceRefused(f"upstream answered HTTP {answer.status}{hint}")


def parse_json(body: bytes) -> Any:
    """The document of a body; raises SourceRefused, which shows how the body starts."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as exc:
        start = body[:40].decode("utf-8", "replace")
        raise SourceRefused(f"upstream's answer is not JSON; it starts {start!r}") from exc


def unwrap(document: Any, wanted: str) -> dict[str, Any]:
    """The object that holds `wanted`, inside its envelopes.

    TikHub wraps an answer as `{code: 200, data}`, sometimes with `{code: 0, data}` inside; any
    other code is a failure, whatever the HTTP status said. Raises SourceRefused.
    """
    said = ""
    for _ in range(4):
        if not isinstance(document, dict):
            break
        said = _checked_message(document) or said
        if wanted in document:
            return document
        document = document.get("data")
    told = f"; it says {said!r}" if said else ""
    raise SourceRefused(f"upstream's answer has no {wanted}{told}")


def _checked_message(envelope: dict[str, Any]) -> str:
    names = ("status_msg", "message", "msg")
    message = next((str(envelope[name])[:120] for name in names if envelope.get(name)), "")
    for name, fine in (("code", (0, 200)), ("status_code", (0,))):
        code = envelope.get(name)
        if code is not None and code not in fine:
            raise ErrorCodeAnswered(name, code, message)
    return message
