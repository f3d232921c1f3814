"""Writes media to Cloudflare R2 over the S3 API, under keys that are written once.

Every setting here is for a difference between R2 and S3:
https://developers.cloudflare.com/r2/api/s3/api/
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.handlers import add_expect_header

from tiktok_music.adapters.aws_errors import error_code, translated
from tiktok_music.settings import Secret

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

IMMUTABLE = "public, max-age=31536000, immutable"


def r2_client(endpoint_url: str, access_key_id: str, secret_access_key: Secret) -> "S3Client":
    """An S3 client for R2.

    Checksum trailers are off (R2 answers them with "Unauthorized"), and so is `Expect:
    100-continue`, which R2 never answers and for which botocore waits a second.
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
        """Stores an immutable object, with facts about it as its metadata.

        Returns the facts of the stored object: these, or those of an earlier put of the key, which
        is not overwritten.
        """
        sha256 = base64.b64encode(hashlib.sha256(body).digest()).decode()
        with translated("R2", f"write {key}"):
            try:
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
                return facts
            except ClientError as exc:
                if not _exists_already(exc):
                    raise
        with translated("R2", f"read the metadata of {key}"):
            return self._client.head_object(Bucket=self._bucket, Key=key)["Metadata"]

    def get(self, key: str) -> bytes | None:
        """The bytes of an object, None if there is none."""
        with translated("R2", f"read {key}"):
            try:
                return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except ClientError as exc:
                if error_code(exc) not in ("NoSuchKey", "404"):
                    raise
        return None

    def facts(self, key: str) -> Mapping[str, str] | None:
        """The facts of an object, None if there is none."""
        with translated("R2", f"read the metadata of {key}"):
            try:
                return self._client.head_object(Bucket=self._bucket, Key=key)["Metadata"]
            except ClientError as exc:
                if error_code(exc) != "404":
                    raise
        return None

    def delete(self, key: str) -> None:
        """Deletes an object, for a takedown; idempotent."""
        with translated("R2", f"delete {key}"):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def read(self, key: str, *, bucket: str) -> bytes:
        """The bytes of an object, for a catalog document in a bucket of the same account."""
        with translated("R2", f"read s3://{bucket}/{key}"):
            return self._client.get_object(Bucket=bucket, Key=key)["Body"].read()


def _exists_already(exc: ClientError) -> bool:
    """True if `If-None-Match: *` found the object."""
    return error_code(exc) in ("PreconditionFailed", "412")
