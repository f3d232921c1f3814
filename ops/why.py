"""`catalog why`: everything stored about a track."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Annotated, Any

import typer

from ops.console import camel_keys, cell, echo, print_json, print_table, reports_errors
from ops.deployment import Deployment, open_deployment
from ops.options import JsonOption, StackOption
from ops.verdict_changes import verdict_to_json
from tiktok_music.api.folding import fold
from tiktok_music.api.index import Index
from tiktok_music.api.links import track_id_of_link
from tiktok_music.archive import TrackRecord, record_to
from tiktok_music.errors import NotFound, RecordingCorrupt, SnapshotCorrupt
from tiktok_music.publish_facts import publish_to
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.history.recording import Recording, unpack_recording
from tiktok_music.resolve_request import parse_track_id
from tiktok_music.snapshot import Descriptor
from tiktok_music.track import track_id_of

# A title that matches more tracks is too vague.
MAX_TRACKS = 10
# Two days of the default schedule; each may take several reads.
MAX_RECORDINGS = 4
RUN_COLUMNS = (
    "scheduledAt", "outcome", "verdict", "reason", "detail", "measured", "limit", "mergedInto",
    "evidence",
)  # fmt: skip

# Fields of a candidate that a refresh fills in.
NOT_OF_THE_CHART = ("silent", "upstream_title")


@dataclass(frozen=True, slots=True)
class History:
    """Snapshots, reports and recordings, newest first, read once for all tracks in question."""

    indexes: tuple[Index, ...]
    reports: tuple[Mapping[str, Any], ...]
    recordings: tuple[Recording, ...]

    @classmethod
    def read(cls, deployment: Deployment) -> "History":
        """Reads all that is stored; skips what is unreadable."""
        versions = deployment.versions() if deployment.publisher.current() else []
        listed = deployment.reports.list_runs()
        runs = [datetime.fromisoformat(run["scheduledAt"]) for run in listed]
        times = dict.fromkeys((*runs, *(each.scheduled_at for each in versions)))
        reports = (deployment.reports.get_report(each) for each in sorted(times, reverse=True))
        indexes = (_index(deployment, version) for version in versions)
        recorded = (each["scheduledAt"] for each in listed if each.get("isRecorded", True))
        times_of_recordings = map(datetime.fromisoformat, islice(recorded, MAX_RECORDINGS))
        recordings = (_recording(deployment, each) for each in times_of_recordings)
        return cls(
            tuple(index for index in indexes if index is not None),
            tuple(report for report in reports if report is not None),
            tuple(recording for recording in recordings if recording is not None),
        )

    def find_title(self, title: str) -> list[str]:
        """Ids of the tracks with that title, else of those whose title contains it."""
        folded = fold(title).strip()
        titles = {track_id: fold(name) for track_id, name in self._titles()}
        equal = [track_id for track_id, name in titles.items() if name == folded]
        return equal or [track_id for track_id, name in titles.items() if folded in name]

    def ranks(self, track_id: str) -> list[dict[str, Any]]:
        """The track's rank in every stored version that lists it."""
        return [
            {
                "version": index.descriptor.version,
                "publishedAt": index.descriptor.published_at.isoformat(timespec="minutes"),
                "rank": index.ranks[track_id],
                "userCount": row["userCount"],
            }
            for index in self.indexes
            if (row := index.row(track_id)) is not None
        ]

    def verdict(self, track_id: str) -> dict[str, Any] | None:
        """The newest rejection or merge of the track in a report."""
        for report in self.reports:
            for row in (*report["examples"], *report["merged"]):
                if row["tiktokId"] and track_id_of(row["tiktokId"]) == track_id:
                    return {"scheduledAt": report["scheduledAt"], **row}
        return None

    def runs(self, track_id: str) -> list[dict[str, Any]]:
        """The verdict of each recorded run on the track."""
        return [
            {
                "scheduledAt": recording.scheduled_at.isoformat(),
                "outcome": recording.outcome,
                **verdict_to_json(verdict),
            }
            for recording in self.recordings
            for verdict in recording.verdicts
            if track_id_of(verdict.tiktok_id) == track_id
        ]

    def chart_row(self, track_id: str) -> dict[str, Any] | None:
        """The source's row of the track in the newest recorded chart that has one."""
        for recording in self.recordings:
            for candidate in recording.chart.candidates:
                if candidate.track_id == track_id:
                    row = {**asdict(candidate), "publish": _publish(candidate)}
                    for name in NOT_OF_THE_CHART:
                        del row[name]
                    files = {name: bool(row.pop(name)) for name in ("preview_urls", "cover_urls")}
                    has = {"has_preview": files["preview_urls"], "has_cover": files["cover_urls"]}
                    return {"scheduledAt": recording.scheduled_at.isoformat(), **row, **has}
        return None

    def _titles(self) -> Iterable[tuple[str, str]]:
        for index in reversed(self.indexes):
            yield from ((row["id"], row["title"]) for row in index.rows)
        for report in reversed(self.reports):
            for row in (*report["examples"], *report["merged"]):
                if row["tiktokId"]:
                    yield track_id_of(row["tiktokId"]), row["title"]
        for recording in reversed(self.recordings):
            yield from ((track_id_of(each.tiktok_id), each.title) for each in recording.verdicts)


def _publish(candidate: Candidate) -> dict[str, Any] | None:
    return publish_to(candidate.publish) if candidate.publish else None


@reports_errors
def why(
    track: Annotated[
        str, typer.Argument(metavar="TRACK|TITLE|LINK", help="Track id, TikTok id, link or title.")
    ],
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Show everything stored about a track: source row, verdict of each recorded run, canonical
    track, archive record, media failure, and rank in each stored version.
    """
    if not track.strip():
        raise typer.BadParameter("give a track id, TikTok id, link or title")
    deployment = open_deployment(stack)
    history = History.read(deployment)
    by_id = parse_track_id(track) or track_id_of_link(track)
    track_ids = [by_id] if by_id else history.find_title(track)
    if len(track_ids) > MAX_TRACKS:
        raise NotFound(f"{len(track_ids)} titles contain {track!r}: give more of the title")
    found = [details for each in track_ids if (details := _details(each, deployment, history))]
    if not found:
        raise NotFound(f"{track!r} not found")
    if as_json:
        print_json(found)
        return
    for details in found:
        _print_details(details)


def _details(track_id: str, deployment: Deployment, history: History) -> dict[str, Any] | None:
    record = deployment.archive.get_many([track_id]).get(track_id)
    entry = deployment.ledger.get_many([track_id]).get(track_id)
    failure = entry.failure if entry else None
    ranks = history.ranks(track_id)
    verdict, runs = history.verdict(track_id), history.runs(track_id)
    if not (record or failure or ranks or verdict or runs):
        return None
    return {
        "trackId": track_id,
        "chart": camel_keys(history.chart_row(track_id)),
        "record": camel_keys(_stored(record)) if record else None,
        "aliasOf": _canonical(record, deployment),
        "snapshots": ranks,
        "runs": runs,
        "lastVerdict": verdict,
        "mediaFailure": camel_keys(_to_json(asdict(failure))) if failure else None,
    }


def _stored(record: TrackRecord) -> dict[str, Any]:
    """The stored record; `survivor_id` is the stored name since the first release."""
    stored = record_to(record)
    canonical_id = stored.pop("survivor_id")
    return {**stored, "canonical_id": canonical_id}


def _canonical(record: TrackRecord | None, deployment: Deployment) -> dict[str, Any] | None:
    if record is None or record.canonical_id is None:
        return None
    canonical = deployment.archive.get_many([record.canonical_id]).get(record.canonical_id)
    fields = {"title": canonical.title, "status": canonical.status} if canonical else {}
    return {"trackId": record.canonical_id, **fields}


def _print_details(details: Mapping[str, Any]) -> None:
    lines = [("track", details["trackId"])]
    for part in ("chart", "record", "aliasOf", "lastVerdict", "mediaFailure"):
        lines += _lines(part, details[part]) if details[part] else [(part, "none")]
    print_table(("", ""), lines)
    if details["runs"]:
        rows = [tuple(cell(run.get(name)) for name in RUN_COLUMNS) for run in details["runs"]]
        print_table(("run", *RUN_COLUMNS[1:]), rows)
    if details["snapshots"]:
        rows = [tuple(str(value) for value in row.values()) for row in details["snapshots"]]
        print_table(tuple(details["snapshots"][0]), rows)
    else:
        echo("not listed in any stored version")


def _lines(name: str, value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Flattens nested values; omits the fingerprint, which is unreadable."""
    lines: list[tuple[str, str]] = []
    for field, part in value.items():
        if isinstance(part, Mapping):
            lines += _lines(f"{name}.{field}", part)
        elif part is not None and field != "fingerprint":
            lines.append((f"{name}.{field}", _text(part)))
    return lines


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


def _to_json(value: dict[str, Any]) -> dict[str, Any]:
    return {
        name: part.isoformat() if isinstance(part, datetime) else part
        for name, part in value.items()
    }


def _recording(deployment: Deployment, scheduled_at: datetime) -> Recording | None:
    try:
        packed = deployment.reports.get_recording(scheduled_at)
        return unpack_recording(packed) if packed else None
    except RecordingCorrupt:
        return None


def _index(deployment: Deployment, version: Descriptor) -> Index | None:
    try:
        return Index(deployment.publisher.load(version))
    except SnapshotCorrupt:
        return None
