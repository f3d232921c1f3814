"""Requests to R2, which refuses many headers that S3 accepts."""

import base64
import hashlib

import pytest

from tests.peer import Exchange, running_peer
from tiktok_music.adapters.r2_media import R2MediaStore, r2_client
from tiktok_music.errors import StoreUnavailable
from tiktok_music.settings import Secret

# https://developers.cloudflare.com/r2/api/s3/api/: not implemented, or refused.
REFUSED = (
    "x-amz-acl",
    "x-amz-grant-read",
    "x-amz-tagging",
    "x-amz-server-side-encryption",
    "x-amz-trailer",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-website-redirect-location",
    "expect",
    "transfer-encoding",
    "content-encoding",
)


def test_a_put_has_only_headers_that_r2_accepts() -> None:
    bodies: list[bytes] = []

    def bucket(exchange: Exchange) -> None:
        bodies.append(exchange.rfile.read(int(exchange.headers["Content-Length"])))
        exchange.reply(200, b"", ETag='"x"')

    with running_peer(bucket) as peer:
        store = R2MediaStore(r2_client(peer.base_url, "id", Secret("secret")), "media")
        store.save_once("music/a/preview.mp3", b"sound", "audio/mpeg", {"lufs": "-14.00"})

    path, sent = peer.requests[0]
    headers = {name.lower(): value for name, value in sent.items()}
    assert (path, bodies) == ("/media/music/a/preview.mp3", [b"sound"])
    assert {name: headers.get(name) for name in REFUSED if name in headers} == {}
    checksum = base64.b64encode(hashlib.sha256(b"sound").digest()).decode()
    assert {
        name: headers[name]
        for name in (
            "cache-control",
            "content-type",
            "if-none-match",
            "x-amz-checksum-sha256",
            "x-amz-content-sha256",
            "x-amz-meta-lufs",
        )
    } == {
        "cache-control": "public, max-age=31536000, immutable",
        "content-type": "audio/mpeg",
        "if-none-match": "*",
        "x-amz-checksum-sha256": checksum,
        "x-amz-content-sha256": hashlib.sha256(b"sound").hexdigest(),
        "x-amz-meta-lufs": "-14.00",
    }
    assert "/auto/s3/aws4_request" in headers["authorization"]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_by_the_bucket_is_reported(status: int) -> None:
    body = b"<Error><Code>Unauthorized</Code><Message>no</Message></Error>"

    with running_peer(lambda exchange: exchange.reply(status, body)) as peer:
        store = R2MediaStore(r2_client(peer.base_url, "id", Secret("secret")), "media")
        with pytest.raises(StoreUnavailable, match=r"could not write music/a \(Unauthorized\)"):
            store.save_once("music/a", b"sound", "audio/mpeg", {})
