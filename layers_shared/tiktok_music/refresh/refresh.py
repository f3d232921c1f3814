"""One refresh: source -> rules -> media -> archive -> snapshot -> report, in reading order."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tiktok_music.errors import LeaseHeld, PublishLost, SourceError, StoreUnavailable
from tiktok_music.pointer_moves import last_scheduled_at
from tiktok_music.refresh.build_catalog import Draft, draft, figures_of, told_of
from tiktok_music.refresh.curation.shortlist import shortlist
from tiktok_music.refresh.dependencies import Parts, media_parts
from tiktok_music.refresh.gates import judge_catalog
from tiktok_music.refresh.history.save_run import remember_run
from tiktok_music.refresh.media.pipeline import media_of
from tiktok_music.refresh.publication.publish import Edition, publish, served_now
from tiktok_music.refresh.report import Outcome, RefreshReport
from tiktok_music.refresh.sandbox_media import publish_sandbox_media
from tiktok_music.refresh.stopwatch import Stopwatch
from tiktok_music.snapshot import Pointer

_logger = logging.getLogger(__name__)

# No media is begun with less: what is under way may take a download and its turns at a decoder.
RESERVE_SECONDS = 120.0
# Enough to write, read back and flip, several times over; a publish is not begun with less.
PUBLISH_SECONDS = 30.0
# A lease outlives the longest run (15 min) by a minute.
LEASE_SECONDS = 960.0
# Clocks of AWS are right to the second; an operator's own may be off by anything.
AHEAD_AT_MOST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts a refresh: `holder` names the invocation, `scheduled_at` the tick it is for."""

    holder: str
    scheduled_at: datetime
    is_forced: bool
    remaining_seconds: Callable[[], float]


def refresh(parts: Parts, trigger: Trigger) -> RefreshReport:
    """Runs one refresh to a report, which is stored, whatever the outcome.

    What is served changes by the last conditional write alone, so that a run which stops anywhere
    leaves the last good snapshot. Safe to repeat: media that is there is not fetched again, and a
    tick that is done is not done twice.
    """
    watch = Stopwatch(parts.seconds)
    report = RefreshReport(Outcome.LOCKED, None, trigger.scheduled_at, parts.now(), watch.laps)
    try:
        fence = parts.publisher.acquire_lease(trigger.holder, parts.now(), LEASE_SECONDS)
    except LeaseHeld as exc:
        return replace(report, reason=str(exc))
    report, drafted = _run(parts, trigger, fence, report, watch)
    if report.outcome is Outcome.ALREADY_DONE:
        _tidy(parts, trigger)
        return report
    is_kept = _kept(parts, report)
    _tidy(parts, trigger)
    told = remember_run(parts.reports, report, drafted, trigger.remaining_seconds)
    return replace(told, is_remembered=told.is_remembered and is_kept)


def _kept(parts: Parts, report: RefreshReport) -> bool:
    """The run is over: a report that cannot be stored must not make Lambda run it again."""
    try:
        parts.reports.save_report(report.scheduled_at, report.as_dict())
    except StoreUnavailable as exc:
        _logger.warning("the report is in this log alone: %s", exc)
        return False
    return True


def _tidy(parts: Parts, trigger: Trigger) -> None:
    """What a refresh does after its report is kept: the next one does what this one could not."""
    publish_sandbox_media(parts.archive, parts.tools.store)
    try:
        parts.publisher.sweep()
        parts.publisher.release_lease(trigger.holder)
    except StoreUnavailable as exc:
        _logger.warning("the refresh is done, its tidying is not: %s", exc)


def _run(
    parts: Parts, trigger: Trigger, fence: int, report: RefreshReport, watch: Stopwatch
) -> tuple[RefreshReport, Draft | None]:
    """The report, and what became of every row where there were any."""
    served = served_now(parts.publisher)
    idle = reason_to_stay(served.pointer, trigger, parts.now())
    if idle is not None:
        outcome, reason = idle
        return replace(report, outcome=outcome, reason=reason), None
    try:
        chart = parts.source.fetch()
    except SourceError as exc:
        return replace(report, outcome=Outcome.SOURCE_FAILED, reason=str(exc)), None
    parts.progress.advance("source", chart.rows, chart.rows)
    watch.lap("source")

    listed = shortlist(chart, parts.rules, parts.archive)
    parts.progress.advance("rules", listed.sounds, listed.sounds)
    watch.lap("rules")
    media = media_of(
        listed.curation.groups,
        listed.known,
        media_parts(parts),
        has_time=lambda: trigger.remaining_seconds() > RESERVE_SECONDS,
        is_forced=trigger.is_forced,
    )
    drafted = draft(chart, listed, media, parts.rules, is_forced=trigger.is_forced)
    watch.lap("media")
    report = told_of(drafted, report)
    refusal = judge_catalog(figures_of(drafted, served), parts.gates, is_forced=trigger.is_forced)
    if refusal is not None:
        reason = f"{refusal.gate}: {refusal.detail}"
        return replace(report, outcome=Outcome.REFUSED, reason=reason), drafted
    if trigger.remaining_seconds() < PUBLISH_SECONDS:
        reason = f"fewer than {PUBLISH_SECONDS:g} s are left to publish in; the next run goes on"
        return replace(report, outcome=Outcome.OUT_OF_TIME, reason=reason), drafted
    edition = Edition(fence, trigger.scheduled_at, parts.now(), parts.media_base_url)
    try:
        published = publish(
            drafted.catalog, edition, served, drafted.known, (parts.archive, parts.publisher)
        )
    except PublishLost as exc:
        return replace(report, outcome=Outcome.LOST, reason=str(exc)), drafted
    watch.lap("publish")
    version = published.descriptor.version
    return report.of_publish(version, published.added, published.removed), drafted


def reason_to_stay(
    pointer: Pointer | None, trigger: Trigger, now: datetime
) -> tuple[Outcome, str] | None:
    """Why what is served stays without a look at the chart, or None.

    A version of a time that is still to come was published by a clock that was wrong: it does not
    stand in the way of those that are right.
    """
    if pointer is None:
        return None
    version = pointer.current.version
    if pointer.is_pinned:
        return Outcome.REFUSED, f"PINNED: the operator holds the catalog at {version}"
    last = last_scheduled_at(pointer, max(now + AHEAD_AT_MOST, trigger.scheduled_at))
    if last is not None and last >= trigger.scheduled_at and not trigger.is_forced:
        return Outcome.ALREADY_DONE, f"version {version} is of this tick or of a later one"
    return None
