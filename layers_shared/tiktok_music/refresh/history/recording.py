"""The recording of a run: its chart and the verdict on each row, to be replayed later.

Prepared catalog -> JSON lines -> gzip, and back. File addresses are left out: they are signed,
they expire within hours, and no replayed rule reads them.
"""

import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from tiktok_music.errors import RecordingCorrupt, RecordingTooLarge
from tiktok_music.publish_facts import publish_from, publish_to
from tiktok_music.refresh.build_catalog import PreparedCatalog
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.rejection import Rejection, finding_from
from tiktok_music.refresh.report import RefreshReport
from tiktok_music.refresh.row_verdict import RowStatus, RowVerdict
from tiktok_music.refresh.run_summary import verdicts_of
from tiktok_music.snapshot import CHUNK_BYTES

FORMAT = 1
# Ten thousand rows with long names take four of these eight chunks (tests/unit/test_recording.py).
MOST_BYTES = 8 * CHUNK_BYTES
# Stands for the addresses of a row that had some.
HAD_ADDRESS = ("recorded:",)
# Left out, as no rule reads them.
_NO_RULE_READS = frozenset({"excerpt_start_ms", "chorus_start_ms", "about"})
_FILES = ("preview_urls", "cover_urls")
_DEFAULTS = {each.name: each.default for each in fields(Candidate)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One run: its times and outcome, the chart without addresses, a verdict for every sound."""

    scheduled_at: datetime
    started_at: datetime
    outcome: str
    version: str | None
    chart: Chart
    verdicts: tuple[RowVerdict, ...]


def recording_of(prepared: PreparedCatalog, report: RefreshReport) -> Recording:
    """The recording of a run that read a chart."""
    return Recording(
        scheduled_at=report.scheduled_at,
        started_at=report.started_at,
        outcome=str(report.outcome),
        version=report.version,
        chart=prepared.chart,
        verdicts=verdicts_of(prepared),
    )


def pack_recording(recording: Recording, most_bytes: int = MOST_BYTES) -> bytes:
    """Gzipped JSON lines; raises RecordingTooLarge as soon as there are more than `most_bytes`.

    Needs memory for the packed bytes only, whatever the number of rows.
    """
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0) as file:
        for line in _lines(recording):
            file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
            if packed.tell() > most_bytes:
                raise RecordingTooLarge(f"the recording takes more than {most_bytes} bytes")
    return packed.getvalue()


def unpack_recording(packed: bytes) -> Recording:
    """The inverse of `pack_recording`; raises RecordingCorrupt for anything else."""
    try:
        head, *lines = map(json.loads, gzip.decompress(packed).splitlines())
        if head["format"] != FORMAT:
            raise RecordingCorrupt(f"the recording has the format {head['format']}, not {FORMAT}")
        return _recording(head, lines)
    except (OSError, EOFError, zlib.error, KeyError, TypeError, ValueError) as exc:
        raise RecordingCorrupt(f"the recording cannot be read: {exc!r}") from exc


def _lines(recording: Recording) -> Iterator[Mapping[str, Any]]:
    chart = recording.chart
    yield {
        "format": FORMAT,
        "scheduledAt": recording.scheduled_at.isoformat(),
        "startedAt": recording.started_at.isoformat(),
        "outcome": recording.outcome,
        "version": recording.version,
        "rows": chart.rows,
        "newFields": chart.new_fields,
        "failedSources": chart.failed_sources,
    }
    for candidate in chart.candidates:
        yield {"row": _candidate_to(candidate)}
    for rejection in chart.rejections:
        yield {"unreadable": asdict(rejection)}
    for verdict in recording.verdicts:
        yield {"verdict": _verdict_to(verdict)}


def _recording(head: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> Recording:
    rows: dict[str, list[Any]] = {"row": [], "unreadable": [], "verdict": []}
    for line in lines:
        for kind, value in line.items():
            rows[kind].append(value)
    chart = Chart(
        int(head["rows"]),
        tuple(_candidate_from(row) for row in rows["row"]),
        tuple(_rejection(row) for row in rows["unreadable"]),
        tuple(head["newFields"]),
        failed_sources=tuple(head.get("failedSources", ())),
    )
    return Recording(
        scheduled_at=datetime.fromisoformat(head["scheduledAt"]),
        started_at=datetime.fromisoformat(head["startedAt"]),
        outcome=head["outcome"],
        version=head["version"],
        chart=chart,
        verdicts=tuple(_verdict_from(row) for row in rows["verdict"]),
    )


def _candidate_to(candidate: Candidate) -> dict[str, Any]:
    row = {
        name: value
        for name, value in asdict(candidate).items()
        if name not in _NO_RULE_READS and value != _DEFAULTS[name]
    }
    if candidate.publish is not None:
        row["publish"] = publish_to(candidate.publish)
    return {**row, **{name: True for name in _FILES if name in row}}


def _candidate_from(row: Mapping[str, Any]) -> Candidate:
    """Reads a row; those of earlier releases had the id of a clip, which no rule read."""
    fields = {name: value for name, value in row.items() if name in _DEFAULTS}
    files = {name: HAD_ADDRESS for name in _FILES if row.get(name)}
    if "publish" in row:
        fields["publish"] = publish_from(row["publish"])
    return Candidate(**{**fields, "group_ids": tuple(row.get("group_ids", ())), **files})


def _rejection(row: Mapping[str, Any]) -> Rejection:
    return Rejection(**{**row, "finding": finding_from(row["finding"])})


def _verdict_to(verdict: RowVerdict) -> dict[str, Any]:
    stored = {
        "tiktok_id": verdict.tiktok_id,
        "title": verdict.title,
        "author": verdict.author,
        "verdict": verdict.status,
        "finding": asdict(verdict.finding) if verdict.finding else None,
        "duplicate_of": verdict.duplicate_of,
        "evidence": verdict.evidence,
    }
    return {name: value for name, value in stored.items() if value is not None}


def _verdict_from(row: Mapping[str, Any]) -> RowVerdict:
    return RowVerdict(
        row["tiktok_id"],
        row["title"],
        row["author"],
        RowStatus(row["verdict"]),
        finding=finding_from(row["finding"]) if "finding" in row else None,
        duplicate_of=row.get("duplicate_of"),
        evidence=row.get("evidence"),
    )
