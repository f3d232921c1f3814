"""Calls a provider's JSON API: authentication, envelopes, retries of transient errors."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from tiktok_music.adapters.safe_http import HttpResponse, SafeHttp
from tiktok_music.errors import DownloadFailed, SourceRefused, SourceUnavailable

MAX_PAGE_BYTES = 16 * 1024 * 1024
ATTEMPTS = 3  # TikHub's advice: at most three tries, 30 to 60 s each
TIMEOUT_SECONDS = 45.0
LONGEST_WAIT_SECONDS = 20.0
# For a whole chart with its pages, retries and waits: the rest of a run's 15 minutes is for media.
FETCH_SECONDS = 240.0
# Ten times the largest chart seen so far; the parsed chart is in memory.
MOST_FETCHED_BYTES = 64 * 1024 * 1024
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class ErrorCodeAnswered(SourceRefused):
    """Raised when the envelope of an answer has an error code; `code` is the provider's value."""

    def __init__(self, name: str, code: object, message: str) -> None:
        super().__init__(f"upstream answered {name} {str(code)[:40]}: {message}")
        self.code = code


class Upstream:
    """One provider for one fetch; `headers` returns the authentication of each attempt."""

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

        Transient errors are retried, up to three attempts. Time and bytes are limited for all calls
        together. Raises SourceUnavailable, SourceRefused.
        """
        if self._until is None:
            self._until = self._clock() + FETCH_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            answer, problem, wait = self._try(f"{self._base_url}{path}")
            if answer is not None:
                return parse_json(self._within_limit(answer.body))
            if attempt < ATTEMPTS:
                self._sleep(min(wait or 2.0**attempt, LONGEST_WAIT_SECONDS))
        raise SourceUnavailable(f"upstream failed {ATTEMPTS} times, the last time: {problem}")

    def _within_limit(self, body: bytes) -> bytes:
        self._bytes_left -= len(body)
        if self._bytes_left < 0:
            raise SourceRefused(f"the chart is larger than {MOST_FETCHED_BYTES} bytes")
        return body

    def _seconds_left(self) -> float:
        seconds = (self._until or 0.0) - self._clock()
        if seconds <= 0:
            raise SourceUnavailable(f"the chart took longer than {FETCH_SECONDS:g} s")
        return seconds

    def _try(self, url: str) -> tuple[HttpResponse | None, str, float | None]:
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
    """The document of a body; raises SourceRefused, which quotes the start of the body."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as exc:
        start = body[:40].decode("utf-8", "replace")
        raise SourceRefused(f"upstream's answer is not JSON; it starts {start!r}") from exc


def unwrap(document: Any, member: str) -> dict[str, Any]:
    """The object that has `member`, without its envelopes.

    TikHub wraps an answer as `{code: 200, data}`, sometimes with `{code: 0, data}` inside; any
    other code is a failure, whatever the HTTP status. Raises SourceRefused.
    """
    message = ""
    for _ in range(4):
        if not isinstance(document, dict):
            break
        message = _checked_message(document) or message
        if member in document:
            return document
        document = document.get("data")
    detail = f"; it says {message!r}" if message else ""
    raise SourceRefused(f"upstream's answer has no {member}{detail}")


def _checked_message(envelope: dict[str, Any]) -> str:
    """The message of an envelope; raises ErrorCodeAnswered."""
    names = ("status_msg", "message", "msg")
    message = next((str(envelope[name])[:120] for name in names if envelope.get(name)), "")
    for name, success in (("code", (0, 200)), ("status_code", (0,))):
        code = envelope.get(name)
        if code is not None and code not in success:
            raise ErrorCodeAnswered(name, code, message)
    return message
