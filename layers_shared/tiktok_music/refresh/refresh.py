"""One refresh: source -> rules -> media -> publish -> report, in reading order."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from tiktok_music.errors import LeaseHeld, OutOfTime, PublishLost, SourceError, StoreUnavailable
from tiktok_music.pointer_moves import last_scheduled_at
from tiktok_music.refresh.build_catalog import MAX_CLOCK_SKEW, build_catalog
from tiktok_music.refresh.curation.shortlist import make_shortlist
from tiktok_music.refresh.dependencies import RefreshDependencies, media_dependencies
from tiktok_music.refresh.gates import judge_catalog
from tiktok_music.refresh.history.save_run import save_run
from tiktok_music.refresh.media.draw import draw_missing
from tiktok_music.refresh.media.pipeline import fetch_media
from tiktok_music.refresh.ports import LEASE_SECONDS
from tiktok_music.refresh.publication.publish import (
    PublishContext,
    best_overlap,
    current_catalog,
    publish,
    reconcile,
)
from tiktok_music.refresh.report import Outcome, RefreshReport
from tiktok_music.refresh.run_summary import RunResult, gate_figures, report_of
from tiktok_music.refresh.stopwatch import Stopwatch
from tiktok_music.snapshot import Pointer, pack, render

_logger = logging.getLogger(__name__)

# Media of a further group is started only above this: a download and its decoding fit into it.
RESERVE_SECONDS = 120.0
# A publish is started only above this: several attempts to write, read back and flip fit into it.
PUBLISH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Trigger:
    """The cause of a refresh: `holder` identifies the invocation, `scheduled_at` the run."""

    holder: str
    scheduled_at: datetime
    is_forced: bool
    remaining_seconds: Callable[[], float]


def refresh(dependencies: RefreshDependencies, trigger: Trigger) -> RefreshReport:
    """Runs one refresh and returns its report.

    The report is stored, except for LOCKED and ALREADY_DONE: it would replace that of the run
    which does the work. The served catalog changes in the last conditional write only, so that a
    run which stops anywhere leaves the last good snapshot. Idempotent: stored media is not fetched
    again, and a scheduled run that is done is not done twice. An error that ends the run is raised
    after its report is stored and the lease released.
    """
    watch = Stopwatch(dependencies.seconds)
    started_at = dependencies.now()

    def report(result: RunResult) -> RefreshReport:
        return report_of(result, trigger.scheduled_at, started_at, watch.laps)

    try:
        fence = dependencies.publisher.acquire_lease(trigger.holder, started_at, LEASE_SECONDS)
    except LeaseHeld as exc:
        return report(RunResult(Outcome.LOCKED, str(exc)))
    try:
        result = _run(dependencies, trigger, fence, watch)
    except Exception as exc:
        _store(dependencies, report(RunResult(Outcome.FAILED, repr(exc))))
        _clean_up(dependencies, trigger)
        raise
    finished = report(result)
    if result.outcome is Outcome.ALREADY_DONE:
        _clean_up(dependencies, trigger)
        return finished
    is_stored = _store(dependencies, finished)
    _clean_up(dependencies, trigger)
    is_saved = save_run(dependencies.reports, finished, result.prepared, trigger.remaining_seconds)
    return replace(finished, is_saved=is_stored and is_saved)


def _store(dependencies: RefreshDependencies, report: RefreshReport) -> bool:
    """Stores the report. A failure is logged only: the run is over, a retry would repeat it."""
    try:
        dependencies.reports.save_report(report.scheduled_at, report.to_dict())
    except StoreUnavailable as exc:
        _logger.warning("failed to store the report, which is only in this log: %s", exc)
        return False
    return True


def _clean_up(dependencies: RefreshDependencies, trigger: Trigger) -> None:
    """Deletes expired chunks and releases the lease; the next run does what fails here."""
    try:
        dependencies.publisher.sweep()
        dependencies.publisher.release_lease(trigger.holder)
    except StoreUnavailable as exc:
        _logger.warning("the refresh is done, its cleanup failed: %s", exc)


def _run(
    dependencies: RefreshDependencies, trigger: Trigger, fence: int, watch: Stopwatch
) -> RunResult:
    """Everything between lease and report."""
    current = current_catalog(dependencies.publisher)
    reconcile(dependencies.archive, dependencies.publisher, current)
    skipped = skip_reason(current.pointer, trigger, dependencies.now())
    if skipped is not None:
        return RunResult(*skipped)
    try:
        chart = dependencies.source.fetch()
    except SourceError as exc:
        return RunResult(Outcome.SOURCE_FAILED, str(exc))
    dependencies.progress.advance("source", chart.rows, chart.rows)
    watch.lap("source")

    try:
        shortlist = make_shortlist(
            chart,
            dependencies.rules,
            dependencies.archive,
            dependencies.now(),
            served=current.rows,
            has_time=lambda: trigger.remaining_seconds() >= PUBLISH_SECONDS,
        )
    except OutOfTime as exc:
        return RunResult(Outcome.OUT_OF_TIME, str(exc))
    dependencies.progress.advance("rules", shortlist.sounds, shortlist.sounds)
    watch.lap("rules")

    def has_time() -> bool:
        return trigger.remaining_seconds() > RESERVE_SECONDS

    media = fetch_media(
        shortlist.curation.groups,
        shortlist.known,
        media_dependencies(dependencies),
        has_time,
        is_forced=trigger.is_forced,
    )
    media = draw_missing(media, dependencies.tools, has_time, trigger.scheduled_at)
    prepared = build_catalog(
        chart,
        shortlist,
        media,
        dependencies.rules,
        last_run_at=current.run_at,
        is_forced=trigger.is_forced,
    )
    watch.lap("media")

    tracks = prepared.catalog.tracks()
    ids = [track.track_id for track in tracks]
    gzipped = pack(render(tracks, dependencies.media_base_url))
    enough = dependencies.gates.min_overlap_share
    overlap = best_overlap(dependencies.publisher, current, ids, enough)
    figures = gate_figures(
        prepared,
        current,
        ids,
        gzipped_bytes=len(gzipped),
        overlap=overlap,
        now=dependencies.now(),
    )
    refusal = judge_catalog(figures, dependencies.gates, is_forced=trigger.is_forced)
    if refusal is not None:
        return RunResult(Outcome.REFUSED, f"{refusal.gate}: {refusal.detail}", prepared)
    if trigger.remaining_seconds() < PUBLISH_SECONDS:
        reason = f"less than {PUBLISH_SECONDS:g} s left to publish; the next run continues"
        return RunResult(Outcome.OUT_OF_TIME, reason, prepared)
    context = PublishContext(
        fence=fence,
        scheduled_at=trigger.scheduled_at,
        published_at=dependencies.now(),
        gzipped=gzipped,
        chart=chart.figures(),
        is_forced=trigger.is_forced,
    )
    stores = (dependencies.archive, dependencies.publisher)
    dependencies.archive.save_songs(prepared.songs)
    try:
        published = publish(prepared.catalog, context, current, prepared.known, stores)
    except PublishLost as exc:
        return RunResult(Outcome.LOST, str(exc), prepared)
    watch.lap("publish")
    return RunResult(Outcome.PUBLISHED, None, prepared, published)


def skip_reason(
    pointer: Pointer | None, trigger: Trigger, now: datetime
) -> tuple[Outcome, str] | None:
    """The outcome of a run that does not read the chart, with its reason; None if it has to.

    A version scheduled in the future was published with a skewed clock and is ignored: it must
    not block runs with a correct one.
    """
    if pointer is None:
        return None
    version = pointer.current.version
    if pointer.is_pinned:
        return Outcome.REFUSED, f"PINNED: the operator holds the catalog at {version}"
    last = last_scheduled_at(pointer, max(now + MAX_CLOCK_SKEW, trigger.scheduled_at))
    if last is not None and last >= trigger.scheduled_at and not trigger.is_forced:
        return Outcome.ALREADY_DONE, f"version {version} is of this scheduled run or a later one"
    return None
