"""Fixtures: AWS as moto has it, with the tables of the template."""

import asyncio
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows

REGION = "eu-central-1"
BUCKET = "media"


@pytest.fixture(autouse=True)
def event_loop_of_the_thread() -> Iterator[None]:
    """The loop that Mangum finds on Lambda's main thread."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account with the catalog and the keys table, and the bucket."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_PROFILE", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name=REGION)
        for table in ("catalog", "keys"):
            dynamodb.create_table(
                TableName=table,
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
        yield


@pytest.fixture
def rows(aws: None) -> DynamoRows:
    """Row models over the moto account."""
    return DynamoRows(DynamoAccess(REGION))
