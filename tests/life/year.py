"""A simulated life of the catalog, against an independent model of what has to be true.

Charts -> refresh over fakes -> checks. The model knows songs, not rules: it sees only what is
served, stored and answered.
"""

import base64
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np

from tests.builders import MEDIA
from tests.fakes import (
    FakeArchive,
    FakeDownloader,
    FakeLedger,
    FakeMediaEncoder,
    FakeMediaStore,
    FakeProgress,
    FakeReports,
    FakeSnapshots,
)
from tests.life.charts import FIRST_ID, Charts, without_previews
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import AudioUnreadable, SourceError, SourceUnavailable, WorkerFailed
from tiktok_music.pointer_moves import pinned, rolled_back, unpinned
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.curation.text_rules import RuleSettings, TextRules
from tiktok_music.refresh.dependencies import RefreshDependencies
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.media.preview import PreparedPreview
from tiktok_music.refresh.publication.archive_records import retired_record
from tiktok_music.refresh.publication.publish import current_catalog
from tiktok_music.refresh.refresh import Trigger, refresh
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.refresh.report import Outcome, RefreshReport

START = datetime(2026, 1, 1, tzinfo=UTC)
EVERY = timedelta(hours=12)
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Day:
    """The input of one scheduled run; a bad day must not be published."""

    rows: list[Candidate]
    unreadable: tuple[Rejection, ...] = ()
    problem: SourceError | None = None
    is_decoder_broken: bool = False
    kind: str = "ordinary"
    is_bad: bool = False


@dataclass
class _Source:
    day: Day = field(default_factory=lambda: Day([]))

    def fetch(self) -> Chart:
        if self.day.problem is not None:
            raise self.day.problem
        rows = len(self.day.rows) + len(self.day.unreadable)
        return Chart(rows, tuple(self.day.rows), self.day.unreadable)


@dataclass
class _Encoder(FakeMediaEncoder):
    """One fingerprint for each song, whichever upload it comes from."""

    is_decodable: Callable[[str], bool] = lambda _: True
    is_broken: bool = False

    def prepare_preview(self, data: bytes, title: str, artist: str) -> PreparedPreview:
        tiktok_id = data.decode().split("/")[-2]
        if self.is_broken:
            raise WorkerFailed("the decoder ended")
        if not self.is_decodable(tiktok_id):
            raise AudioUnreadable("no audio stream")
        self.fingerprints[title] = _fingerprint(song_of(tiktok_id))
        return super().prepare_preview(data, title, artist)


def song_of(tiktok_id: str) -> int:
    """The country and number of a generated song."""
    return (int(tiktok_id) - FIRST_ID) // 1_000


@cache
def _fingerprint(song: int) -> str:
    words = np.random.default_rng(song).integers(1, 2**32, 600, np.uint32)
    return base64.b64encode(words.astype("<u4").tobytes()).decode()


@dataclass
class Figures:
    """The result of a simulation; `violations` counts what the model found wrong, by kind."""

    slots: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    refused_legitimate: Counter[str] = field(default_factory=Counter)
    passed_bad: Counter[str] = field(default_factory=Counter)
    violations: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    growth: dict[str, int] = field(default_factory=dict)

    def violate(self, kind: str, example: str) -> None:
        self.violations[kind] += 1
        if len(self.examples[kind]) < EXAMPLES:
            self.examples[kind].append(example)

    def lines(self) -> list[str]:
        """The figures for people."""
        return [
            f"{self.slots} scheduled runs: {dict(self.outcomes)}",
            f"legitimate days refused: {sum(self.refused_legitimate.values())} "
            f"{dict(self.refused_legitimate) or ''}",
            f"bad days published: {sum(self.passed_bad.values())} {dict(self.passed_bad) or ''}",
            f"violations: {sum(self.violations.values())}",
            *(
                f"  {kind}: {count}; {'; '.join(self.examples[kind])}"
                for kind, count in self.violations.items()
            ),
            f"stored at the end: {self.growth}",
        ]


@dataclass
class Life:
    """One deployment over time."""

    seed: int
    store: FakeMediaStore = field(default_factory=FakeMediaStore)
    snapshots: FakeSnapshots = field(default_factory=FakeSnapshots)
    archive: FakeArchive = field(default_factory=FakeArchive)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    reports: FakeReports = field(default_factory=FakeReports)
    downloader: FakeDownloader = field(default_factory=FakeDownloader)
    figures: Figures = field(default_factory=Figures)
    now: datetime = START

    def __post_init__(self) -> None:
        self.charts = Charts(self.seed)
        self.other = Charts(self.seed + 1)
        self.source = _Source()
        self.encoder = _Encoder(is_decodable=self._is_decodable)
        self.rules = (
            TextRules.load(RuleSettings()),
            TextRules.load(RuleSettings(reject_mild_words=True)),
        )
        self.retired_songs: set[int] = set()
        self.given: set[str] = set()
        self.id_of_song: dict[int, str] = {}
        self.last_seen: dict[str, datetime] = {}
        self.has_second_rules = False

    def run(self, slots: int) -> Figures:
        for slot in range(slots):
            self._run_slot(slot)
        self.figures.growth = {
            "tracks": len(self.archive.records),
            "archive writes": self.archive.writes,
            "objects": len(self.store.objects),
            "chunks": len(self.snapshots.chunks),
            "ledger": len(self.ledger.entries),
        }
        return self.figures

    def _run_slot(self, slot: int) -> None:
        scheduled_at = START + slot * EVERY
        self.now = scheduled_at + timedelta(seconds=47)
        self.has_second_rules = 300 <= slot < 420  # a release and its rollback
        day = self.day(slot)
        report = self.refresh(day, scheduled_at)
        self.figures.slots += 1
        self._count(slot, day, report)
        self._operate(slot)

    def day(self, slot: int) -> Day:
        """The chart of a scheduled run, with the bad days that are planted."""
        rows, unreadable = self.charts.rows(slot), self.charts.unreadable(slot)
        match slot % 100:
            case 31:
                return Day(self.other.rows(slot), unreadable, kind="wrong country", is_bad=True)
            case 37:
                cut = rows[: len(rows) // 4]
                return Day(cut, kind="cut short", is_bad=True)
            case 43:
                return Day(without_previews(rows), unreadable, kind="no addresses", is_bad=True)
            case 49 | 50:
                problem = SourceUnavailable("HTTP 503")
                return Day([], problem=problem, kind="outage")
            case 55:
                return Day([], tuple(self._unread(rows)), kind="other schema", is_bad=True)
            case 61:
                fresh = [*rows, *self.charts.rows(slot + 40)]
                broken = list({row.tiktok_id: row for row in fresh}.values())
                return Day(
                    broken, unreadable, is_decoder_broken=True, kind="broken decoder", is_bad=True
                )
            case 67 | 68 | 69 | 70 | 71:
                stuck = self.charts.rows(slot - slot % 100 + 66)
                return Day(stuck, unreadable, kind="stuck")
        return Day(rows, unreadable)

    def refresh(self, day: Day, scheduled_at: datetime, **trigger: Any) -> RefreshReport:
        self.source.day = day
        self.encoder.is_broken = day.is_decoder_broken
        dependencies = RefreshDependencies(
            source=self.source,
            rules=self.rules[self.has_second_rules],
            tools=MediaTools(self.downloader, self.encoder, self.store),
            archive=self.archive,
            ledger=self.ledger,
            publisher=self.snapshots,
            reports=self.reports,
            gates=GateLimits(min_tracks=20),
            media_base_url=MEDIA,
            progress=FakeProgress(),
            now=lambda: self.now,
            seconds=lambda: 0.0,
        )
        fields: dict[str, Any] = {
            "holder": f"run {self.now.isoformat()}",
            "scheduled_at": scheduled_at,
            "is_forced": False,
            "remaining_seconds": lambda: 900.0,
        }
        return refresh(dependencies, Trigger(**{**fields, **trigger}))

    def _is_decodable(self, tiktok_id: str) -> bool:
        return self.charts.is_decodable(song_of(tiktok_id) % 1_000_000_000)

    def _unread(self, rows: list[Candidate]) -> list[Rejection]:
        finding = self.charts.unreadable(0)[0].finding
        return [Rejection(row.tiktok_id, "", "", finding) for row in rows]

    def _count(self, slot: int, day: Day, report: RefreshReport) -> None:
        self.figures.outcomes[str(report.outcome)] += 1
        is_pinned = self._pointer_is_pinned()
        if report.outcome is Outcome.REFUSED and not day.is_bad and not is_pinned:
            gate = (report.reason or "").partition(":")[0]
            self.figures.refused_legitimate[f"{gate} on {day.kind}"] += 1
            self.figures.examples["refused"].append(f"{slot}: {report.reason}")
        if report.outcome is Outcome.PUBLISHED and day.is_bad:
            self.figures.passed_bad[day.kind] += 1
        if report.outcome is Outcome.PUBLISHED:
            self._check_publish(slot)
        self._check_archive(slot)

    def _pointer_is_pinned(self) -> bool:
        pointer = self.snapshots.current()
        return pointer is not None and pointer.is_pinned

    def _check_publish(self, slot: int) -> None:
        rows = current_catalog(self.snapshots).rows
        self.given |= set(rows)
        songs: dict[int, str] = {}
        for track_id in rows:
            song = song_of(self.archive.records[track_id].tiktok_id)
            if song in songs:
                self.figures.violate("one song twice on the list", f"{slot}: {track_id}")
            songs[song] = track_id
            if song in self.retired_songs:
                self.figures.violate("a retired song is listed again", f"{slot}: {track_id}")
            before = self.id_of_song.get(song)
            if before is not None and before != track_id:
                title = rows[track_id]["title"]
                self.figures.violate("the id of a listed song changed", f"{slot}: {title}")
        self.id_of_song = songs

    def _check_archive(self, slot: int) -> None:
        listed = set(current_catalog(self.snapshots).rows)
        active = {
            track_id
            for track_id, record in self.archive.records.items()
            if record.status is TrackStatus.ACTIVE
        }
        for track_id in active - listed:
            self.figures.violate("active in the archive, not listed", f"{slot}: {track_id}")
        for track_id, record in self.archive.records.items():
            if record.last_seen_at < self.last_seen.get(track_id, record.last_seen_at):
                self.figures.violate("lastSeenAt went back", f"{slot}: {track_id}")
            self.last_seen[track_id] = record.last_seen_at
        for track_id in self.given:
            if track_id not in self.archive.records:
                self.figures.violate("an id no longer resolves", f"{slot}: {track_id}")

    def _operate(self, slot: int) -> None:
        """The operator's moves, at fixed places of every hundred runs."""
        pointer = self.snapshots.current()
        if pointer is None:
            return
        match slot % 100:
            case 20 | 75:
                self._retire(slot)
            case 33:
                self.now += timedelta(hours=3)
                report = self.refresh(Day(self.charts.rows(slot)), self.now)
                self.figures.outcomes[f"by hand: {report.outcome}"] += 1
            case 80 if pointer.history:
                version = pointer.history[0].version
                self._move(rolled_back, version)
            case 85 if pointer.history:
                self._move(pinned, pointer.history[0].version)
            case 88:
                self._move(unpinned)

    def _move(self, move: Callable[..., Any], *arguments: str) -> None:
        pointer = self.snapshots.pointer()
        fence = self.snapshots.next_fence()
        self.snapshots.point(move(pointer, *arguments, fence), pointer)
        rows = current_catalog(self.snapshots).rows
        self.id_of_song = {song_of(self.archive.records[each].tiktok_id): each for each in rows}

    def _retire(self, slot: int) -> None:
        """A song with several uploads where there is one: its other uploads must not come back."""
        rows = current_catalog(self.snapshots).rows
        records = [self.archive.records[track_id] for track_id in rows]
        uploads = Counter(song_of(row.tiktok_id) for row in self.charts.rows(slot))
        record = max(records[3:], key=lambda each: uploads[song_of(each.tiktok_id)])
        self.archive.save_many([retired_record(record, "a takedown", self.now)])
        self.retired_songs.add(song_of(record.tiktok_id))
        self.id_of_song.pop(song_of(record.tiktok_id), None)


def simulate(slots: int, seed: int) -> Figures:
    """The figures of a life of so many scheduled runs."""
    return Life(seed).run(slots)
