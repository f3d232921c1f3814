"""Publishes what is served again without a track: a takedown that waits for no refresh."""

from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.errors import PublishLost, SnapshotCorrupt
from tiktok_music.pointer_moves import replaced
from tiktok_music.refresh.gates import CatalogFigures, GateLimits, Past, judge_catalog
from tiktok_music.refresh.publication.archive_records import rows_of
from tiktok_music.snapshot import Snapshot, without_tracks

# Each failure is a refresh's or another operator's success in between.
TRIES = 3


def withdraw(publisher: DynamoPublisher, track_id: str, limits: GateLimits) -> str | None:
    """The version that is served instead, None where what is current lacks the track already.

    Archive and lists must know of the takedown: what is published meanwhile is looked at again.
    Raises PublishLost when a gate refuses the smaller list, or others publish again and again.
    """
    for _ in range(TRIES):
        pointer = publisher.current()
        served = publisher.load(pointer.current) if pointer else None
        if pointer is None or served is None or track_id not in rows_of(served):
            return None
        smaller = without_tracks(served, {track_id}, publisher.next_fence())
        _check(smaller, served, limits)
        try:
            publisher.write_chunks(smaller)
            publisher.load(smaller.descriptor)
            fence = publisher.next_fence()
            publisher.point(replaced(pointer, smaller.descriptor, fence), pointer)
        except (PublishLost, SnapshotCorrupt):
            # A refresh that publishes in between sweeps what was written for a lower fence.
            continue
        return smaller.descriptor.version
    raise PublishLost("others publish all the time: the track is retired; run the command again")


def _check(smaller: Snapshot, served: Snapshot, limits: GateLimits) -> None:
    figures = CatalogFigures(ids=tuple(rows_of(smaller)), past=Past((served.descriptor,)))
    refusal = judge_catalog(figures, limits, is_forced=False)
    if refusal is not None:
        raise PublishLost(
            f"the track is retired, and what is served stays, with it: {refusal.gate}: "
            f"{refusal.detail}"
        )
