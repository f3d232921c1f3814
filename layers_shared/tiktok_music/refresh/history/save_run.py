"""What is kept of a run beside its report: its place in the list of runs, and its recording.

Nothing that goes wrong here changes what a run did: it is logged, and the report counts it.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tiktok_music.errors import StoreError
from tiktok_music.refresh.build_catalog import Draft
from tiktok_music.refresh.history.recording import pack_recording, recording_of
from tiktok_music.refresh.ports import RunReports
from tiktok_music.refresh.report import RefreshReport

_logger = logging.getLogger(__name__)

# Each write takes milliseconds. With less time than this left none is begun: a function that is
# stopped by its timeout would be run again for nothing.
LEAST_SECONDS = 30.0
# One small write, which tells of a run that had no time for more.
LEAST_SECONDS_TO_LIST = 5.0
LONGEST_REASON = 300


def remember_run(
    reports: RunReports,
    report: RefreshReport,
    drafted: Draft | None,
    remaining_seconds: Callable[[], float],
) -> RefreshReport:
    """The report, with whether the run is remembered. The recording first, then the list."""

    def has_time() -> bool:
        return remaining_seconds() > LEAST_SECONDS

    def record() -> None:
        if drafted is not None:
            packed = pack_recording(recording_of(drafted, report))
            reports.save_recording(report.scheduled_at, packed, has_time)

    is_recorded = _done("recorded", record)
    line = _line(report, is_recorded=is_recorded and drafted is not None)
    has_moments = remaining_seconds() > LEAST_SECONDS_TO_LIST
    is_listed = has_moments and _done("listed", lambda: reports.save_run(line))
    return replace(report, is_remembered=is_recorded and is_listed)


def _done(what: str, act: Callable[[], None]) -> bool:
    """The run is over and what it published is served: nothing may fail it any more."""
    try:
        act()
    except StoreError as exc:
        _logger.warning("the run is not %s: %s", what, exc)
        return False
    except Exception as exc:
        _logger.exception("the run is not %s: %s", what, exc)
        return False
    return True


def _line(report: RefreshReport, *, is_recorded: bool) -> dict[str, Any]:
    """A run in the list of runs."""
    return {
        "scheduledAt": report.scheduled_at.isoformat(),
        "startedAt": report.started_at.isoformat(),
        "outcome": str(report.outcome),
        "reason": report.reason[:LONGEST_REASON] if report.reason else None,
        "version": report.version,
        "rows": report.rows,
        "accepted": report.accepted,
        "rejected": len(report.rejections),
        "added": report.added,
        "removed": report.removed,
        "isRecorded": is_recorded,
    }
