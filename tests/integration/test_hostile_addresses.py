"""Misleading addresses, and hosts with a wrong certificate."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.peer import running_peer
from tiktok_music.adapters.safe_http import SafeHttp
from tiktok_music.errors import DownloadFailed


def get(http: SafeHttp, url: str) -> bytes:
    return http.get(url, headers={}, max_bytes=1_000, deadline_seconds=5.0).body


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Records the addresses of all connections; none leaves the machine."""
    places: list[object] = []

    def connect(self: socket.socket, place: object) -> None:
        places.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return places


@pytest.mark.parametrize(
    "url",
    [
        "http://0/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://169.254.169.254./latest/meta-data",
        "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        "http://127.0.0.1/",
        "http://169.254.100.1/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fe80::1%25eth0]/",
        "http://[::1%25lo]/",
        "http://localhost/",
        "http://localhost./",
        "http://user@127.0.0.1/",
        "http://cdn.test#@127.0.0.1/",
        "http://cdn.test\\@127.0.0.1/",
        "http://127.0.0.1\\@cdn.test/",
        "http://127.0.0.1%00.cdn.test/",
        "http://127.0.0.1\t.cdn.test/",
        "http://127\u30020\u30020\u30021/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/",
        "http:///127.0.0.1/",
        "http:127.0.0.1/",
        "https://127.0.0.1:22/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:-1/",
    ],
)
def test_no_spelling_of_a_private_address_is_connected_to(
    url: str, connected: list[object]
) -> None:
    with pytest.raises(DownloadFailed):
        get(SafeHttp(resolver=numbers_only), url)

    assert connected == []


def numbers_only(host: str, port: int) -> list[str]:
    """Resolves numeric addresses only; no name is looked up."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return [str(entry[4][0]) for entry in found]


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:9001/",
        "//169.254.169.254/",
        "http://[::1]/",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "data:audio/mpeg;base64,AAAA",
        "\\\\127.0.0.1\\share",
    ],
)
def test_no_redirect_to_a_private_address_is_followed(location: str) -> None:
    def redirect(exchange: object) -> None:
        exchange.reply(302, b"", Location=location)  # type: ignore[attr-defined]

    with running_peer(redirect) as outer, running_peer(redirect) as inner:
        port = outer.base_url.rsplit(":", 1)[1]
        http = SafeHttp(
            allow_private=True, hosts=("cdn.test",), resolver=lambda host, port: ["127.0.0.1"]
        )
        with pytest.raises(DownloadFailed):
            get(http, f"http://cdn.test:{port}/")

    assert (len(outer.requests), inner.requests) in [(1, []), (4, [])]


def test_a_redirect_never_leaves_https(tls: "Tls", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.authority))
    tls.answer = b"HTTP/1.1 302 Found\r\nLocation: http://cdn.test/\r\nContent-Length: 0\r\n\r\n"

    with tls.serving("cdn.test") as port, pytest.raises(DownloadFailed, match="leaves https"):
        get(to_loopback(), f"https://cdn.test:{port}/")


def test_the_certificate_must_match_the_requested_host(
    tls: "Tls", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.authority))

    with tls.serving("cdn.test") as port:
        assert get(to_loopback(), f"https://cdn.test:{port}/") == b"hello"
        assert tls.asked_for == ["cdn.test"]
        for other in ("other.test", "127.0.0.1"):
            with pytest.raises(DownloadFailed, match="SSLError"):
                get(to_loopback(), f"https://{other}:{port}/")


def test_all_fetches_of_a_client_load_the_certificates_once(
    tls: "Tls", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.authority))
    loads: list[ssl.SSLContext] = []
    load = ssl.SSLContext.load_default_certs

    def counted(context: ssl.SSLContext) -> None:
        loads.append(context)
        load(context)

    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", counted)
    http = to_loopback()

    with tls.serving("cdn.test") as port:
        answers = [get(http, f"https://cdn.test:{port}/") for _ in range(3)]

    assert (answers, len(loads)) == ([b"hello"] * 3, 1)


def test_a_certificate_of_an_unknown_authority_is_refused(tls: "Tls") -> None:
    with (
        tls.serving("cdn.test") as port,
        pytest.raises(DownloadFailed, match="SSLError"),
    ):
        get(to_loopback(), f"https://cdn.test:{port}/")


def to_loopback() -> SafeHttp:
    return SafeHttp(allow_private=True, resolver=lambda host, port: ["127.0.0.1"])


class Tls:
    """A test certificate authority, and a server certificate for one name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = folder / "authority.pem"
        self.asked_for: list[str | None] = []
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority.test")])
        certificate = self._certificate(self._name, self._key, is_authority=True)
        self.authority.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    @contextmanager
    def serving(self, name: str) -> Iterator[int]:
        """Gives every request the same answer, on the given port."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._chain(name))
        context.sni_callback = lambda _, asked, __: self.asked_for.append(asked)
        with socket.create_server(("127.0.0.1", 0)) as server:
            threading.Thread(target=self._serve, args=(server, context), daemon=True).start()
            yield server.getsockname()[1]

    def _serve(self, server: socket.socket, context: ssl.SSLContext) -> None:
        while True:
            try:
                plain, _ = server.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) as secure:
                    secure.recv(65_536)
                    secure.sendall(self.answer)
            except OSError:
                plain.close()

    def _chain(self, name: str) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        path = self.folder / f"{name}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + self._certificate(subject, key, name).public_bytes(serialization.Encoding.PEM)
        )
        return path

    def _certificate(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        host: str = "authority.test",
        *,
        is_authority: bool = False,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), False
            )
            .add_extension(_usage(is_authority), critical=True)
            .sign(self._key, hashes.SHA256())
        )


def _usage(is_authority: bool) -> x509.KeyUsage:
    unused = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    no = dict.fromkeys((*unused, "crl_sign", "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(digital_signature=True, key_cert_sign=is_authority, **no)


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    return Tls(tmp_path)
