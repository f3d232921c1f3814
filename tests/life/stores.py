"""The stores of a simulated deployment: fakes, or the adapters over moto."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto import mock_aws

from tests.conftest import REGION
from tests.fakes import FakeArchive, FakeLedger, FakeReports, FakeSnapshots
from tiktok_music.adapters.dynamo_catalog_rows import TrackRow
from tiktok_music.adapters.dynamo_items import scan_items
from tiktok_music.adapters.dynamo_ledger import DynamoMediaLedger
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_runs import DynamoRunReports
from tiktok_music.adapters.dynamo_snapshots import DynamoSnapshots
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive, track_record
from tiktok_music.archive import TrackRecord

TABLE = "catalog"
ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
}


@dataclass(frozen=True, slots=True)
class Stores:
    """`reader` is what the API reads snapshots from; `rows` None means fakes."""

    publisher: Any
    reader: Any
    archive: Any
    ledger: Any
    reports: Any
    rows: DynamoRows | None = None

    @classmethod
    def fake(cls) -> "Stores":
        snapshots = FakeSnapshots()
        return cls(snapshots, snapshots, FakeArchive(), FakeLedger(), FakeReports())

    def records(self) -> dict[str, TrackRecord]:
        """Every record of the archive by track id."""
        if self.rows is None:
            records: dict[str, TrackRecord] = self.archive.records
            return records
        bound = self.rows.bind(TrackRow, TABLE)
        found = [each for each in scan_items(bound) if each["pk"]["S"].startswith("TRACK#")]
        read = [track_record(bound.from_raw_data(dict(each))) for each in found]
        return {record.track_id: record for record in read}

    def sizes(self) -> dict[str, int]:
        """The number of stored items by kind."""
        if self.rows is None:
            return {
                "tracks": len(self.archive.records),
                "archive writes": self.archive.writes,
                "chunks": len(self.publisher.chunks),
                "media results": len(self.ledger.entries),
                "reports": len(self.reports.reports),
            }
        keys = [each["pk"]["S"] for each in scan_items(self.rows.bind(TrackRow, TABLE))]
        return dict(Counter(key.partition("#")[0] for key in keys))


@contextmanager
def moto_stores() -> Iterator[Stores]:
    """The adapters over an empty account of moto."""
    before = {name: os.environ.get(name) for name in ACCOUNT}
    os.environ.update(ACCOUNT)
    try:
        with mock_aws():
            boto3.client("dynamodb", region_name=REGION).create_table(
                TableName=TABLE,
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )
            rows = DynamoRows(DynamoAccess(REGION))
            yield Stores(
                DynamoPublisher(rows, TABLE),
                DynamoSnapshots(rows, TABLE),
                DynamoTrackArchive(rows, TABLE),
                DynamoMediaLedger(rows, TABLE),
                DynamoRunReports(rows, TABLE),
                rows,
            )
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
