"""One refresh: source -> rules -> media -> archive -> snapshot -> report, in reading order."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.errors import LeaseHeld, PublishLost, SourceError, StoreUnavailable
from tiktok_music.pointing import last_scheduled_at
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.catalog import Catalog, catalog_of
from tiktok_music.refresh.chart import Chart, ChartSource
from tiktok_music.refresh.curation import Curation, TextRules, curate
from tiktok_music.refresh.gates import CatalogFigures, GateLimits, judge_catalog
from tiktok_music.refresh.joining import join_same_ids
from tiktok_music.refresh.media_memory import MediaMemory
from tiktok_music.refresh.media_stage import MediaJob, run_media_stage
from tiktok_music.refresh.ports import MediaLedger, Progress, Publisher, RunReports, TrackArchive
from tiktok_music.refresh.preparation import MediaTools, prepare_media
from tiktok_music.refresh.publishing import Edition, Served, publish, served_now
from tiktok_music.refresh.report import Outcome, RefreshReport
from tiktok_music.refresh.same_recording import join_same_recordings
from tiktok_music.refresh.sandbox_media import publish_sandbox_media
from tiktok_music.refresh.stopwatch import Stopwatch
from tiktok_music.snapshot import Pointer

_logger = logging.getLogger(__name__)

# Enough to write, read back and flip after the last download, several times over.
RESERVE_SECONDS = 120.0
# A lease outlives the longest run (15 min) by a minute.
LEASE_SECONDS = 960.0


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts a refresh: `holder` names the invocation, `scheduled_at` the tick it is for."""

    holder: str
    scheduled_at: datetime
    is_forced: bool
    remaining_seconds: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a refresh works with; `now` is UTC, `seconds` a monotonic clock."""

    source: ChartSource
    rules: TextRules
    tools: MediaTools
    archive: TrackArchive
    ledger: MediaLedger
    publisher: Publisher
    reports: RunReports
    gates: GateLimits
    media_base_url: str
    progress: Progress
    now: Callable[[], datetime]
    seconds: Callable[[], float]


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
    report = _run(parts, trigger, fence, report, watch)
    if report.outcome is not Outcome.ALREADY_DONE:
        parts.reports.keep(trigger.scheduled_at, report.as_dict())
    _tidy(parts, trigger)
    return report


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
) -> RefreshReport:
    served = served_now(parts.publisher)
    idle = _reason_to_stay(served.pointer, trigger)
    if idle is not None:
        outcome, reason = idle
        return replace(report, outcome=outcome, reason=reason)
    try:
        chart = parts.source.fetch()
    except SourceError as exc:
        return replace(report, outcome=Outcome.SOURCE_FAILED, reason=str(exc))
    parts.progress.advance("source", chart.rows, chart.rows)
    watch.lap("source")

    candidates = join_same_ids(chart.candidates)
    curation = curate(candidates, parts.rules)
    parts.progress.advance("rules", len(candidates), len(candidates))
    watch.lap("rules")

    known = parts.archive.known(candidate.track_id for candidate in candidates)
    catalog = _with_media(parts, trigger, curation, known)
    watch.lap("media")

    report = _judged(report, chart, curation, catalog)
    figures = _figures(chart, catalog, served)
    refusal = judge_catalog(figures, parts.gates, is_forced=trigger.is_forced)
    if refusal is not None:
        reason = f"{refusal.gate}: {refusal.detail}"
        return replace(report, outcome=Outcome.REFUSED, reason=reason)
    edition = Edition(fence, trigger.scheduled_at, parts.now(), parts.media_base_url)
    try:
        published = publish(catalog, edition, served, known, (parts.archive, parts.publisher))
    except PublishLost as exc:
        return replace(report, outcome=Outcome.LOST, reason=str(exc))
    watch.lap("publish")
    return report.of_publish(published.descriptor.version, published.added, published.removed)


def _reason_to_stay(pointer: Pointer | None, trigger: Trigger) -> tuple[Outcome, str] | None:
    """Why what is served stays without a look at the chart, or None."""
    if pointer is None:
        return None
    version = pointer.current.version
    if pointer.is_pinned:
        return Outcome.REFUSED, f"PINNED: the operator holds the catalog at {version}"
    if last_scheduled_at(pointer) >= trigger.scheduled_at and not trigger.is_forced:
        return Outcome.ALREADY_DONE, f"version {version} is of this tick or of a later one"
    return None


def _with_media(
    parts: Parts, trigger: Trigger, curation: Curation, known: Mapping[str, TrackRecord]
) -> Catalog:
    """The catalog of what passed the rules and has media."""
    members = [member for group in curation.groups for member in group.members]
    memory = MediaMemory.of(members, known, parts.ledger, parts.now())
    job = MediaJob(
        memory.stored,
        memory.failed,
        prepare=lambda candidate: memory.noted(candidate, prepare_media(candidate, parts.tools)),
        has_time=lambda: trigger.remaining_seconds() > RESERVE_SECONDS,
    )
    media = run_media_stage(
        curation.groups, job, lambda done, total: parts.progress.advance("media", done, total)
    )
    memory.remember(rejection for result in media for rejection in result.rejections)

    def is_settled(candidate: Candidate) -> bool:
        record = known.get(candidate.track_id)
        is_active = record is not None and record.status is TrackStatus.ACTIVE
        return is_active and not trigger.is_forced

    return catalog_of(join_same_recordings(media, is_settled), parts.rules)


def _figures(chart: Chart, catalog: Catalog, served: Served) -> CatalogFigures:
    return CatalogFigures(
        ids=tuple(track.track_id for track in catalog.tracks()),
        last_ids=frozenset(served.rows),
        rows=chart.rows,
        invalid_rows=len(chart.rejections),
        media_tried=catalog.media_tried,
        media_failed=catalog.media_tried - catalog.new_media,
    )


def _judged(
    report: RefreshReport, chart: Chart, curation: Curation, catalog: Catalog
) -> RefreshReport:
    return replace(
        report,
        rows=chart.rows,
        accepted=len(catalog.accepted),
        new_media=catalog.new_media,
        deferred=catalog.deferred,
        rejections=(*chart.rejections, *curation.rejections(), *catalog.rejections),
        merges=tuple(double.merge() for double in catalog.doubles),
        unknown_languages=curation.unknown_languages,
        new_fields=chart.new_fields,
    )
