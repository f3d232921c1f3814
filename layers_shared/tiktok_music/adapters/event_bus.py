"""Sends events to an EventBridge bus."""

import json
from collections.abc import Sequence
from typing import Any

import botocore.session
from botocore.config import Config

from tiktok_music.adapters.aws_errors import translated
from tiktok_music.announce.events import CatalogEvent
from tiktok_music.errors import StoreUnavailable

SOURCE = "tiktok-music.catalog"
# EventBridge's limit of a call.
MOST_ENTRIES = 10


class EventBridge:
    """One bus; botocore reads the endpoint from `AWS_ENDPOINT_URL_EVENTBRIDGE`.

    With botocore's client, as the layer has no boto3.
    """

    def __init__(self, region: str, bus: str) -> None:
        self._bus = bus
        self._client: Any = botocore.session.get_session().create_client(
            "events",
            region_name=region,
            config=Config(
                connect_timeout=2,
                read_timeout=5,
                retries={"total_max_attempts": 3, "mode": "standard"},
            ),
        )

    def send(self, events: Sequence[CatalogEvent]) -> None:
        """Sends all events, in order; raises StoreUnavailable if the bus rejects one."""
        for start in range(0, len(events), MOST_ENTRIES):
            entries = [self._entry(event) for event in events[start : start + MOST_ENTRIES]]
            with translated("EventBridge", "put events"):
                answer = self._client.put_events(Entries=entries)
            if answer["FailedEntryCount"]:
                codes = {each["ErrorCode"] for each in answer["Entries"] if "ErrorCode" in each}
                raise StoreUnavailable(f"EventBridge rejected events ({', '.join(sorted(codes))})")

    def _entry(self, event: CatalogEvent) -> dict[str, str]:
        return {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": event.detail_type,
            "Detail": json.dumps(event.detail, separators=(",", ":")),
        }
