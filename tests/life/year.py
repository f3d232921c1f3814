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

from ops.withdraw import withdraw
from tests.api_world import World
from tests.builders import MEDIA
from tests.fakes import FakeDownloader, FakeMediaEncoder, FakeMediaStore, FakeProgress
from tests.life.charts import FIRST_ID, Charts, without_previews
from tests.life.client import Client, Served
from tests.life.figures import Figures
from tests.life.stores import Stores
from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.errors import AudioUnreadable, SourceError, SourceUnavailable, WorkerFailed
from tiktok_music.pointer_moves import pinned, rolled_back, unpinned
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.curation.text_rules import RuleSettings, TextRules
from tiktok_music.refresh.dependencies import RefreshDependencies
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media.ports import no_deadline
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.media.preview import PreparedPreview
from tiktok_music.refresh.publication.archive_records import retired_record
from tiktok_music.refresh.publication.publish import current_catalog
from tiktok_music.refresh.refresh import Trigger, refresh
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.refresh.report import Outcome, RefreshReport

START = datetime(2026, 1, 1, tzinfo=UTC)
EVERY = timedelta(hours=12)
# Places of every hundred runs at which a run dies just before it publishes.
DYING = (26, 94)


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

    def prepare_preview(
        self, data: bytes, title: str, artist: str, has_time: Callable[[], bool] = no_deadline
    ) -> PreparedPreview:
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


class Died(BaseException):
    """The end of a process; nothing catches it."""


@dataclass
class _Dying:
    """A publisher whose process ends at the flip."""

    publisher: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.publisher, name)

    def flip(self, *_: object) -> None:
        raise Died


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
        self.client = Client(world, self.figures, self._departure)
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
        self.given_at: dict[str, dict[str, datetime]] = defaultdict(dict)
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
        self.snapshots, whole = _Dying(self.snapshots), self.snapshots
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
        """The model's reason of a removal: the song, not the id, decides."""
        song = song_of(self.records[track_id].tiktok_id)
        if song in self.retired_songs:
            return "retired"
        return "merged" if song in self.id_of_song else "offChart"

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
        if report.outcome is Outcome.PUBLISHED:
            self._check_publish(slot)
            self._check_facts(slot, day)
        self._check_archive(slot)

    def _pointer_is_pinned(self) -> bool:
        pointer = self.snapshots.current()
        return pointer is not None and pointer.is_pinned

    def _check_publish(self, slot: int) -> None:
        rows, records = current_catalog(self.snapshots).rows, self.records
        self.given |= set(rows)
        songs: dict[int, str] = {}
        for track_id in rows:
            song = song_of(records[track_id].tiktok_id)
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

    def _check_facts(self, slot: int, day: Day) -> None:
        """What upstream said of an upload in the last two weeks is on the list."""
        for row in day.rows:
            said = {
                "isCommerceMusic": row.is_commerce_music is not None,
                "language": row.language_name is not None,
                "album": row.album != "",
                "userCount": row.user_count > 0,
            }
            self.given_at[row.track_id] |= {fact: self.now for fact in said if said[fact]}
        records = self.records
        for track_id, listed in current_catalog(self.snapshots).rows.items():
            number = song_of(records[track_id].tiktok_id) % 1_000_000_000
            true = {"isCommerceMusic": number % 3 > 0, "language": "en", "album": "Singles"}
            for fact, given_at in self.given_at[track_id].items():
                if self.now - given_at > timedelta(days=14):
                    continue
                self.figures.checked["facts"] += 1
                if not (listed[fact] == true[fact] if fact in true else listed[fact]):
                    self.figures.violate(f"{fact} was forgotten", f"{slot}: {track_id}")

    def _check_archive(self, slot: int) -> None:
        archived = self.records
        listed = set(current_catalog(self.snapshots).rows)
        active = {
            track_id for track_id, record in archived.items() if record.status is TrackStatus.ACTIVE
        }
        for track_id in active - listed:
            self.figures.violate("active in the archive, not listed", f"{slot}: {track_id}")
        for track_id in listed - active:
            if archived[track_id].status is not TrackStatus.RETIRED:
                self.figures.violate("listed, not active in the archive", f"{slot}: {track_id}")
        for track_id, record in archived.items():
            if record.last_seen_at < self.last_seen.get(track_id, record.last_seen_at):
                self.figures.violate("lastSeenAt went back", f"{slot}: {track_id}")
            self.last_seen[track_id] = record.last_seen_at
        for track_id in self.given:
            if track_id not in archived:
                self.figures.violate("an id no longer resolves", f"{slot}: {track_id}")

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
        self.id_of_song = {song_of(records[each].tiktok_id): each for each in rows}

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
        self.retired_songs.add(song_of(record.tiktok_id))
        self.id_of_song.pop(song_of(record.tiktok_id), None)


def simulate(slots: int, seed: int, stores: Stores | None = None) -> Figures:
    """The figures of a life of so many scheduled runs, over fakes unless `stores` are given."""
    return Life(seed, stores or Stores.fake()).run(slots)
