"""Saves a run beside its report: its recording, and its entry in the list of runs.

A failure here changes nothing of what the run did: it is logged and counted.
"""

import logging
from collections.abc import Callable
from typing import Any

from tiktok_music.errors import StoreError
from tiktok_music.refresh.build_catalog import PreparedCatalog
from tiktok_music.refresh.history.recording import pack_recording, recording_of
from tiktok_music.refresh.ports import RunReports
from tiktok_music.refresh.report import RefreshReport

_logger = logging.getLogger(__name__)

# A write takes milliseconds and is started only above this: if the function timed out here, Lambda
# would repeat the whole run.
MIN_SECONDS = 30.0
# The list entry is one small write; it records also a run that had no time for more.
MIN_SECONDS_TO_LIST = 5.0
LONGEST_REASON = 300


def save_run(
    reports: RunReports,
    report: RefreshReport,
    prepared: PreparedCatalog | None,
    remaining_seconds: Callable[[], float],
) -> bool:
    """Saves the recording, then the list entry; True if both are stored."""

    def has_time() -> bool:
        return remaining_seconds() > MIN_SECONDS

    def save_recording() -> None:
        if prepared is not None:
            packed = pack_recording(recording_of(prepared, report))
            reports.save_recording(report.scheduled_at, packed, has_time)

    is_recorded = _succeeds("recording", save_recording)
    entry = _list_entry(report, is_recorded=is_recorded and prepared is not None)
    if remaining_seconds() <= MIN_SECONDS_TO_LIST:
        return False
    return _succeeds("list entry", lambda: reports.save_run(entry)) and is_recorded


def _succeeds(what: str, save: Callable[[], None]) -> bool:
    """The run is over and its snapshot is served: no error may fail it any more."""
    try:
        save()
    except StoreError as exc:
        _logger.warning("failed to store the %s of the run: %s", what, exc)
        return False
    except Exception as exc:
        _logger.exception("failed to store the %s of the run: %s", what, exc)
        return False
    return True


def _list_entry(report: RefreshReport, *, is_recorded: bool) -> dict[str, Any]:
    missing = report.media_check.tracks_missing
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
        **({"mediaMissing": missing} if missing else {}),
    }
