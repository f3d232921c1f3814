"""The bundle of Amazon's roots: cut from botocore's, and in use over TLS."""

import hashlib
from pathlib import Path

import botocore
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificates

from bench.tls_dynamo import tls_dynamo
from tests.conftest import REGION
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_snapshots import DynamoSnapshots
from tiktok_music.errors import StoreError
from tools.packaging.amazon_roots import AMAZON_ROOTS, RootMissing, amazon_roots

SHIPPED = Path(botocore.__file__).with_name("cacert.pem")
# SHA-256 of the public keys, from the table of Amazon's repository: it has no certificate in
# common with the fingerprints of the module.
PUBLIC_KEYS = [
    "fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2",
    "7f4296fc5b6a4e3b35d3c369623e364ab1af381d8fa7121533c9d6c633ea2461",
    "36abc32656acfc645c61b71613c4bf21c787f5cabbee48348d58597803d7abc9",
    "f7ecded5c66047d28ed6466b543c40e0743abe81d109254dcf845d4c2c7853c5",
    "2b071c59a0a0ae76b0eadb2bad23bad4580b69c3601b630c2eaf0613afa83f92",
]


# Starfield's root has the serial number 0.
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_the_bundle_has_the_keys_that_amazon_publishes_and_no_other() -> None:
    certificates = load_pem_x509_certificates(amazon_roots(SHIPPED.read_text()).encode())

    keys = [
        each.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for each in certificates
    ]
    assert [hashlib.sha256(key).hexdigest() for key in keys] == PUBLIC_KEYS


def test_a_missing_root_is_named() -> None:
    shipped = amazon_roots(SHIPPED.read_text())
    first = shipped.partition("# Amazon Root CA 2")[0]

    with pytest.raises(RootMissing) as caught:
        amazon_roots(first)

    assert str(caught.value) == f"botocore's cacert.pem lacks {', '.join(list(AMAZON_ROOTS)[1:])}"


def test_a_changed_certificate_counts_as_missing() -> None:
    shipped = amazon_roots(SHIPPED.read_text())
    changed = shipped.replace("MIIDQTCCAimgAwIBAgITBmyfz5m", "MIIDQTCCAimgAwIBAgITBmyfz5n")

    with pytest.raises(RootMissing, match=r"lacks Amazon Root CA 1$"):
        amazon_roots(changed)


def test_dynamodb_with_another_root_is_rejected_until_the_bundle_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon, both = tmp_path / "amazon.pem", tmp_path / "both.pem"
    amazon.write_text(amazon_roots(SHIPPED.read_text()))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")

    def error_with(bundle: Path) -> str:
        """The error of a read; with a trusted server, that of a table that does not exist."""
        monkeypatch.setenv("AWS_CA_BUNDLE", str(bundle))
        with pytest.raises(StoreError) as caught:
            DynamoSnapshots(DynamoRows(DynamoAccess(REGION, retries=0)), "catalog").pointer()
        return str(caught.value)

    with tls_dynamo(tmp_path) as (url, ca):
        both.write_bytes(amazon.read_bytes() + ca.read_bytes())
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
        errors = [error_with(amazon), error_with(both)]

    assert errors == [
        "DynamoDB could not read the pointer (SSLError)",
        "DynamoDB could not read the pointer (ResourceNotFoundException)",
    ]
