"""Keeps media plans in a private S3 bucket, where Step Functions reads them."""

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tiktok_music.errors import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def s3_client(region: str) -> "S3Client":
    """A client of AWS's own S3; the endpoint is botocore's business (`AWS_ENDPOINT_URL_S3`)."""
    return boto3.client(
        "s3",
        region_name=region,
        config=Config(
            connect_timeout=5,
            read_timeout=60,
            retries={"total_max_attempts": 4, "mode": "standard"},
        ),
    )


class S3Plans:
    """Plans by key; a bucket's lifecycle removes them, some day."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def save(self, key: str, lines: bytes) -> None:
        """Stores a plan's lines; raises StoreUnavailable."""
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=lines, ContentType="application/x-ndjson"
            )
        except ClientError as exc:
            code = exc.response["Error"]["Code"]
            raise StoreUnavailable(f"S3 could not write {key} ({code})") from exc
        except BotoCoreError as exc:
            raise StoreUnavailable(f"S3 could not write {key} ({type(exc).__name__})") from exc
