"""Cuts a bundle of Amazon's own root certificates from the bundle that botocore ships.

OpenSSL parses the whole bundle for every new connection: 126 roots take 21 ms of CPU, five take 4.
"""

import hashlib
import re
import ssl
from pathlib import Path

BUNDLE = "amazon_roots.pem"
# SHA-256 of the certificates (DER), as published at https://www.amazontrust.com/repository/, which
# recommends all five for custom trust stores.
AMAZON_ROOTS = {
    "Amazon Root CA 1": "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
    "Amazon Root CA 2": "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
    "Amazon Root CA 3": "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
    "Amazon Root CA 4": "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
    "Starfield Services Root Certificate Authority - G2": (
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5"
    ),
}
_CERTIFICATE = re.compile(
    r"^-----BEGIN CERTIFICATE-----$.+?^-----END CERTIFICATE-----$", re.DOTALL | re.MULTILINE
)


class RootMissing(Exception):
    """Raised when botocore's bundle lacks one of Amazon's roots; this fails the build."""


def amazon_roots(bundle: str) -> str:
    """Amazon's roots of a PEM bundle, each under its name; raises RootMissing."""
    found = {_fingerprint(pem): pem for pem in _CERTIFICATE.findall(bundle)}
    missing = [name for name, fingerprint in AMAZON_ROOTS.items() if fingerprint not in found]
    if missing:
        raise RootMissing(f"botocore's cacert.pem lacks {', '.join(missing)}")
    return "".join(f"# {name}\n{found[sha256]}\n" for name, sha256 in AMAZON_ROOTS.items())


def write_amazon_roots(layer: Path) -> None:
    """Writes the bundle into the layer, where Lambda mounts it as /opt/python/amazon_roots.pem."""
    bundle = (layer / "botocore" / "cacert.pem").read_text()
    (layer / BUNDLE).write_text(amazon_roots(bundle))


def _fingerprint(pem: str) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
