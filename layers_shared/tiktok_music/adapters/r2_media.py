"""Writes media to Cloudflare R2 over the S3 API, under keys that are written once.

Every setting here answers to something that R2 does not do as S3 does it:
https://developers.cloudflare.com/r2/api/s3/api/
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.handlers import add_expect_header

from tiktok_music.errors import StoreUnavailable
from tiktok_music.settings import Secret

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

IMMUTABLE = "public, max-age=31536000, immutable"


def r2_client(endpoint_url: str, access_key_id: str, secret_access_key: Secret) -> "S3Client":
    """An S3 client that R2 understands.

    Checksum trailers are off (R2 answers them with "Unauthorized"), and so is `Expect:
    100-continue`, which R2 never answers and botocore waits a second for.
    """
    client = boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        region_name="auto",
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key.reveal(),
        config=Config(
            connect_timeout=5,
            read_timeout=30,
            retries={"total_max_attempts": 4, "mode": "standard"},
            max_pool_connections=32,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path"},
        ),
    )
    client.meta.events.unregister("before-call.s3", add_expect_header)
    return client


class R2MediaStore:
    """The bucket behind the media domain."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def save_once(
        self, key: str, body: bytes, content_type: str, facts: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Stores an object that will never change, with facts about it as its metadata.

        Returns the facts of the object that is there: these, or those of an earlier put of the
        key, whose bytes stand.
        """
        sha256 = base64.b64encode(hashlib.sha256(body).digest()).decode()
        try:
            with _translated(f"write {key}"):
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=body,
                    ContentType=content_type,
                    CacheControl=IMMUTABLE,
                    ChecksumSHA256=sha256,
                    Metadata=dict(facts),
                    IfNoneMatch="*",
                )
        except _AlreadyThere:
            with _translated(f"look at {key}"):
                return self._client.head_object(Bucket=self._bucket, Key=key)["Metadata"]
        return facts

    def facts(self, key: str) -> Mapping[str, str] | None:
        """The facts of an object, None if there is none."""
        try:
            with _translated(f"look at {key}"):
                return self._client.head_object(Bucket=self._bucket, Key=key)["Metadata"]
        except _NotThere:
            return None

    def read(self, key: str, *, bucket: str) -> bytes:
        """An object's bytes, for a catalog document that lies in a bucket of the same account."""
        with _translated(f"read s3://{bucket}/{key}"):
            return self._client.get_object(Bucket=bucket, Key=key)["Body"].read()


class _AlreadyThere(Exception):
    """Raised when `If-None-Match: *` finds the object."""


class _NotThere(StoreUnavailable):
    """Raised when HEAD finds no object."""


@contextmanager
def _translated(action: str) -> Iterator[None]:
    try:
        yield
    except ClientError as exc:
        error = exc.response["Error"]
        if error["Code"] in ("PreconditionFailed", "412"):
            raise _AlreadyThere from exc
        if error["Code"] == "404":
            raise _NotThere(f"R2 could not {action} (404)") from exc
        raise StoreUnavailable(f"R2 could not {action} ({error['Code']})") from exc
    except BotoCoreError as exc:
        raise StoreUnavailable(f"R2 could not {action} ({type(exc).__name__})") from exc
