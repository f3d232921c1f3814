"""moto's DynamoDB behind TLS, with a certificate of a test CA."""

import datetime
import logging
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

HOST = "localhost"


class _PersistentConnections(MotoRequestHandler):
    """Keeps connections open between requests, as DynamoDB does."""

    protocol_version = "HTTP/1.1"

    def send_header(self, keyword: str, value: str) -> None:
        """Drops werkzeug's `Connection: close`."""
        if keyword.lower() != "connection":
            super().send_header(keyword, value)


@contextmanager
def tls_dynamo(folder: Path) -> Iterator[tuple[str, Path]]:
    """Serves moto's data of this process; yields the endpoint's URL and the CA's certificate.

    Writes the certificates into `folder`. The chain has a root, an issuer and a server, all with
    RSA keys of 2048 bits, like DynamoDB's.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    ca, chain = folder / "ca.pem", folder / "server.pem"
    write_certificates(ca, chain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    server = make_server(
        HOST,
        0,
        DomainDispatcherApplication(create_backend_app),
        threaded=True,
        request_handler=_PersistentConnections,
        ssl_context=context,
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://{HOST}:{server.port}", ca
    finally:
        server.shutdown()
        thread.join()


def write_certificates(ca: Path, chain: Path) -> None:
    """Writes a new CA's certificate, and key and chain of a server at `localhost`."""
    root_key, root = _issued("test root")
    issuer_key, issuer = _issued("test issuer", root_key, root)
    server_key, server = _issued(HOST, issuer_key, issuer, is_ca=False)
    ca.write_bytes(root.public_bytes(Encoding.PEM))
    key = server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(key + server.public_bytes(Encoding.PEM) + issuer.public_bytes(Encoding.PEM))


def _issued(
    name: str,
    issuer_key: rsa.RSAPrivateKey | None = None,
    issuer: x509.Certificate | None = None,
    *,
    is_ca: bool = True,
) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """A new key and its certificate for a day; self-signed without an issuer."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signing_key = issuer_key or key
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(_key_usage(is_ca=is_ca), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()),
            critical=False,
        )
        .sign(signing_key, hashes.SHA256())
    )
    return key, certificate


def _key_usage(*, is_ca: bool) -> x509.KeyUsage:
    """Python's default context, since 3.13, demands it of a CA."""
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not is_ca,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )
