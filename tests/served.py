"""Publishes snapshots into moto's account as a refresh does, and reads them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from typer.testing import Result

from tests.builders import a_snapshot, a_track
from tests.conftest import REGION
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.pointer_moves import advanced

Run = Callable[..., Result]


def publish(rows: DynamoRows, *ages_in_hours: float) -> list[str]:
    """Publishes a version of each age, in order; returns their ids."""
    publisher, versions = DynamoPublisher(rows, "catalog"), []
    for number, hours in enumerate(ages_in_hours, start=1):
        moment = datetime.now(UTC) - timedelta(hours=hours)
        fence = publisher.next_fence()
        tracks = [a_track(each) for each in range(number)]
        snapshot = a_snapshot(*tracks, fence=fence, scheduled_at=moment, published_at=moment)
        publisher.write_chunks(snapshot)
        before = publisher.current()
        publisher.flip(advanced(before, snapshot.descriptor), before)
        versions.append(snapshot.descriptor.version)
    return versions


def served(rows: DynamoRows) -> tuple[str, bool]:
    pointer = DynamoPublisher(rows, "catalog").current()
    assert pointer is not None
    return pointer.current.version, pointer.is_pinned


def table(name: str) -> Any:
    """A table of moto's account, to damage its items."""
    return boto3.resource("dynamodb", region_name=REGION).Table(name)
