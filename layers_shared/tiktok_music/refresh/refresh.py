"""One refresh: source -> rules -> media -> archive -> snapshot -> report, in reading order."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from tiktok_music.errors import LeaseHeld, PublishLost, SourceError
from tiktok_music.refresh.catalog import Catalog, catalog_of
from tiktok_music.refresh.chart import Chart, ChartSource
from tiktok_music.refresh.curation import Curation, TextRules, curate
from tiktok_music.refresh.gates import GateLimits, judge_catalog
from tiktok_music.refresh.joining import join_same_ids
from tiktok_music.refresh.media_stage import MediaJob, run_media_stage
from tiktok_music.refresh.ports import Progress, Publisher, RunReports, TrackArchive
from tiktok_music.refresh.preparation import MediaTools, prepare_media
from tiktok_music.refresh.publishing import Edition, publish
from tiktok_music.refresh.report import Outcome, RefreshReport
from tiktok_music.refresh.same_recording import join_same_recordings
from tiktok_music.refresh.sandbox_media import publish_sandbox_media
from tiktok_music.refresh.stopwatch import Stopwatch

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
    publish_sandbox_media(parts.archive, parts.tools.store)
    if report.outcome is not Outcome.ALREADY_DONE:
        parts.reports.keep(trigger.scheduled_at, report.as_dict())
    parts.publisher.release_lease(trigger.holder)
    return report


def _run(
    parts: Parts, trigger: Trigger, fence: int, report: RefreshReport, watch: Stopwatch
) -> RefreshReport:
    last = parts.publisher.current()
    if last and last.current.scheduled_at >= trigger.scheduled_at and not trigger.is_forced:
        reason = f"version {last.current.version} is of this tick or of a later one"
        return replace(report, outcome=Outcome.ALREADY_DONE, reason=reason)
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
    job = MediaJob(
        known,
        prepare=lambda candidate: prepare_media(candidate, parts.tools),
        has_time=lambda: trigger.remaining_seconds() > RESERVE_SECONDS,
    )
    media = run_media_stage(
        curation.groups, job, lambda done, total: parts.progress.advance("media", done, total)
    )
    catalog = catalog_of(join_same_recordings(media), parts.rules)
    watch.lap("media")

    report = _judged(report, chart, curation, catalog)
    refusal = judge_catalog(catalog.tracks(), parts.gates)
    if refusal is not None:
        return replace(report, outcome=Outcome.REFUSED, reason=refusal.detail)
    edition = Edition(fence, trigger.scheduled_at, parts.now(), parts.media_base_url)
    try:
        published = publish(catalog, edition, last, known, (parts.archive, parts.publisher))
    except PublishLost as exc:
        return replace(report, outcome=Outcome.LOST, reason=str(exc))
    watch.lap("publish")
    return replace(
        report,
        outcome=Outcome.PUBLISHED,
        version=published.descriptor.version,
        added=published.added,
        removed=published.removed,
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
    )
