"""Fetching from untrusted servers."""

import contextlib
import ipaddress
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


def test_an_unusual_port_is_refused() -> None:
    with pytest.raises(DownloadFailed, match="port 6379"):
        get("http://cdn.test:6379/", http=SafeHttp(resolver=lambda host, port: ["1.1.1.1"]))


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
    with (
        running_peer(answering(200, b"x" * 10_001)) as peer,
        pytest.raises(DownloadFailed, match="larger than 10000 bytes"),
    ):
        get(peer.base_url)


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
