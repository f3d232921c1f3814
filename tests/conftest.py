"""Fixtures: moto's AWS with the template's tables; the summary's last lines: what was skipped."""

import asyncio
import os
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import PurePosixPath

import boto3
import botocore.session
import pytest
from moto import mock_aws
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.needs import NODE, not_tested, skip_without
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tools.testing.programs import find_node

REGION = "eu-central-1"
BUCKET = "media"
# A build of the functions, a local run: made once for all tests of the folder.
FOLDERS_WITH_SHARED_FIXTURES = frozenset({"build", "clients"})


# Every session would parse botocore's models again, some 0.3 s of CPU for each client of each test.
botocore.session.create_loader = cache(botocore.session.create_loader)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Ends the output with what was not tested: outermost, so after pytest's own last line."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        skipped = reporter.stats.get("skipped", [])
        for line in not_tested(report.longrepr[2] for report in skipped):
            reporter.write_line(line, yellow=True)


class FileScheduling(LoadScopeScheduling):  # type: ignore[misc]  # is untyped
    """Keeps the tests of a file in one process, those of a folder if it has costly fixtures.

    xdist's own groups are part of the node id, which this pytest does not let a plugin change.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = PurePosixPath(nodeid.partition("::")[0])
        return str(file.parent if file.parent.name in FOLDERS_WITH_SHARED_FIXTURES else file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileScheduling:
    """Files start in the order of collection: long ones are not left to the end."""
    config.option.loadscopereorder = False
    return FileScheduling(config, log)


@pytest.fixture(scope="session")
def node() -> str:
    """The path of node."""
    found = find_node(os.environ)
    if found is None:
        skip_without(NODE)
    return found


@pytest.fixture(autouse=True)
def event_loop_of_the_thread() -> Iterator[None]:
    """Sets the event loop that Mangum expects on Lambda's main thread."""
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
