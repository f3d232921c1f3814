"""Fetches untrusted addresses: bounded in time and bytes, from public hosts only."""

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urljoin

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Timeout, Url, create_urllib3_context, parse_url

from tiktok_music.adapters.addresses import Resolver, checked_address, resolve
from tiktok_music.adapters.deadline import Deadline, running, watched_connections
from tiktok_music.errors import DownloadFailed

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
REDIRECTS = 3
MOVED = frozenset({301, 302, 303, 307, 308})
CHUNK_BYTES = 64 * 1024
# Those that IANA lists and some more; servers write anything else for a body that is as it is.
COMPRESSIONS = frozenset(
    {"br", "bzip2", "compress", "dcb", "dcz", "deflate", "exi", "gzip", "lz4", "lzma", "snappy"}
    | {"pack200-gzip", "x-bzip2", "x-compress", "x-gzip", "xz", "zstd"}
)
TOO_LONG = "the answer took too long"
PORTS = {"http": 80, "https": 443}
# Headers that TikTok's media hosts expect; without a Referer they answer 403.
BROWSER = {
    "User-Agent": "Mozilla/5.0 (compatible; tiktok-music-catalog)",
    "Referer": "https://www.tiktok.com/",
}


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A complete response; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def retry_after_seconds(self) -> float | None:
        """`Retry-After` if it is a number of seconds."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.isascii() and value.isdigit() and len(value) < 6 else None


class SafeHttp:
    """A client without cookies, proxies, content encodings or automatic redirects.

    `allow_private` allows loopback and private addresses and any port, for the local run only.
    `hosts` are the only allowed hosts, `*.example.com` for all subdomains; empty allows any public
    host.
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
    ) -> HttpResponse:
        """The response of any status; raises DownloadFailed.

        Deadline and cap cover the whole fetch: lookups, redirects, headers and bodies. With no
        redirects allowed, a redirect is returned as the response.
        """
        until = self._clock() + deadline_seconds
        for _ in range(redirects + 1):
            request = _Request(
                method="GET", url=self._parse(url), headers=headers, body=None, max_bytes=max_bytes
            )
            answer = self._exchange(request, until - self._clock())
            location = answer.headers.get("location")
            if not redirects or answer.status not in MOVED or not location:
                return answer
            target = urljoin(url, location)
            if request.url.scheme == "https" and self._parse(target).scheme != "https":
                raise DownloadFailed("a redirect leaves https")
            url, headers = target, _without_credentials(headers)
        raise DownloadFailed(f"more than {redirects} redirects")

    def post(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        max_bytes: int,
        deadline_seconds: float,
    ) -> HttpResponse:
        """Like `get`; a redirect is returned, as a body must not go to another host."""
        request = _Request(
            method="POST", url=self._parse(url), headers=headers, body=body, max_bytes=max_bytes
        )
        return self._exchange(request, deadline_seconds)

    def head(self, url: str, *, deadline_seconds: float) -> int:
        """The status of an address, without its body; redirects are not followed."""
        request = _Request(method="HEAD", url=self._parse(url), headers={}, body=None, max_bytes=0)
        return self._exchange(request, deadline_seconds).status

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """The context of all connections: loading the CA bundle takes 20 ms of CPU."""
        context = create_urllib3_context()
        context.load_default_certs()
        return context

    def _parse(self, text: str) -> Url:
        try:
            url = parse_url(text)
        except LocationParseError as exc:
            raise DownloadFailed("the address cannot be parsed") from exc
        if url.scheme not in PORTS or not url.host or url.auth:
            raise DownloadFailed("only plain http and https addresses are fetched")
        if not self._allow_private and url.port not in (None, PORTS[url.scheme]):
            raise DownloadFailed(f"port {url.port} is not allowed")
        if self._hosts and not _is_among(url.host, self._hosts):
            raise DownloadFailed(f"{url.host} is not an allowed host")
        return url

    def _exchange(self, request: "_Request", seconds: float) -> HttpResponse:
        if seconds <= 0:
            raise DownloadFailed(TOO_LONG)
        with running(Deadline(seconds)) as deadline:
            try:
                return self._answer(request, seconds, deadline)
            except (HTTPError, OSError, ValueError) as exc:
                if deadline.is_over:
                    raise DownloadFailed(TOO_LONG) from exc
                raise DownloadFailed(f"{request.url.host}: {type(exc).__name__}") from exc

    def _answer(self, request: "_Request", seconds: float, deadline: Deadline) -> HttpResponse:
        url, headers = request.url, request.headers
        with self._pool(url, seconds, deadline) as pool:
            response = pool.urlopen(
                request.method,
                url.request_uri,
                body=request.body,
                headers={**headers, "Host": url.netloc or "", "Accept-Encoding": "identity"},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                body = _read(response, request.max_bytes)
            finally:
                response.close()
        if deadline.is_over:  # the shutdown looks like the end of the body
            raise DownloadFailed(TOO_LONG)
        lower = {name.lower(): value for name, value in response.headers.items()}
        return HttpResponse(response.status, lower, body)

    def _pool(self, url: Url, seconds: float, deadline: Deadline) -> urllib3.HTTPConnectionPool:
        host, scheme = (url.host or "").strip("[]"), url.scheme or ""
        port = url.port or PORTS[scheme]
        address = checked_address(
            host, port, self._resolver, seconds, allow_private=self._allow_private
        )
        timeout = Timeout(connect=min(CONNECT_SECONDS, seconds), read=min(READ_SECONDS, seconds))
        pool = (
            urllib3.HTTPConnectionPool(address, port, timeout=timeout)
            if scheme == "http"
            else urllib3.HTTPSConnectionPool(
                address,
                port,
                timeout=timeout,
                ssl_context=self._tls,
                server_hostname=host,
            )
        )
        pool.ConnectionCls = watched_connections(deadline)[scheme]
        return pool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    method: str
    url: Url
    headers: Mapping[str, str]
    body: bytes | None
    max_bytes: int


def _read(response: urllib3.BaseHTTPResponse, max_bytes: int) -> bytes:
    encodings = response.headers.get("content-encoding", "").lower().split(",")
    if not COMPRESSIONS.isdisjoint(encoding.strip() for encoding in encodings):
        raise DownloadFailed("the answer is compressed, against the request")
    body = bytearray()
    while chunk := response.read1(CHUNK_BYTES):
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
