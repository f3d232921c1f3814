"""A simulated life of the catalog, against an independent model of what has to be true.

Charts -> refresh over fakes or moto -> checks by the model and by a client of the API.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ops.withdraw import withdraw
from tests.api_world import World
from tests.builders import MEDIA
from tests.fakes import FakeDownloader, FakeMediaStore, FakeProgress
from tests.life.charts import Charts, without_previews
from tests.life.client import Client, Served
from tests.life.day import Day, Died, Dying, Encoder, Source, song_of
from tests.life.figures import Figures
from tests.life.model import Model
from tests.life.stores import Stores
from tiktok_music.archive import TrackRecord
from tiktok_music.errors import SourceUnavailable
from tiktok_music.pointer_moves import pinned, rolled_back, unpinned
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.text_rules import RuleSettings, TextRules
from tiktok_music.refresh.dependencies import RefreshDependencies
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.publication.archive_records import retired_record
from tiktok_music.refresh.publication.current_catalog import current_catalog
from tiktok_music.refresh.refresh import refresh
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.refresh.report import Outcome, RefreshReport
from tiktok_music.refresh.trigger import Trigger

START = datetime(2026, 1, 1, tzinfo=UTC)
EVERY = timedelta(hours=12)
# Places of every hundred runs at which a run dies just before it publishes.
DYING = (26, 94)


@dataclass
class Life:
    """One deployment over time."""

    seed: int
    stores: Stores = field(default_factory=Stores.fake)
    store: FakeMediaStore = field(default_factory=FakeMediaStore)
    downloader: FakeDownloader = field(default_factory=FakeDownloader)
    figures: Figures = field(default_factory=Figures)
    now: datetime = START

    def __post_init__(self) -> None:
        self.snapshots, self.archive = self.stores.publisher, self.stores.archive
        world = World(snapshots=self.stores.reader, archive=self.archive)
        self.model = Model(self.figures)
        self.client = Client(world, self.figures, self._departure)
        self.charts = Charts(self.seed)
        self.other = Charts(self.seed + 1)
        self.source = Source()
        self.encoder = Encoder(is_decodable=self._is_decodable)
        self.rules = (
            TextRules.load(RuleSettings()),
            TextRules.load(RuleSettings(reject_mild_words=True)),
        )
        self.has_second_rules = False

    def run(self, slots: int) -> Figures:
        for slot in range(slots):
            self._run_slot(slot)
        self.figures.growth = {**self.stores.sizes(), "objects": len(self.store.objects)}
        return self.figures

    def _run_slot(self, slot: int) -> None:
        scheduled_at = START + slot * EVERY
        self.now = scheduled_at + timedelta(seconds=47)
        self.has_second_rules = 300 <= slot < 420  # a release and its rollback
        day = self.day(slot)
        self.figures.slots += 1
        if slot % 100 in DYING:
            self._die(day, scheduled_at)
            return
        report = self.refresh(day, scheduled_at)
        self._count(slot, day, report)
        self._note()
        self._operate(slot)
        self._note()
        if self.client.log:
            self.client.visit(slot)

    def _die(self, day: Day, scheduled_at: datetime) -> None:
        """A run that ends just before it would move the pointer."""
        self.snapshots, whole = Dying(self.snapshots), self.snapshots
        try:
            self.refresh(day, scheduled_at)
        except Died:
            self.figures.outcomes["died"] += 1
        finally:
            self.snapshots = whole

    def _note(self) -> None:
        """Tells the client's log what is served."""
        pointer = self.snapshots.current()
        if pointer is not None:
            rows = current_catalog(self.snapshots).rows
            version, published_at = pointer.current.version, pointer.current.published_at
            self.client.note(Served(self.now, version, published_at, rows))

    def _departure(self, track_id: str) -> str:
        return self.model.departure(self.records[track_id])

    @property
    def records(self) -> dict[str, TrackRecord]:
        return self.stores.records()

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
            ledger=self.stores.ledger,
            publisher=self.snapshots,
            reports=self.stores.reports,
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
        if day.is_bad:
            self.figures.bad_days[day.kind] += 1
        if report.outcome is Outcome.PUBLISHED and day.is_bad:
            self.figures.passed_bad[day.kind] += 1
        rows, records = current_catalog(self.snapshots).rows, self.records
        if report.outcome is Outcome.PUBLISHED:
            self.model.check_publish(slot, rows, records)
            self.model.check_facts(slot, self.now, day, rows, records)
        self.model.check_archive(slot, rows, records)

    def _pointer_is_pinned(self) -> bool:
        pointer = self.snapshots.current()
        return pointer is not None and pointer.is_pinned

    def _operate(self, slot: int) -> None:
        """The operator's moves, at fixed places of every hundred runs."""
        pointer = self.snapshots.current()
        if pointer is None:
            return
        match slot % 100:
            case 20 | 75:
                self._retire(slot)
            case 22 | 64:
                self._retire(slot, at_once=True)
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
        pointer = self.snapshots.current()
        fence = self.snapshots.next_fence()
        self.snapshots.point(move(pointer, *arguments, fence), pointer)
        rows, records = current_catalog(self.snapshots).rows, self.records
        self.model.id_of_song = {song_of(records[each].tiktok_id): each for each in rows}

    def _retire(self, slot: int, *, at_once: bool = False) -> None:
        """A song with several uploads where there is one: its other uploads must not come back."""
        rows = current_catalog(self.snapshots).rows
        known = self.records
        records = [known[track_id] for track_id in rows]
        uploads = Counter(song_of(row.tiktok_id) for row in self.charts.rows(slot))
        record = max(records[3:], key=lambda each: uploads[song_of(each.tiktok_id)])
        self.archive.save_retired(retired_record(record, "a takedown", self.now))
        if at_once:
            withdraw(self.snapshots, record.track_id, GateLimits(min_tracks=20))
        self.model.retired_songs.add(song_of(record.tiktok_id))
        self.model.id_of_song.pop(song_of(record.tiktok_id), None)


def simulate(slots: int, seed: int, stores: Stores | None = None) -> Figures:
    """The figures of a life of so many scheduled runs, over fakes unless `stores` are given."""
    return Life(seed, stores or Stores.fake()).run(slots)
