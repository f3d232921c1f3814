"""Notifies operators of the end of a refresh: one log line, one metric per outcome."""

from typing import Any

from aws_lambda_powertools import Logger, Metrics

from tiktok_music.errors import CatalogError
from tiktok_music.observability import count
from tiktok_music.refresh.media.check import MOST_SHOWN, MediaCheck
from tiktok_music.refresh.report import Outcome, RefreshReport

GOOD = frozenset({Outcome.PUBLISHED, Outcome.ALREADY_DONE})
# Transient, so that Lambda retries a minute later; a refused catalog would be refused again.
TRY_AGAIN = frozenset({Outcome.SOURCE_FAILED, Outcome.OUT_OF_TIME, Outcome.LOCKED, Outcome.FAILED})
# A repeated run only does the charts that are left. A source that failed keeps failing for one
# chart alone, whose last version stays until the next run.
TRY_AGAIN_CHARTS = frozenset({Outcome.OUT_OF_TIME, Outcome.FAILED})
# User counts change in every run: the same catalog four times is a stuck upstream.
UNCHANGED_RUNS = 3
METRICS = {
    Outcome.PUBLISHED: "RefreshPublished",
    Outcome.ALREADY_DONE: "RefreshRepeated",
    Outcome.REFUSED: "RefreshRefused",
    Outcome.SOURCE_FAILED: "RefreshFailed",
    Outcome.OUT_OF_TIME: "RefreshFailed",
    Outcome.FAILED: "RefreshFailed",
    Outcome.LOST: "RefreshLost",
    Outcome.LOCKED: "RefreshLocked",
}


class RefreshFailed(CatalogError):
    """Raised when a refresh failed for now; Lambda retries, then sends it to the failure queue."""

    def __init__(self, report: RefreshReport) -> None:
        super().__init__("; ".join(_problems(report)))
        self.report = report


def _problems(report: RefreshReport) -> list[str]:
    unfinished = [each for each in report.charts if each.outcome in TRY_AGAIN_CHARTS]
    charts = [f"chart {each.chart_id}: {each.outcome}: {each.reason}" for each in unfinished]
    is_good = report.outcome in GOOD
    return charts if is_good and charts else [f"{report.outcome}: {report.reason}", *charts]


def notify(report: RefreshReport, logger: Logger, metrics: Metrics) -> dict[str, Any]:
    """Logs and counts a report and returns its stored form; raises RefreshFailed."""
    stored = report.to_dict()
    log = logger.info if report.outcome in GOOD else logger.error
    log("refresh %s", report.outcome, report=stored)
    count(metrics, METRICS[report.outcome])
    count(metrics, "TracksAccepted", report.accepted)
    for reason, number in report.rejected_by_reason().items():
        count(metrics, f"TracksRejected{_camel(reason)}", number)
    if report.unchanged_runs >= UNCHANGED_RUNS:
        count(metrics, "ChartUnchanged")
    if report.failed_sources:
        logger.warning("the run did without a source: %s", "; ".join(report.failed_sources))
        count(metrics, "SourceMissing")
    _notify_of_media(report.media_check, logger, metrics)
    for chart in report.charts:
        if chart.outcome not in GOOD:
            logger.warning("chart %s: %s: %s", chart.chart_id, chart.outcome, chart.reason)
            count(metrics, "ChartFailed")
    if not report.is_saved:
        count(metrics, "RunNotRemembered")
    unfinished = any(each.outcome in TRY_AGAIN_CHARTS for each in report.charts)
    if report.outcome in TRY_AGAIN or unfinished:
        raise RefreshFailed(report)
    return stored


def _notify_of_media(check: MediaCheck, logger: Logger, metrics: Metrics) -> None:
    """Counts tracks with a missing file; they stay listed until an operator repairs them."""
    if not check.missing:
        return
    count(metrics, "MediaMissing", check.tracks_missing)
    everywhere = "; are R2_BUCKET and MEDIA_BASE_URL those of before?"
    logger.error(
        "files of %d of %d checked tracks are missing%s",
        check.tracks_missing,
        check.checked,
        everywhere if check.is_all_missing() else "",
        missing=[each.to_dict() for each in check.missing[:MOST_SHOWN]],
    )


def _camel(reason: str) -> str:
    return reason.title().replace("_", "")
