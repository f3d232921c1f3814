"""Composes the announce function: settings -> stores and bus -> dependencies."""

from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_snapshots import DynamoSnapshots
from tiktok_music.adapters.dynamo_stream import DynamoStream
from tiktok_music.adapters.dynamo_tracks import DynamoTrackReader
from tiktok_music.adapters.event_bus import EventBridge
from tiktok_music.announce.announce import AnnounceDependencies
from tiktok_music.announce.events import DEFAULT_CHART
from tiktok_music.announce.settings import AnnounceSettings


def compose_announce(settings: AnnounceSettings) -> tuple[DynamoStream, AnnounceDependencies]:
    """The reader of stream records, and the dependencies; makes no call."""
    rows = DynamoRows(DynamoAccess(settings.region))
    return DynamoStream(rows, settings.catalog_table), AnnounceDependencies(
        snapshots=lambda chart: DynamoSnapshots(
            rows, settings.catalog_table, None if chart == DEFAULT_CHART else chart
        ),
        archive=DynamoTrackReader(rows, settings.catalog_table),
        bus=EventBridge(settings.region, settings.event_bus),
    )
