"""Fetching from untrusted servers."""

import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Callable

import pytest

from tests.peer import Exchange, running_peer
from tiktok_music.adapters.addresses import is_public
from tiktok_music.adapters.safe_http import BROWSER, HttpResponse, SafeHttp
from tiktok_music.errors import DownloadFailed


def get(
    url: str,
    *,
    http: SafeHttp | None = None,
    max_bytes: int = 10_000,
    deadline_seconds: float = 5.0,
) -> HttpResponse:
    http = http or SafeHttp(allow_private=True)
    return http.get(url, headers=BROWSER, max_bytes=max_bytes, deadline_seconds=deadline_seconds)


def answering(status: int, body: bytes = b"", **headers: str) -> Callable[[Exchange], None]:
    return lambda exchange: exchange.reply(status, body, **headers)


def test_an_answer_is_read_completely() -> None:
    with running_peer(answering(203, b"hello", X_More="yes")) as peer:
        answer = get(f"{peer.base_url}/a?b=c")

    assert (answer.status, answer.body, answer.headers["x-more"]) == (203, b"hello", "yes")
    path, headers = peer.requests[0]
    assert path == "/a?b=c"
    assert {name: headers[name] for name in ("Referer", "Accept-Encoding", "Host")} == {
        "Referer": "https://www.tiktok.com/",
        "Accept-Encoding": "identity",
        "Host": peer.base_url.removeprefix("http://"),
    }


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/a",
        "gopher://example.com",
        "data:audio/mpeg;base64,AAAA",
        "//example.com/a",
        "example.com/a",
        "http://",
        "http://user:password@example.com/",
        "http://[::1",
        "",
    ],
)
def test_only_plain_web_addresses_are_fetched(url: str) -> None:
    with pytest.raises(DownloadFailed):
        get(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "169.254.170.2",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "192.88.99.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "::a9fe:a9fe",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:0:1::1",
        "fec0::1",
        "3fff::1",
        "5f00::1",
        "2600::5efe:a9fe:a9fe",
        "ff02::1",
    ],
)
def test_no_private_address_is_connected_to(address: str) -> None:
    assert not is_public(address)
    assert ipaddress.ip_address(address)
    http = SafeHttp(resolver=lambda host, port: ["93.184.216.34", address])

    with pytest.raises(DownloadFailed, match=r"cdn\.test is not a public address"):
        get("http://cdn.test/a.mp3", http=http)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111"])
def test_public_addresses_are_accepted(address: str) -> None:
    assert is_public(address)


def test_a_host_is_resolved_once_and_its_address_connected_to() -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    with running_peer(answering(200, b"x")) as peer:
        port = peer.base_url.rsplit(":", 1)[1]
        http = SafeHttp(allow_private=True, resolver=rebinding)
        assert get(f"http://cdn.test:{port}/", http=http).body == b"x"

    assert asked == ["cdn.test"]
    assert peer.requests[0][1]["Host"] == f"cdn.test:{port}"


@pytest.mark.parametrize(
    ("place", "is_usual"),
    [
        ("http://cdn.test", True),
        ("http://cdn.test:80", True),
        ("https://cdn.test", True),
        ("https://cdn.test:443", True),
        ("http://cdn.test:443", False),
        ("https://cdn.test:80", False),
        ("http://cdn.test:6379", False),
    ],
)
def test_the_port_of_the_scheme_is_connected_to_and_no_other(
    monkeypatch: pytest.MonkeyPatch, place: str, is_usual: bool
) -> None:
    """Each connection has five seconds."""
    connected: list[tuple[object, float | None]] = []

    def connect(self: socket.socket, address: object) -> None:
        connected.append((address, self.gettimeout()))
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    http = SafeHttp(resolver=lambda host, port: ["1.1.1.1"])

    problem = "cdn.test: NewConnectionError" if is_usual else r"port \d+ is not allowed"
    with pytest.raises(DownloadFailed, match=problem):
        get(f"{place}/a.mp3", http=http, deadline_seconds=30.0)

    port = 443 if place.startswith("https") else 80
    assert connected == ([(("1.1.1.1", port), 5.0)] if is_usual else [])


@pytest.mark.parametrize(
    ("deadline_seconds", "timeouts"),
    [
        (30.0, [5.0, 10.0, 5.0, 10.0]),
        (9.0, [5.0, 9.0, 5.0, 8.0]),
        (4.5, [4.5, 3.5]),
    ],
)
def test_each_connection_and_read_has_a_timeout_within_the_deadline(
    monkeypatch: pytest.MonkeyPatch, deadline_seconds: float, timeouts: list[float]
) -> None:
    """The answer to the first request, a redirect, takes a second."""
    times, chosen, client = [7.0, 7.0, 8.0], list[float | None](), threading.get_ident()
    settimeout = socket.socket.settimeout

    def noted(self: socket.socket, seconds: float | None) -> None:
        if threading.get_ident() == client and chosen[-1:] != [seconds]:
            chosen.append(seconds)
        settimeout(self, seconds)

    monkeypatch.setattr(socket.socket, "settimeout", noted)
    http = SafeHttp(allow_private=True, clock=lambda: times.pop(0))

    with running_peer(answering(302, Location="/")) as peer, pytest.raises(DownloadFailed):
        http.get(
            peer.base_url, headers={}, max_bytes=0, deadline_seconds=deadline_seconds, redirects=1
        )

    assert (chosen, len(peer.requests)) == (timeouts, 2)


def test_redirects_are_followed_three_times() -> None:
    def hops(exchange: Exchange) -> None:
        left = int(exchange.path.strip("/"))
        if left:
            exchange.reply(302, b"", Location=f"/{left - 1}")
        else:
            exchange.reply(200, b"there")

    with running_peer(hops) as peer:
        assert get(f"{peer.base_url}/3").body == b"there"
        with pytest.raises(DownloadFailed, match="more than 3 redirects"):
            get(f"{peer.base_url}/4")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_every_kind_of_redirect_is_followed(status: int) -> None:
    def hop(exchange: Exchange) -> None:
        if exchange.path == "/":
            exchange.reply(status, b"", Location="/next")
        else:
            exchange.reply(200, b"there")

    with running_peer(hop) as peer:
        assert get(peer.base_url).body == b"there"


@pytest.mark.parametrize(("status", "location"), [(200, "/"), (300, "/"), (304, "/"), (302, "")])
def test_what_is_no_redirect_is_the_answer(status: int, location: str) -> None:
    with running_peer(answering(status, Location=location)) as peer:
        assert get(peer.base_url).status == status

    assert len(peer.requests) == 1


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_a_redirect_is_the_answer_where_none_may_be_followed(method: str) -> None:
    received: list[tuple[str | None, bytes]] = []

    def redirect(exchange: Exchange) -> None:
        size = int(exchange.headers.get("Content-Length", 0))
        received.append((exchange.command, exchange.rfile.read(size)))
        exchange.reply(307, b"", Location="/next")

    http = SafeHttp(allow_private=True)
    fetch: dict[str, Callable[[str], int]] = {
        "GET": lambda url: (
            http.get(url, headers={}, max_bytes=0, deadline_seconds=5.0, redirects=0).status
        ),
        "POST": lambda url: (
            http.post(
                url, headers={"X-More": "yes"}, body=b"sent", max_bytes=0, deadline_seconds=5.0
            ).status
        ),
        "HEAD": lambda url: http.head(url, deadline_seconds=5.0),
    }

    with running_peer(redirect) as peer:
        status = fetch[method](peer.base_url)

    assert (status, received) == (307, [(method, b"sent" if method == "POST" else b"")])
    assert peer.requests[0][1].get("X-More") == ("yes" if method == "POST" else None)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://a.test/", "http://u:p@a.test/"])
def test_a_redirect_is_checked_like_any_address(target: str) -> None:
    with running_peer(answering(302, Location=target)) as peer, pytest.raises(DownloadFailed):
        get(peer.base_url)

    assert len(peer.requests) == 1


def test_a_redirect_does_not_carry_the_key_on() -> None:
    def hop(exchange: Exchange) -> None:
        if exchange.path == "/":
            exchange.reply(302, b"", Location="/next")
        else:
            exchange.reply(200, b"")

    with running_peer(hop) as peer:
        SafeHttp(allow_private=True).get(
            peer.base_url,
            headers={"Authorization": "Bearer key"},
            max_bytes=10,
            deadline_seconds=5,
        )

    assert ["Authorization" in headers for _, headers in peer.requests] == [True, False]


def test_a_body_over_the_cap_is_refused() -> None:
    with running_peer(answering(200, b"x" * 10_000)) as peer:
        assert get(peer.base_url).body == b"x" * 10_000
    with (
        running_peer(answering(200, b"x" * 10_001)) as peer,
        pytest.raises(DownloadFailed, match="larger than 10000 bytes"),
    ):
        get(peer.base_url)


def test_the_connection_of_a_refused_body_is_closed_at_once() -> None:
    closed = threading.Event()

    def waiting(exchange: Exchange) -> None:
        with contextlib.suppress(OSError):
            exchange.reply(200, b"x" * 200_000)
            exchange.rfile.read(1)
        closed.set()

    with running_peer(waiting) as peer:
        with pytest.raises(DownloadFailed) as raised:
            get(peer.base_url)

        assert closed.wait(5.0)
    assert str(raised.value) == "the answer is larger than 10000 bytes"


@pytest.mark.parametrize(
    "encoding",
    ["", " ", "identity", "identity, identity", "none", "None", "UTF-8", "aws-chunked", "binary"],
)
def test_a_header_that_compresses_nothing_is_no_compression(encoding: str) -> None:
    with running_peer(answering(200, b"as it is", Content_Encoding=encoding)) as peer:
        assert get(peer.base_url).body == b"as it is"


@pytest.mark.parametrize("status", [100, 102, 103, 199])
def test_an_interim_response_is_no_answer(status: int) -> None:
    def hinting(exchange: Exchange) -> None:
        hint = f"HTTP/1.1 {status} Hint\r\nLink: </style.css>\r\nX-More: no\r\n\r\n"
        exchange.wfile.write(hint.encode() * 2)
        exchange.reply(203, b"hello", X_More="yes")

    with running_peer(hinting) as peer:
        answer = get(peer.base_url)

    assert (answer.status, answer.body, answer.headers["x-more"]) == (203, b"hello", "yes")
    assert "link" not in answer.headers


def test_interim_responses_without_end_are_a_failure() -> None:
    def hinting(exchange: Exchange) -> None:
        with contextlib.suppress(OSError):
            exchange.wfile.write(b"HTTP/1.1 103 Hint\r\n\r\n" * 1_000)

    with running_peer(hinting) as peer, pytest.raises(DownloadFailed, match="ProtocolError"):
        get(peer.base_url)


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "identity, br", "x-gzip", "zstd", "deflate"])
def test_a_compressed_body_is_refused(encoding: str) -> None:
    with (
        running_peer(answering(200, b"\x1f\x8b", Content_Encoding=encoding)) as peer,
        pytest.raises(DownloadFailed, match="compressed"),
    ):
        get(peer.base_url)


def test_a_peer_that_hangs_up_is_asked_once() -> None:
    with (
        running_peer(lambda exchange: exchange.connection.close()) as peer,
        pytest.raises(DownloadFailed, match="ProtocolError"),
    ):
        get(peer.base_url)

    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("99999", 99_999.0),
        ("100000", None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("\u00b2", None),
        ("\uff11\uff12", None),
        ("Sun, 22 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_the_wait_that_an_answer_asks_for_is_a_short_number(
    header: str, seconds: float | None
) -> None:
    assert HttpResponse(429, {"retry-after": header}, b"").retry_after_seconds() == seconds
    assert HttpResponse(429, {}, b"").retry_after_seconds() is None


def test_a_truncated_body_is_a_failure() -> None:
    def cut(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Length", "100")
        exchange.end_headers()
        exchange.wfile.write(b"only this")

    with running_peer(cut) as peer, pytest.raises(DownloadFailed, match="ProtocolError"):
        get(peer.base_url)


def dripping(piece: bytes, first: bytes) -> Callable[[Exchange], None]:
    """Sends `first`, then a few bytes every 50 ms until the client disconnects."""

    def drip(exchange: Exchange) -> None:
        with contextlib.suppress(OSError):
            exchange.wfile.write(first)
            while True:
                exchange.wfile.write(piece)
                exchange.wfile.flush()
                time.sleep(0.05)

    return drip


@pytest.mark.parametrize(
    ("piece", "first"),
    [
        (b"x", b"HTTP/1.1 200 OK\r\n\r\n"),
        (b"x", b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"),
        (b"X-Drip: 1\r\n", b"HTTP/1.1 200 OK\r\n"),
        (b"1\r\nx\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ],
    ids=["body", "body of a length", "headers", "chunks"],
)
def test_a_slow_answer_is_aborted_at_the_deadline(piece: bytes, first: bytes) -> None:
    with (
        running_peer(dripping(piece, first)) as peer,
        pytest.raises(DownloadFailed, match="took too long"),
    ):
        get(peer.base_url, deadline_seconds=0.3)


@pytest.mark.parametrize(("deadline_seconds", "asks"), [(-1.0, 0), (0.0, 0), (1.0, 1)])
def test_nothing_is_looked_up_without_time_left(deadline_seconds: float, asks: int) -> None:
    asked: list[str] = []

    def nowhere(host: str, port: int) -> list[str]:
        asked.append(host)
        return []

    http = SafeHttp(resolver=nowhere, clock=lambda: 7.0)
    problem = r"cdn\.test does not resolve" if asks else "the answer took too long"
    with pytest.raises(DownloadFailed, match=problem):
        get("http://cdn.test/", http=http, deadline_seconds=deadline_seconds)

    assert len(asked) == asks


def test_a_silent_peer_is_aborted_at_the_deadline() -> None:
    with (
        running_peer(lambda exchange: time.sleep(1)) as peer,
        pytest.raises(DownloadFailed, match=r"took too long|ReadTimeout"),
    ):
        get(peer.base_url, deadline_seconds=0.2)


def test_a_hanging_lookup_is_aborted_at_the_deadline() -> None:
    def hang(host: str, port: int) -> list[str]:
        time.sleep(1)
        return ["1.1.1.1"]

    with pytest.raises(DownloadFailed, match=r"cdn\.test does not resolve"):
        get("http://cdn.test/", http=SafeHttp(resolver=hang), deadline_seconds=0.1)


@pytest.mark.parametrize(
    ("host", "is_fetched"),
    [
        ("cdn.tiktokcdn.com", True),
        ("CDN.TIKTOKCDN.COM", True),
        ("a.b.tiktokcdn.com", True),
        ("media.example.org", True),
        ("tiktokcdn.com", False),
        ("eviltiktokcdn.com", False),
        ("cdn.tiktokcdn.com.evil.test", False),
        ("sub.media.example.org", False),
        ("cdn.t\u0456ktokcdn.com", False),
    ],
)
def test_only_listed_hosts_are_fetched_from(host: str, is_fetched: bool) -> None:
    asked: list[str] = []

    def nowhere(name: str, port: int) -> list[str]:
        asked.append(name)
        return []

    http = SafeHttp(hosts=("*.tiktokcdn.com", "media.example.org"), resolver=nowhere)
    with pytest.raises(DownloadFailed):
        get(f"https://{host}/a.mp3", http=http)

    assert bool(asked) is is_fetched


@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_in_the_environment_is_not_used(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(proxy, "http://127.0.0.1:9")

    with running_peer(answering(200, b"direct")) as peer:
        assert get(peer.base_url).body == b"direct"
