"""`catalog why`: everything that is known of a track, and where from."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

import typer

from ops.console import print_json, print_table, told
from ops.deployment import Deployment, JsonOption, StackOption, open_deployment
from ops.verdict_changes import verdict_json
from tiktok_music.api.folding import fold
from tiktok_music.api.index import Index
from tiktok_music.api.links import track_id_of_link
from tiktok_music.archive import TrackRecord, record_to
from tiktok_music.errors import NotFound, RecordingCorrupt, SnapshotCorrupt
from tiktok_music.refresh.history.recording import Recording, unpack_recording
from tiktok_music.resolve_request import parse_track_id
from tiktok_music.snapshot import Descriptor
from tiktok_music.track import track_id_of

# A title that more tracks share than this says too little.
MOST_TRACKS = 10
# Two days of the schedule; each may take several reads.
MOST_RECORDINGS = 4
RUN_COLUMNS = (
    "scheduledAt", "outcome", "verdict", "reason", "detail", "measured", "limit", "mergedInto",
    "evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Traces:
    """What is read once for all tracks asked about, the newest first: versions, reports,
    recordings."""

    indexes: tuple[Index, ...]
    reports: tuple[Mapping[str, Any], ...]
    recordings: tuple[Recording, ...]

    @classmethod
    def of(cls, catalog: Deployment) -> "Traces":
        """What cannot be read any more is left out, and so is what was never published."""
        kept = catalog.kept() if catalog.publisher.current() else []
        runs = [datetime.fromisoformat(run["scheduledAt"]) for run in catalog.reports.list_runs()]
        times = dict.fromkeys((*runs, *(each.scheduled_at for each in kept)))
        found = (catalog.reports.get_report(each) for each in sorted(times, reverse=True))
        indexes = (_index(catalog, version) for version in kept)
        recordings = (_recording(catalog, each) for each in runs[:MOST_RECORDINGS])
        return cls(
            tuple(index for index in indexes if index is not None),
            tuple(report for report in found if report is not None),
            tuple(recording for recording in recordings if recording is not None),
        )

    def named(self, title: str) -> list[str]:
        """Ids of the tracks of that title, else of those whose title holds it."""
        wanted = fold(title).strip()
        titles = {track_id: fold(name) for track_id, name in self._titles()}
        same = [track_id for track_id, name in titles.items() if name == wanted]
        return same or [track_id for track_id, name in titles.items() if wanted in name]

    def ranks(self, track_id: str) -> list[dict[str, Any]]:
        """The place of a track in every kept version that lists it."""
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
        """The newest rejection or merge that names the track."""
        for report in self.reports:
            for row in (*report["examples"], *report["merged"]):
                if row["tiktokId"] and track_id_of(row["tiktokId"]) == track_id:
                    return {"scheduledAt": report["scheduledAt"], **row}
        return None

    def runs(self, track_id: str) -> list[dict[str, Any]]:
        """What each recorded run said of the track, with figures."""
        return [
            {
                "scheduledAt": recording.scheduled_at.isoformat(),
                "outcome": recording.outcome,
                **verdict_json(told),
            }
            for recording in self.recordings
            for told in recording.verdicts
            if track_id_of(told.tiktok_id) == track_id
        ]

    def chart_row(self, track_id: str) -> dict[str, Any] | None:
        """What the source said of the track, the last time that it was on a recorded chart."""
        for recording in self.recordings:
            for candidate in recording.chart.candidates:
                if candidate.track_id == track_id:
                    row = asdict(candidate)
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


@told
def why(
    track: Annotated[
        str, typer.Argument(metavar="TRACK|TITLE|LINK", help="A track id, TikTok id, link, title.")
    ],
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Everything known of a track: where it came from, what each run said of it and why, what it
    was merged into, archive, media, and its places in the versions that are kept.
    """
    if not track.strip():
        raise typer.BadParameter("give a track id, a TikTok id, a link or a title")
    catalog = open_deployment(stack)
    traces = Traces.of(catalog)
    by_id = parse_track_id(track) or track_id_of_link(track)
    track_ids = [by_id] if by_id else traces.named(track)
    if len(track_ids) > MOST_TRACKS:
        raise NotFound(f"{len(track_ids)} titles have {track!r} in them: give more of it")
    stories = [story for each in track_ids if (story := _story(each, catalog, traces))]
    if not stories:
        raise NotFound(f"nothing is known of {track!r} here")
    if as_json:
        print_json(stories)
        return
    for story in stories:
        _print_story(story)


def _story(track_id: str, catalog: Deployment, traces: Traces) -> dict[str, Any] | None:
    record = catalog.archive.get_many([track_id]).get(track_id)
    entry = catalog.ledger.get_many([track_id]).get(track_id)
    failure = entry.failure if entry else None
    ranks = traces.ranks(track_id)
    verdict, runs = traces.verdict(track_id), traces.runs(track_id)
    if not (record or failure or ranks or verdict or runs):
        return None
    return {
        "trackId": track_id,
        "chart": traces.chart_row(track_id),
        "record": record_to(record) if record else None,
        "aliasOf": _canonical(record, catalog),
        "snapshots": ranks,
        "runs": runs,
        "lastVerdict": verdict,
        "mediaFailure": _plain(asdict(failure)) if failure else None,
    }


def _canonical(record: TrackRecord | None, catalog: Deployment) -> dict[str, Any] | None:
    if record is None or record.canonical_id is None:
        return None
    canonical = catalog.archive.get_many([record.canonical_id]).get(record.canonical_id)
    named = {"title": canonical.title, "status": canonical.status} if canonical else {}
    return {"trackId": record.canonical_id, **named}


def _print_story(story: Mapping[str, Any]) -> None:
    lines = [("track", story["trackId"])]
    for part in ("chart", "record", "aliasOf", "lastVerdict", "mediaFailure"):
        lines += _lines(part, story[part]) if story[part] else [(part, "none")]
    print_table(("", ""), lines)
    if story["runs"]:
        rows = [tuple(_cell(run.get(name)) for name in RUN_COLUMNS) for run in story["runs"]]
        print_table(("run", *RUN_COLUMNS[1:]), rows)
    if story["snapshots"]:
        rows = [tuple(str(value) for value in row.values()) for row in story["snapshots"]]
        print_table(tuple(story["snapshots"][0]), rows)
    else:
        typer.echo("in no version that is kept")


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _lines(name: str, value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Nested values flat; a fingerprint is of no use to a reader."""
    lines: list[tuple[str, str]] = []
    for field, part in value.items():
        if isinstance(part, Mapping):
            lines += _lines(f"{name}.{field}", part)
        elif part is not None and field != "fingerprint":
            lines.append((f"{name}.{field}", str(part)))
    return lines


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    return {
        name: part.isoformat() if isinstance(part, datetime) else part
        for name, part in value.items()
    }


def _recording(catalog: Deployment, scheduled_at: datetime) -> Recording | None:
    try:
        packed = catalog.reports.get_recording(scheduled_at)
        return unpack_recording(packed) if packed else None
    except RecordingCorrupt:
        return None


def _index(catalog: Deployment, version: Descriptor) -> Index | None:
    try:
        return Index(catalog.publisher.load(version))
    except SnapshotCorrupt:
        return None
