"""Publishes the current snapshot without one track, for a takedown between refreshes."""

from ops.chart_listing import list_again
from ops.deployment import Deployment, refresh_interval
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.errors import PublishLost, SnapshotCorrupt
from tiktok_music.pointer_moves import replaced
from tiktok_music.refresh.gates import CatalogFigures, GateLimits, Past, judge_catalog
from tiktok_music.refresh.publication.archive_records import rows_of
from tiktok_music.snapshot import Snapshot, without_tracks

# A try fails only if a refresh or another operator publishes in between.
TRIES = 3


def withdraw(publisher: DynamoPublisher, track_id: str, limits: GateLimits) -> str | None:
    """Returns the new version, None if the current snapshot does not list the track.

    Archive and lists must hold the takedown first, so that later snapshots lack the track too.
    Raises PublishLost if a publish check fails, or others publish in between at every try.
    """
    for _ in range(TRIES):
        pointer = publisher.current()
        current = publisher.load(pointer.current) if pointer else None
        if pointer is None or current is None or track_id not in rows_of(current):
            return None
        smaller = without_tracks(current, {track_id}, publisher.next_fence())
        _check(smaller, current, limits)
        try:
            publisher.write_chunks(smaller)
            publisher.load(smaller.descriptor)
            fence = publisher.next_fence()
            publisher.point(replaced(pointer, smaller.descriptor, fence), pointer)
        except (PublishLost, SnapshotCorrupt):
            # A refresh that publishes in between deletes chunks of lower fences.
            continue
        return smaller.descriptor.version
    raise PublishLost(
        "the track is retired, but others published in between; run the command again"
    )


def withdraw_from_charts(deployment: Deployment, track_id: str) -> list[str]:
    """Withdraws the track from the charts beside the default one; returns `<chart>@<version>`.

    A chart may fall below its floor by it: a takedown comes first.
    """
    withdrawn = []
    for entry in deployment.charts.listing().entries:
        publisher = deployment.charts.publisher(entry.chart_id)
        version = withdraw(publisher, track_id, GateLimits(min_tracks=1))
        if version is not None:
            list_again(deployment, entry.chart_id, refresh_interval(deployment.stack))
            withdrawn.append(f"{entry.chart_id}@{version}")
    return withdrawn


def _check(smaller: Snapshot, current: Snapshot, limits: GateLimits) -> None:
    figures = CatalogFigures(ids=tuple(rows_of(smaller)), past=Past((current.descriptor,)))
    refusal = judge_catalog(figures, limits, is_forced=False)
    if refusal is not None:
        raise PublishLost(
            f"the track is retired but still served: publish check failed: {refusal.gate}: "
            f"{refusal.detail}"
        )
