"""Fetches untrusted addresses: bounded in time and bytes, to public hosts only, no surprises."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Timeout, Url, parse_url

from tiktok_music.adapters.addresses import Resolver, checked_address, resolve
from tiktok_music.adapters.deadline import Deadline, running, watched_connections
from tiktok_music.errors import DownloadFailed

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
REDIRECTS = 3
MOVED = frozenset({301, 302, 303, 307, 308})
CHUNK_BYTES = 64 * 1024
PORTS = {"http": 80, "https": 443}
# What TikTok's media hosts expect to see; without a Referer they answer 403.
BROWSER = {
    "User-Agent": "Mozilla/5.0 (compatible; tiktok-music-catalog)",
    "Referer": "https://www.tiktok.com/",
}


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def retry_after_seconds(self) -> float | None:
        """`Retry-After` when it is a number of seconds."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.isascii() and value.isdigit() and len(value) < 6 else None


class SafeHttp:
    """A client without cookies, proxies, content encodings or automatic redirects.

    `allow_private` opens loopback and private addresses, and odd ports: for the local run only.
    `hosts` names the only hosts that are fetched from, `*.example.com` with all below it; when it
    is empty, any public host is.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        hosts: tuple[str, ...] = (),
        resolver: Resolver = resolve,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allow_private = allow_private
        self._hosts = hosts
        self._resolver = resolver
        self._clock = clock

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        max_bytes: int,
        deadline_seconds: float,
        redirects: int = REDIRECTS,
    ) -> HttpAnswer:
        """The answer, of whatever status; raises DownloadFailed, which says what was wrong.

        The deadline and the cap are over everything: look-ups, redirects, headers and bodies.
        Without redirects one is an answer like any other.
        """
        until = self._clock() + deadline_seconds
        for _ in range(redirects + 1):
            asked = _Asked("GET", self._parse(url), headers, None, max_bytes)
            answer = self._exchange(asked, until - self._clock())
            location = answer.headers.get("location")
            if not redirects or answer.status not in MOVED or not location:
                return answer
            following = urljoin(url, location)
            if asked.url.scheme == "https" and self._parse(following).scheme != "https":
                raise DownloadFailed("a redirect leaves https")
            url, headers = following, _without_credentials(headers)
        raise DownloadFailed(f"more than {redirects} redirects")

    def post(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        max_bytes: int,
        deadline_seconds: float,
    ) -> HttpAnswer:
        """As `get`; a redirect is an answer like any other, for a body goes to one place only."""
        return self._exchange(
            _Asked("POST", self._parse(url), headers, body, max_bytes), deadline_seconds
        )

    def _parse(self, text: str) -> Url:
        try:
            url = parse_url(text)
        except LocationParseError as exc:
            raise DownloadFailed("the address cannot be parsed") from exc
        if url.scheme not in PORTS or not url.host or url.auth:
            raise DownloadFailed("only plain http and https addresses are fetched")
        if not self._allow_private and url.port not in (None, PORTS[url.scheme]):
            raise DownloadFailed(f"port {url.port} is not fetched from")
        if self._hosts and not _is_among(url.host, self._hosts):
            raise DownloadFailed(f"{url.host} is not among the hosts that are fetched from")
        return url

    def _exchange(self, asked: "_Asked", seconds: float) -> HttpAnswer:
        with running(Deadline(seconds)) as deadline:
            try:
                return self._answer(asked, seconds, deadline)
            except (HTTPError, OSError, ValueError) as exc:
                if deadline.is_over:
                    raise DownloadFailed("the answer took too long") from exc
                raise DownloadFailed(f"{asked.url.host}: {type(exc).__name__}") from exc

    def _answer(self, asked: "_Asked", seconds: float, deadline: Deadline) -> HttpAnswer:
        url, headers = asked.url, asked.headers
        with self._pool(url, seconds, deadline) as pool:
            response = pool.urlopen(
                asked.method,
                url.request_uri,
                body=asked.body,
                headers={**headers, "Host": url.netloc or "", "Accept-Encoding": "identity"},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                body = _read(response, asked.max_bytes)
            finally:
                response.close()
        if deadline.is_over:  # a connection that was ended looks like one that has ended
            raise DownloadFailed("the answer took too long")
        lower = {name.lower(): value for name, value in response.headers.items()}
        return HttpAnswer(response.status, lower, body)

    def _pool(self, url: Url, seconds: float, deadline: Deadline) -> urllib3.HTTPConnectionPool:
        host, scheme = (url.host or "").strip("[]"), url.scheme or ""
        port = url.port or PORTS[scheme]
        address = checked_address(
            host, port, self._resolver, seconds, allow_private=self._allow_private
        )
        timeout = Timeout(
            connect=max(min(CONNECT_SECONDS, seconds), 0.001),
            read=max(min(READ_SECONDS, seconds), 0.001),
        )
        pool = (
            urllib3.HTTPConnectionPool(address, port, timeout=timeout)
            if scheme == "http"
            else urllib3.HTTPSConnectionPool(
                address, port, timeout=timeout, server_hostname=host, assert_hostname=host
            )
        )
        pool.ConnectionCls = watched_connections(deadline)[scheme]
        return pool


@dataclass(frozen=True, slots=True)
class _Asked:
    method: str
    url: Url
    headers: Mapping[str, str]
    body: bytes | None
    max_bytes: int


def _read(response: urllib3.BaseHTTPResponse, max_bytes: int) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise DownloadFailed("the answer is compressed, which was not asked for")
    body = bytearray()
    while chunk := response.read1(CHUNK_BYTES, decode_content=False):
        body += chunk
        if len(body) > max_bytes:
            raise DownloadFailed(f"the answer is larger than {max_bytes} bytes")
    return bytes(body)


def _is_among(host: str, allowed: tuple[str, ...]) -> bool:
    host = host.lower().rstrip(".")
    return any(
        host == name or (name.startswith("*.") and host.endswith(name[1:])) for name in allowed
    )


def _without_credentials(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() != "authorization"}
