"""Which sounds of the chart have no media yet: what a plan leaves to its batches."""

from collections.abc import Iterator
from dataclasses import dataclass

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.shortlist import shortlist
from tiktok_music.refresh.dependencies import Parts
from tiktok_music.refresh.media.pipeline import known_media
from tiktok_music.refresh.media.stage import GroupMedia
from tiktok_music.refresh.refresh import Trigger, reason_to_stay


@dataclass(frozen=True, slots=True)
class MediaPlan:
    """The groups of a chart that lack media, each with the members worth a try, the best first.

    `rows` counts what upstream sent; `reason` says why nobody looked at the chart, None if
    somebody did.
    """

    rows: int
    groups: tuple[tuple[Candidate, ...], ...]
    reason: str | None = None


def plan_media(parts: Parts, trigger: Trigger) -> MediaPlan:
    """What the refresh for this tick would have to fetch; raises SourceError without a chart.

    Reads only. A tick whose refresh would stay as it is plans nothing.
    """
    idle = reason_to_stay(parts.publisher.current(), trigger, parts.now())
    if idle is not None:
        return MediaPlan(0, (), idle[1])
    chart = parts.source.fetch()
    parts.progress.advance("source", chart.rows, chart.rows)
    listed = shortlist(chart, parts.rules, parts.archive)
    media = known_media(listed.curation.groups, listed.known, parts.ledger, parts.now())
    return MediaPlan(
        chart.rows, tuple(tuple(_untried(result)) for result in media if result.is_deferred)
    )


def _untried(result: GroupMedia) -> Iterator[Candidate]:
    """The members that nobody has found wanting."""
    failed = {rejection.tiktok_id for rejection in result.rejections}
    return (each for each in result.group.members if each.tiktok_id not in failed)
