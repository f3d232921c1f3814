"""Calls a provider's JSON API: authentication, envelopes, retries of transient errors."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from tiktok_music.adapters.safe_http import HttpResponse, SafeHttp
from tiktok_music.adapters.untrusted_json import read_json
from tiktok_music.adapters.upstream_text import clean_name
from tiktok_music.errors import DownloadFailed, SourceRefused, SourceUnavailable

MAX_PAGE_BYTES = 16 * 1024 * 1024
ATTEMPTS = 3  # TikHub's advice: at most three tries, 30 to 60 s each
TIMEOUT_SECONDS = 45.0
LONGEST_WAIT_SECONDS = 20.0
# For a whole chart with its pages, retries and waits: the rest of a run's 15 minutes is for media.
FETCH_SECONDS = 240.0
# Ten times the largest chart seen so far; the parsed chart is in memory.
MOST_FETCHED_BYTES = 64 * 1024 * 1024
# HTTP statuses of passing errors; 520 to 527 are Cloudflare's, of the provider behind it.
TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, *range(520, 528)})
# The same in an envelope, and the Business API's: too many requests, internal errors.
TRANSIENT_CODES = frozenset({*TRANSIENT_STATUSES, 40100, 50000, 50002})
# Members of an envelope that hold its code, in lower case without underscores and hyphens.
CODE_NAMES = frozenset({"code", "statuscode", "errorcode", "errcode", "errno"})
SUCCESS_CODES = (0, 200)
LONGEST_MESSAGE = 120
LONGEST_CODE = 40


class ErrorCodeAnswered(SourceRefused):
    """Raised when the envelope of an answer has an error code; `code` is the provider's value."""

    def __init__(self, name: str, code: int | str, message: str) -> None:
        super().__init__(f"upstream answered {name} {code}: {message}")
        self.code = code


class _TransientError(Exception):
    """Raised when another attempt may succeed; `wait_seconds` is the provider's advice."""

    def __init__(self, problem: str, wait_seconds: float | None = None) -> None:
        super().__init__(problem)
        self.wait_seconds = wait_seconds


class Upstream:
    """One provider for one fetch; `headers` returns the authentication of each attempt.

    `fetch_seconds` are for all calls together; each of them waits `spacing_seconds` before it.
    """

    def __init__(
        self,
        http: SafeHttp,
        base_url: str,
        headers: Callable[[], Mapping[str, str]],
        sleep: Callable[[float], None],
        clock: Callable[[], float] = time.monotonic,
        *,
        fetch_seconds: float = FETCH_SECONDS,
        spacing_seconds: float = 0.0,
    ) -> None:
        self._fetch_seconds = fetch_seconds
        self._spacing_seconds = spacing_seconds
        self._http = http
        self._base_url = base_url
        self._headers = headers
        self._sleep = sleep
        self._clock = clock
        self._until: float | None = None
        self._bytes_left = MOST_FETCHED_BYTES

    def get_object(self, path: str, member: str) -> dict[str, Any]:
        """The object with `member` in the document at `path`, which begins with a slash.

        Transient errors are retried, up to three attempts. Time and bytes are limited for all calls
        together. Raises SourceUnavailable, SourceRefused.
        """
        if self._until is None:
            self._until = self._clock() + self._fetch_seconds
        if self._spacing_seconds:
            self._sleep(self._spacing_seconds)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._try(path, member)
            except _TransientError as exc:
                problem, wait = str(exc), exc.wait_seconds
            if attempt < ATTEMPTS:
                self._sleep(min(wait or 2.0**attempt, LONGEST_WAIT_SECONDS))
        raise SourceUnavailable(f"upstream failed {ATTEMPTS} times, the last time: {problem}")

    def _try(self, path: str, member: str) -> dict[str, Any]:
        body = self._within_limit(self._answer(f"{self._base_url}{path}").body)
        if not body.strip():
            raise _TransientError("an empty answer")
        try:
            return unwrap(parse_json(body), member)
        except ErrorCodeAnswered as exc:
            if exc.code in TRANSIENT_CODES:
                raise _TransientError(str(exc)) from exc
            raise

    def _within_limit(self, body: bytes) -> bytes:
        self._bytes_left -= len(body)
        if self._bytes_left < 0:
            raise SourceRefused(f"the chart is larger than {MOST_FETCHED_BYTES} bytes")
        return body

    def _seconds_left(self) -> float:
        seconds = (self._until or 0.0) - self._clock()
        if seconds <= 0:
            raise SourceUnavailable(f"the chart took longer than {self._fetch_seconds:g} s")
        return seconds

    def _answer(self, url: str) -> HttpResponse:
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
            raise _TransientError(str(exc)) from exc
        if answer.status == 200:
            return answer
        if answer.status in TRANSIENT_STATUSES:
            raise _TransientError(f"HTTP {answer.status}", answer.retry_after_seconds())
        hint = " (is the key in its secret right?)" if answer.status in (401, 403) else ""
        raise SourceRefused(f"upstream answered HTTP {answer.status}{hint}")


def parse_json(body: bytes) -> Any:
    """The document of a body; raises SourceRefused, which quotes the start of the body."""
    try:
        return read_json(body)
    except ValueError as exc:
        start = body[:40].decode("utf-8", "replace")
        raise SourceRefused(f"upstream's answer is not JSON; it starts {start!r}") from exc


def announces_more(page: Mapping[str, Any], rows: list[Any]) -> bool:
    """True if `has_more` of a page is set, as a boolean, a number or text.

    Raises SourceRefused for a page without rows that announces more: part of a chart is no chart.
    """
    flag = page.get("has_more")
    text = flag.strip().lower() if isinstance(flag, str) else flag
    has_more = text not in (None, "", "0", "false", "no", 0, False)
    if has_more and not rows:
        raise SourceRefused("upstream's page has no rows, but announces more")
    return has_more


def shown(value: Any) -> str:
    """A value of upstream for a message: short, on one line; of a list or object only its type."""
    if isinstance(value, str):
        return clean_name(value)[:LONGEST_CODE]
    is_simple = value is None or isinstance(value, (bool, int, float))
    return str(value)[:LONGEST_CODE] if is_simple else f"a {type(value).__name__}"


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
    texts = (envelope.get(name) for name in ("status_msg", "message", "msg"))
    message = next((clean_name(text) for text in texts if isinstance(text, str) and text), "")
    message = message[:LONGEST_MESSAGE]
    for name, value in envelope.items():
        if re.sub("[_-]", "", name).lower() in CODE_NAMES and value is not None:
            code = _code(value)
            if code not in SUCCESS_CODES:
                raise ErrorCodeAnswered(shown(name), code, message)
    return message


def _code(value: Any) -> int | str:
    """A code as a number if it is one, whether sent as number or digits; else as short text."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,18}", value.strip()):
        return int(value)
    return value if isinstance(value, int) else shown(value)
