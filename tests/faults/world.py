"""A small catalog with every kind of track, refreshed by the real code over the strict wire.

About eight tracks in several chunks. Every scheduled run adds one and removes one; two are
duplicates that take turns in being the canonical track, one is profane, one has a broken file.
A slot is the number of a scheduled run.
"""

import copy
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from tests.builders import MEDIA, NOON, a_candidate
from tests.conftest import BUCKET, REGION
from tests.fakes import FakeDownloader, FakeMediaEncoder, FakeProgress, FakeSource
from tests.faults.fake_account import TABLE, Account, Flip, State
from tests.faults.wire import Call, Crash, Faults, Wire, no_faults
from tiktok_music import pointer_moves, snapshot
from tiktok_music.adapters import r2_media
from tiktok_music.adapters.dynamo_chart_store import DynamoChartStore
from tiktok_music.adapters.dynamo_ledger import DynamoMediaLedger
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_runs import DynamoRunReports
from tiktok_music.adapters.dynamo_snapshots import DynamoSnapshots
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.adapters.r2_media import R2MediaStore, r2_client
from tiktok_music.api.snapshot_cache import SnapshotCache
from tiktok_music.charts import Coordinates
from tiktok_music.errors import AudioUnreadable, CatalogError, SourceError, StoreError
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import ConfiguredChart
from tiktok_music.refresh.curation.text_rules import RuleSettings, TextRules
from tiktok_music.refresh.dependencies import RefreshDependencies
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media import pipeline
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.ports import LEASE_SECONDS
from tiktok_music.refresh.refresh import refresh
from tiktok_music.refresh.report import RefreshReport
from tiktok_music.refresh.trigger import Trigger
from tiktok_music.settings import Secret
from tiktok_music.snapshot import Descriptor, Pointer

INTERVAL = timedelta(hours=12)
# The slot whose refresh is tested; the ones before it had no faults.
TESTED = 4
KEPT = 3
CHUNK_BYTES = 180
SECRET = "a-secret-that-no-log-may-show"
# A store failed the run; the process ended; it raised an unexpected error.
FAILED, CRASHED, RAISED = "FAILED", "CRASHED", "RAISED"
Hook = Callable[[int, Call], None]


def scheduled_time(slot: int) -> datetime:
    """When the run of a slot is due."""
    return NOON + slot * INTERVAL


def chart(slot: int) -> tuple[Candidate, ...]:
    """The upstream chart at a slot."""
    lasting = [a_candidate(n, user_count=1_000 - n + 10 * slot) for n in range(1, 5)]
    duplicate = a_candidate(
        10, title="Lantern Street 1", author="Mira 1", user_count=5_000 if slot % 2 else 1
    )
    newcomers = [a_candidate(1_000 + n) for n in (slot, slot + 1)]
    profane = a_candidate(7_000 + slot, title=f"Fuck It {slot}")
    broken = a_candidate(9_000 + slot, title=f"Broken Bell {slot}")
    return (*lasting, duplicate, *newcomers, profane, broken)


class BrokenFiles(dict[str, Exception]):
    """Problems of the media encoder: every title that starts with Broken Bell."""

    def __contains__(self, title: object) -> bool:
        return str(title).startswith("Broken Bell")

    def __getitem__(self, title: str) -> Exception:
        return AudioUnreadable("no audio")


@dataclass(frozen=True, slots=True)
class Run:
    """The result of one invocation: the report's outcome, or one of the three above."""

    outcome: str
    calls: tuple[Call, ...]
    flips: tuple[Flip, ...]
    report: RefreshReport | None = None
    error: Exception | None = None


class Process:
    """An instance of the refresh function: its clients, and the adapters over them."""

    def __init__(self, account: Account, name: str, attempts: int) -> None:
        self.wire = Wire(account, name)
        self.rows = DynamoRows(DynamoAccess(REGION, retries=attempts - 1))
        self.wire.connect(self.rows._connection.client)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(r2_media, "Config", _config_with(attempts))
            bucket = r2_client(
                "https://account.r2.cloudflarestorage.com", "testing", Secret(SECRET)
            )
        self.wire.connect(bucket)
        self.store = R2MediaStore(bucket, BUCKET)
        self.publisher = DynamoPublisher(self.rows, TABLE)
        self.charts = DynamoChartStore(self.rows, TABLE)
        self.archive = DynamoTrackArchive(self.rows, TABLE)
        self.ledger = DynamoMediaLedger(self.rows, TABLE)
        self.reports = DynamoRunReports(self.rows, TABLE)
        self.snapshots = DynamoSnapshots(self.rows, TABLE)


def _config_with(attempts: int) -> Callable[..., Config]:
    retries = {"total_max_attempts": attempts, "mode": "standard"}
    return lambda **fields: Config(**{**fields, "retries": retries})


@dataclass
class World:
    """The stores, the processes over them, a warm reader, and the clock."""

    account: Account
    processes: dict[str, Process] = field(default_factory=dict)
    now: datetime = NOON
    reader_seconds: float = 0.0
    source: FakeSource = field(default_factory=FakeSource)
    charts: dict[Coordinates, FakeSource] = field(default_factory=dict)
    downloader: FakeDownloader = field(default_factory=FakeDownloader)
    media_encoder: FakeMediaEncoder = field(default_factory=lambda: FakeMediaEncoder(BrokenFiles()))
    stale: list[StoreError] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    ids: dict[str, set[str]] = field(default_factory=dict)
    seen_fence: int = 0
    _warm: SnapshotCache | None = None
    _seconds: float = 0.0

    def process(self, name: str = "writer", attempts: int = 1) -> Process:
        """The process of that name; each name and number of attempts has its own clients."""
        key = f"{name}/{attempts}"
        if key not in self.processes:
            self.processes[key] = Process(self.account, name, attempts)
        return self.processes[key]

    def run(
        self,
        slot: int,
        *,
        process: Process | None = None,
        holder: str = "request-1",
        faults: Faults = no_faults,
        on_call: Hook | None = None,
        is_forced: bool = False,
        remaining: Callable[[], float] = lambda: 900.0,
        candidates: tuple[Candidate, ...] | None = None,
        problem: SourceError | None = None,
    ) -> Run:
        """Invokes the refresh function for a slot."""
        process = process or self.process()
        process.wire.begin(faults, on_call)
        before = len(self.account.flips)
        source = FakeSource(chart(slot) if candidates is None else candidates, problem=problem)
        trigger = Trigger(holder, scheduled_time(slot), is_forced, remaining)
        report, outcome = None, CRASHED
        error: Exception | None = None
        try:
            report = refresh(self._parts(process, source), trigger)
            outcome = str(report.outcome)
        except Crash:
            pass
        except CatalogError as exc:
            outcome, error = FAILED, exc
        except Exception as exc:  # noqa: BLE001 - the test reports whatever a run raises
            outcome, error = RAISED, exc
        self.logged += [repr(report), repr(error)]
        landed = self.account.flips[before:]
        own = tuple(flip for flip in landed if flip.by == process.wire.name)
        return Run(outcome, tuple(process.wire.calls), own, report, error)

    def clean(self, slot: int) -> Run:
        """Runs a refresh at its time, without faults."""
        self.now = scheduled_time(slot)
        return self.run(slot, process=self.process("next"), holder=f"run-{slot}")

    def operate(
        self,
        move: Callable[[Pointer, int], Pointer],
        *,
        faults: Faults = no_faults,
        on_call: Hook | None = None,
        attempts: int = 1,
    ) -> Pointer:
        """Moves the pointer as an operator's command does: reads it, takes a fence, writes it."""
        process = self.process("operator", attempts)
        process.wire.begin(faults, on_call)
        publisher = process.publisher
        before = publisher.current()
        assert before is not None
        after = move(before, publisher.next_fence())
        publisher.point(after, before)
        return after

    def cold(self, faults: Faults = no_faults, on_call: Hook | None = None) -> SnapshotCache:
        """Starts a reader without a cache."""
        process = self.process("reader")
        process.wire.begin(faults, on_call)
        self.stale = []
        return self._catalog(process)

    def warm(self) -> SnapshotCache:
        """The reader that cached a snapshot before the tested refresh; its cache has expired."""
        self.process("warm").wire.begin()
        self.reader_seconds += 60
        if self._warm is None:
            self._warm = self._catalog(self.process("warm"))
        return self._warm

    def save(self) -> tuple[State, datetime, SnapshotCache | None]:
        """Copies the state that `restore` takes."""
        return self.account.save(), self.now, copy.copy(self._warm)

    def restore(self, saved: tuple[State, datetime, SnapshotCache | None]) -> None:
        state, self.now, warm = saved
        self.account.restore(state)
        self._warm = copy.copy(warm)
        self.seen_fence, self.stale = 0, []
        self.logged.clear()
        self.downloader.fetched.clear()

    def forward(self, seconds: float) -> None:
        """Moves the clock forward."""
        self.now += timedelta(seconds=seconds)

    def outlive_the_lease(self) -> None:
        """Moves the clock past the end of any lease."""
        self.forward(LEASE_SECONDS + 60)

    def kept(self) -> tuple[Descriptor, ...]:
        """The versions of the pointer, the current one first."""
        pointer = self.account.pointer()
        return (pointer.current, *pointer.history) if pointer else ()

    def _catalog(self, process: Process) -> SnapshotCache:
        return SnapshotCache(
            process.snapshots,
            clock=lambda: self.reader_seconds,
            jitter=lambda: 0.0,
            on_stale=self._note_stale,
            on_checked=lambda _: None,
        )

    def _note_stale(self, problem: StoreError) -> None:
        self.stale.append(problem)

    def _parts(self, process: Process, source: FakeSource) -> RefreshDependencies:
        return RefreshDependencies(
            source=source,
            rules=RULES,
            tools=MediaTools(self.downloader, self.media_encoder, process.store),
            archive=process.archive,
            ledger=process.ledger,
            publisher=process.publisher,
            reports=process.reports,
            gates=GateLimits(min_tracks=3),
            media_base_url=MEDIA,
            progress=FakeProgress(),
            now=lambda: self.now,
            seconds=self._clock,
            charts=tuple(ConfiguredChart(place, each) for place, each in self.charts.items()),
            chart_store=process.charts if self.charts else None,
            chart_gates=GateLimits(min_tracks=3),
        )

    def _clock(self) -> float:
        self._seconds += 0.25
        return self._seconds


RULES = TextRules.load(RuleSettings())


class _Listener(logging.Handler):
    """Collects log lines, with tracebacks."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))


@contextmanager
def empty_world() -> Iterator[World]:
    """A world before the first publish, with small chunks, few versions and no waiting."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        patch.setenv("AWS_REGION", REGION)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setattr(snapshot, "CHUNK_BYTES", CHUNK_BYTES)
        patch.setattr(pointer_moves, "KEPT_VERSIONS", KEPT)
        patch.setattr(pointer_moves, "KEPT_FOR", timedelta(hours=1))
        patch.setattr(pipeline, "IO_THREADS", 1)
        patch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: None))
        patch.setattr("botocore.retries.quota.RetryQuota.acquire", lambda self, amount: True)
        _create_stores()
        world = World(Account())
        listener = _Listener(world.logged)
        logging.getLogger("tiktok_music").addHandler(listener)
        yield world
        logging.getLogger("tiktok_music").removeHandler(listener)


@contextmanager
def populated_world() -> Iterator[World]:
    """A world at the tested slot, with as many versions as are retained and a warm reader."""
    with empty_world() as world:
        for slot in range(TESTED):
            run = world.clean(slot)
            assert run.outcome == "PUBLISHED", run
        world.warm().snapshot()
        world.now = scheduled_time(TESTED)
        yield world


def _create_stores() -> None:
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    dynamodb.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
