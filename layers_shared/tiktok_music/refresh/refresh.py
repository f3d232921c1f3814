"""One refresh: source -> rules -> media -> publish -> report, in reading order."""

import logging
from dataclasses import replace

from tiktok_music.errors import LeaseHeld, OutOfTime, PublishLost, SourceError, StoreUnavailable
from tiktok_music.refresh.build_catalog import build_catalog
from tiktok_music.refresh.chart_states import chart_states
from tiktok_music.refresh.curation.shortlist import make_shortlist
from tiktok_music.refresh.dependencies import RefreshDependencies
from tiktok_music.refresh.gates import judge_catalog
from tiktok_music.refresh.history.save_run import save_run
from tiktok_music.refresh.media.check import CHECK_SECONDS, check_served
from tiktok_music.refresh.media_stage import media_of
from tiktok_music.refresh.ports import LEASE_SECONDS
from tiktok_music.refresh.publication.current_catalog import (
    CurrentCatalog,
    Rows,
    best_overlap,
    current_catalog,
    merged_rows,
)
from tiktok_music.refresh.publication.publish import PublishContext, publish
from tiktok_music.refresh.publication.reconcile import reconcile
from tiktok_music.refresh.refresh_charts import DefaultChart, refresh_charts
from tiktok_music.refresh.report import Outcome, RefreshReport
from tiktok_music.refresh.run_summary import RunResult, gate_figures, report_of
from tiktok_music.refresh.stopwatch import Stopwatch
from tiktok_music.refresh.trigger import PUBLISH_SECONDS, Trigger, skip_reason
from tiktok_music.snapshot import pack, render, row_of

_logger = logging.getLogger(__name__)

# Ends of the default chart that leave the time, and the right, to refresh the others.
BEFORE_CHARTS = frozenset(
    {Outcome.PUBLISHED, Outcome.ALREADY_DONE, Outcome.REFUSED, Outcome.SOURCE_FAILED}
)


def refresh(dependencies: RefreshDependencies, trigger: Trigger) -> RefreshReport:
    """Runs one refresh and returns its report.

    The report is stored and the run listed, except for LOCKED and ALREADY_DONE: they would replace
    those of the run which does the work. The served catalog changes in the last conditional write
    only, so that a run which stops anywhere leaves the last good snapshot. Idempotent: stored media
    is not fetched again, and a scheduled run that is done is not done twice. An error that ends the
    run is raised after its report is stored and the lease released.
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
        failed = report(RunResult(Outcome.FAILED, repr(exc)))
        _store(dependencies, failed)
        _clean_up(dependencies, trigger)
        save_run(dependencies.reports, failed, None, trigger.remaining_seconds)
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
        for publisher in dependencies.chart_publishers():
            publisher.sweep()
        dependencies.publisher.release_lease(trigger.holder)
    except StoreUnavailable as exc:
        _logger.warning("the refresh is done, its cleanup failed: %s", exc)


def _run(
    dependencies: RefreshDependencies, trigger: Trigger, fence: int, watch: Stopwatch
) -> RunResult:
    """Everything between lease and report: the default chart, then the others."""
    current = current_catalog(dependencies.publisher)
    states = chart_states(dependencies.charts, dependencies.chart_store, fence)
    charts = ((each.publisher, each.current) for each in states)
    reconcile(dependencies.archive, (dependencies.publisher, current), *charts)
    elsewhere = merged_rows(each.current for each in states)
    result = _run_default(dependencies, trigger, fence, watch, current, elsewhere)
    if not states or result.outcome not in BEFORE_CHARTS:
        return result
    default = DefaultChart(
        chart=result.prepared.chart if result.prepared else None,
        rows=_served_rows(result, current, dependencies.media_base_url),
    )
    reports = refresh_charts(dependencies, trigger, states, default)
    watch.lap("charts")
    return replace(result, charts=reports)


def _served_rows(result: RunResult, current: CurrentCatalog, media_base_url: str) -> Rows:
    if result.published is None or result.prepared is None:
        return current.rows
    tracks = result.prepared.catalog.tracks()
    return {track.track_id: row_of(track, media_base_url) for track in tracks}


def _run_default(
    dependencies: RefreshDependencies,
    trigger: Trigger,
    fence: int,
    watch: Stopwatch,
    current: CurrentCatalog,
    elsewhere: Rows,
) -> RunResult:
    """The default chart; `elsewhere` are the rows of the others."""
    skipped = skip_reason(current.pointer, trigger, dependencies.now())
    if skipped is not None:
        return RunResult(*skipped)
    ends = trigger.remaining_seconds() - CHECK_SECONDS
    checked = check_served(
        current.rows,
        dependencies.files,
        dependencies.archive,
        trigger.scheduled_at,
        has_time=lambda: trigger.remaining_seconds() > ends,
    )
    result = _publish_chart(dependencies, trigger, fence, watch, current, elsewhere)
    return replace(result, checked=checked)


def _publish_chart(
    dependencies: RefreshDependencies,
    trigger: Trigger,
    fence: int,
    watch: Stopwatch,
    current: CurrentCatalog,
    elsewhere: Rows,
) -> RunResult:
    """From the chart to the moved pointer."""
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

    media = media_of(shortlist, dependencies, trigger)
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
        published = publish(prepared.catalog, context, current, prepared.known, stores, elsewhere)
    except PublishLost as exc:
        return RunResult(Outcome.LOST, str(exc), prepared)
    watch.lap("publish")
    return RunResult(Outcome.PUBLISHED, None, prepared, published)
