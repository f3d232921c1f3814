"""Media plans in a private S3 bucket, where Step Functions reads them."""

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from tiktok_music.adapters.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def s3_client(region: str) -> "S3Client":
    """An S3 client; botocore reads the endpoint from `AWS_ENDPOINT_URL_S3`."""
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
    """Plans by key; the bucket's lifecycle rule deletes them."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def save(self, key: str, lines: bytes) -> None:
        """Stores a plan's lines; raises StoreUnavailable."""
        with translated("S3", f"write {key}"):
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=lines, ContentType="application/x-ndjson"
            )
