"""In-memory fakes of stores, sources and media tools, held to the contracts in tests/contracts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tiktok_music.api_key import ApiKey, BrowserAccess, KeyState
from tiktok_music.archive import MediaFacts, TrackRecord, TrackStatus
from tiktok_music.chart_listing import ChartEntry, ChartListing
from tiktok_music.errors import (
    DownloadFailed,
    KeyChanged,
    LeaseHeld,
    OutOfTime,
    PublishLost,
    SnapshotCorrupt,
    SnapshotMissing,
    StoreUnavailable,
)
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.media.ledger import LedgerEntry, MediaFailure
from tiktok_music.refresh.media.ports import no_deadline
from tiktok_music.refresh.media.preview import (
    DrawnWaveform,
    PreparedCover,
    PreparedPreview,
    PreviewFacts,
    PreviewMethod,
)
from tiktok_music.refresh.media.sound.volume import AudioFacts
from tiktok_music.refresh.ports import LEASE_SECONDS
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot, cut, join

CURSOR_SECRET = "5ec4e7"


@dataclass
class FakeSnapshots:
    """Publisher and snapshot source over one table."""

    chunks: dict[tuple[str, int], bytes] = field(default_factory=dict)
    current_pointer: Pointer | None = None
    holder: str | None = None
    lease_until: float = 0.0
    fence: int = 0
    sweepable: dict[str, Descriptor] = field(default_factory=dict)
    is_down: bool = False
    pointer_reads: int = 0

    def acquire_lease(self, holder: str, now: datetime, seconds: float) -> int:
        self._check()
        runs_for = self.lease_until - now.timestamp()
        if self.holder not in (None, holder) and 0 <= runs_for <= 2 * LEASE_SECONDS:
            raise LeaseHeld("another refresh is running")
        self.holder, self.lease_until = holder, now.timestamp() + seconds
        return self.next_fence()

    def release_lease(self, holder: str) -> None:
        self._check()
        if self.holder == holder:
            self.holder = None

    def current(self) -> Pointer | None:
        self._check()
        return self.current_pointer

    def pointer(self, *, consistent: bool = False) -> Pointer:
        self._check()
        self.pointer_reads += 1
        if self.current_pointer is None:
            raise SnapshotMissing("no snapshot has been published")
        return self.current_pointer

    def load(self, descriptor: Descriptor, *, consistent: bool = False) -> Snapshot:
        self._check()
        keys = [(descriptor.version, index) for index in range(descriptor.chunk_count)]
        missing = [key for key in keys if key not in self.chunks]
        if missing:
            raise SnapshotCorrupt(f"{missing[0]} is missing")
        return join(descriptor, [self.chunks[key] for key in keys])

    def write_chunks(self, snapshot: Snapshot) -> None:
        self._check()
        self.sweepable[snapshot.descriptor.version] = snapshot.descriptor
        for index, data in enumerate(cut(snapshot.gzipped)):
            self.chunks[snapshot.descriptor.version, index] = data

    def next_fence(self) -> int:
        self._check()
        pointer_fence = self.current_pointer.fence if self.current_pointer else 0
        self.fence = max(self.fence, pointer_fence) + 1
        return self.fence

    def flip(self, pointer: Pointer, before: Pointer | None) -> None:
        self._check()
        held = self.current_pointer
        if held is not None and held != pointer and held.is_pinned:
            raise PublishLost("it is pinned")
        self.point(pointer, before)

    def point(self, pointer: Pointer, before: Pointer | None) -> None:
        self._check()
        held = self.current_pointer
        if held == pointer:
            return
        if held != before or (held is not None and held.fence >= pointer.fence):
            raise PublishLost(f"{pointer.current.version} does not replace the current snapshot")
        secret = pointer.cursor_secret or CURSOR_SECRET
        self.current_pointer = replace(pointer, cursor_secret=secret)

    def unpublished(self, pointer: Pointer | None) -> Iterator[bytes]:
        self._check()
        named = (pointer.current, *pointer.history) if pointer else ()
        for descriptor in self.sweepable.values():
            keys = [(descriptor.version, index) for index in range(descriptor.chunk_count)]
            if descriptor not in named and all(key in self.chunks for key in keys):
                yield b"".join(self.chunks[key] for key in keys)

    def sweep(self) -> int:
        self._check()
        pointer, swept = self.current_pointer, 0
        if pointer is None:
            return 0
        for version, descriptor in list(self.sweepable.items()):
            is_listed = descriptor in (pointer.current, *pointer.history)
            if not is_listed and descriptor.fence < pointer.fence:
                for index in range(descriptor.chunk_count):
                    self.chunks.pop((version, index), None)
                fences = sorted(each.fence for each in (pointer.current, *pointer.history))
                if descriptor.fence < min(fences[-2:]):
                    del self.sweepable[version]
                swept += descriptor.chunk_count
        return swept

    def publish(self, snapshot: Snapshot) -> None:
        """Writes and flips a snapshot, as a refresh does."""
        history = (
            (self.current_pointer.current, *self.current_pointer.history)
            if self.current_pointer
            else ()
        )
        self.write_chunks(snapshot)
        self.flip(Pointer(snapshot.descriptor, history), self.current_pointer)

    def _check(self) -> None:
        if self.is_down:
            raise StoreUnavailable("the store is down")


@dataclass
class FakeChartStore:
    """Charts beside the default one, each with snapshots of its own."""

    charts: dict[str, FakeSnapshots] = field(default_factory=dict)
    stored: ChartListing = field(default_factory=ChartListing)
    reads: int = 0
    is_down: bool = False

    def publisher(self, chart_id: str) -> FakeSnapshots:
        return self.charts.setdefault(chart_id, FakeSnapshots())

    def snapshots(self, chart_id: str) -> FakeSnapshots:
        return self.publisher(chart_id)

    def listing(self) -> ChartListing:
        self.reads += 1
        if self.is_down:
            raise StoreUnavailable("the store is down")
        return self.stored

    def save_listing(self, entries: Sequence[ChartEntry], before: ChartListing) -> None:
        if before.revision != self.stored.revision:
            raise PublishLost("the list of charts was changed meanwhile")
        revision = str(int(self.stored.revision or 0) + 1)
        self.stored = ChartListing(entries=tuple(entries), revision=revision)


@dataclass
class FakeArchive:
    records: dict[str, TrackRecord] = field(default_factory=dict)
    songs: dict[str, str] = field(default_factory=dict)
    writes: int = 0

    def get_many(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        return {
            track_id: self.records[track_id] for track_id in track_ids if track_id in self.records
        }

    def tracks_of_songs(self, song_ids: Iterable[str]) -> dict[str, str]:
        return {each: self.songs[each] for each in song_ids if each in self.songs}

    def save_songs(self, songs: Mapping[str, str]) -> None:
        self.songs.update(songs)
        self.writes += len(songs)

    def save_retired(self, record: TrackRecord) -> None:
        self.save_many([record])

    def save_reinstated(self, record: TrackRecord) -> None:
        self.records[record.track_id] = record

    def list_retired(self) -> list[TrackRecord]:
        return [each for each in self.records.values() if each.status is TrackStatus.RETIRED]

    def save_many(self, records: Iterable[TrackRecord]) -> None:
        for record in records:
            self.writes += 1
            known = self.records.get(record.track_id, record)
            if known.status is not TrackStatus.RETIRED or record.is_withheld():
                self.records[record.track_id] = record


@dataclass
class FakeLedger:
    entries: dict[str, LedgerEntry] = field(default_factory=dict)

    def get_many(self, track_ids: Iterable[str]) -> dict[str, LedgerEntry]:
        return {each: self.entries[each] for each in track_ids if each in self.entries}

    def save_media(self, track_id: str, media: MediaFacts) -> None:
        self.entries[track_id] = LedgerEntry(media=media)

    def save_failures(self, failures: Iterable[MediaFailure]) -> None:
        for each in failures:
            if self.entries.get(each.track_id, LedgerEntry()).media is None:
                self.entries[each.track_id] = LedgerEntry(failure=each)


@dataclass
class FakeReports:
    reports: dict[datetime, dict[str, Any]] = field(default_factory=dict)
    recordings: dict[datetime, bytes] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    cannot_record: bool = False
    cannot_save: bool = False

    def save_report(self, scheduled_at: datetime, report: dict[str, Any]) -> None:
        if self.cannot_save:
            raise StoreUnavailable("the report is not stored")
        self.reports[scheduled_at] = report

    def get_report(self, scheduled_at: datetime) -> dict[str, Any] | None:
        return self.reports.get(scheduled_at)

    def save_recording(
        self, scheduled_at: datetime, packed: bytes, has_time: Callable[[], bool]
    ) -> None:
        if self.cannot_record or not has_time():
            raise StoreUnavailable("the recording is not stored")
        self.recordings[scheduled_at] = packed

    def get_recording(self, scheduled_at: datetime) -> bytes | None:
        return self.recordings.get(scheduled_at)

    def save_run(self, line: dict[str, Any]) -> None:
        others = [each for each in self.lines if each["scheduledAt"] != line["scheduledAt"]]
        self.lines = [line, *others]

    def list_runs(self) -> list[dict[str, Any]]:
        return self.lines


@dataclass
class FakeKeys:
    keys: dict[str, ApiKey] = field(default_factory=dict)
    reads: int = 0
    is_down: bool = False

    def get(self, key_id: str) -> ApiKey | None:
        self.reads += 1
        if self.is_down:
            raise StoreUnavailable("the key store is down")
        return self.keys.get(key_id)

    def save(self, key: ApiKey) -> None:
        self.keys[key.key_id] = key

    def change_state(self, key: ApiKey, state: KeyState) -> ApiKey:
        return self._change(key, key._replace(state=state))

    def change_browser(self, key: ApiKey, browser: BrowserAccess | None) -> ApiKey:
        return self._change(key, key._replace(browser=browser))

    def _change(self, key: ApiKey, changed: ApiKey) -> ApiKey:
        if self.keys[key.key_id] not in (changed, key):
            raise KeyChanged(key.key_id)
        self.keys[key.key_id] = changed
        return changed


@dataclass
class FakeRates:
    taken: dict[tuple[str, int], int] = field(default_factory=dict)
    calls: int = 0
    is_down: bool = False

    def lease(self, key_id: str, minute: int, amount: int) -> int:
        self.calls += 1
        if self.is_down:
            raise StoreUnavailable("the counter is down")
        total = self.taken.get((key_id, minute), 0) + amount
        self.taken[key_id, minute] = total
        return total


@dataclass
class FakeSource:
    candidates: tuple[Candidate, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    problem: Exception | None = None
    fetches: int = 0

    def fetch(self) -> Chart:
        self.fetches += 1
        if self.problem is not None:
            raise self.problem
        rows = len(self.candidates) + len(self.rejections)
        return Chart(rows, self.candidates, self.rejections)


@dataclass
class FakeMediaStore:
    objects: dict[str, tuple[bytes, str, Mapping[str, str]]] = field(default_factory=dict)
    puts: int = 0
    is_down: bool = False
    # Answers of the media domain by address; by default it serves what is stored.
    statuses: dict[str, int | DownloadFailed] = field(default_factory=dict)

    def save_once(
        self, key: str, body: bytes, content_type: str, facts: Mapping[str, str]
    ) -> Mapping[str, str]:
        self.puts += 1
        if self.is_down:
            raise StoreUnavailable("the bucket is down")
        return self.objects.setdefault(key, (body, content_type, dict(facts)))[2]

    def get(self, key: str) -> bytes | None:
        if self.is_down:
            raise StoreUnavailable("the bucket is down")
        return self.objects[key][0] if key in self.objects else None

    def facts(self, key: str) -> Mapping[str, str] | None:
        if self.is_down:
            raise StoreUnavailable("the bucket is down")
        return self.objects[key][2] if key in self.objects else None

    def delete(self, key: str) -> None:
        if self.is_down:
            raise StoreUnavailable("the bucket is down")
        self.objects.pop(key, None)

    def public_status(self, url: str) -> int:
        is_stored = any(url.endswith(f"/{key}") for key in self.objects)
        status = self.statuses.get(url, 200 if is_stored else 404)
        if isinstance(status, DownloadFailed):
            raise status
        return status


@dataclass
class FakeDownloader:
    """Yields each address's own text, unless the address is dead."""

    dead: set[str] = field(default_factory=set)
    fetched: list[str] = field(default_factory=list)

    def audio(self, urls: tuple[str, ...]) -> Iterator[bytes | DownloadFailed]:
        return map(self._get, urls)

    def image(self, urls: tuple[str, ...]) -> Iterator[bytes | DownloadFailed]:
        return map(self._get, urls)

    def _get(self, url: str) -> bytes | DownloadFailed:
        self.fetched.append(url)
        if url in self.dead:
            return DownloadFailed("the address answers HTTP 404")
        return url.encode()


@dataclass
class FakeMediaEncoder:
    """Makes a preview of any bytes, unless the title or the file has a problem.

    `bad_files` are by the address whose text they are; `judged` are the files that were tried.
    `busy_with` is the kind of work, "preview" or "cover", that waits while the run has time.
    """

    problems: dict[str, Exception] = field(default_factory=dict)
    bad_files: dict[str, Exception] = field(default_factory=dict)
    judged: list[str] = field(default_factory=list)
    fingerprints: dict[str, str] = field(default_factory=dict)
    busy_with: str = ""

    def prepare_preview(
        self, data: bytes, title: str, artist: str, has_time: Callable[[], bool] = no_deadline
    ) -> PreparedPreview:
        if title in self.problems:
            raise self.problems[title]
        self._wait("preview", has_time)
        self._judge(data)
        return PreparedPreview(
            mp3=b"ID3" + data,
            facts=PreviewFacts(
                integrated_lufs=-14.0,
                true_peak_dbtp=-1.5,
                duration_seconds=24.0,
                method=PreviewMethod.ENCODED,
                offset_ms=310,
                loudest_ms=4_000,
            ),
            source=some_facts(-9.5),
            fingerprint=self.fingerprints.get(title, ""),
            peaks=b'{"of":"' + data + b'"}',
        )

    def prepare_cover(
        self, data: bytes, has_time: Callable[[], bool] = no_deadline
    ) -> PreparedCover:
        self._wait("cover", has_time)
        self._judge(data)
        return PreparedCover(
            jpeg=b"\xff\xd8\xff" + data,
            small={96: b"\xff\xd8\xff96" + data, 320: b"\xff\xd8\xff320" + data},
            thumb_hash="3OcRJYB4d3h/iIeHeEh3eIhw+j2w",
            color="#1f6f8b",
            on_color="#ffffff",
        )

    def draw_waveform(
        self, mp3: bytes, has_time: Callable[[], bool] = no_deadline
    ) -> DrawnWaveform:
        self._judge(mp3)
        return DrawnWaveform(peaks=b'{"of":"' + mp3 + b'"}', loudest_ms=4_000)

    def _wait(self, work: str, has_time: Callable[[], bool]) -> None:
        if work == self.busy_with and not has_time():
            raise OutOfTime("all decoders are busy and the time is up")

    def _judge(self, data: bytes) -> None:
        text = data.decode(errors="replace")
        self.judged.append(text)
        if text in self.bad_files:
            raise self.bad_files[text]


@dataclass
class FakeProgress:
    steps: list[tuple[str, int, int]] = field(default_factory=list)

    def advance(self, stage: str, done: int, total: int) -> None:
        self.steps.append((stage, done, total))


def some_facts(integrated_lufs: float) -> AudioFacts:
    return AudioFacts(
        integrated_lufs=integrated_lufs,
        true_peak_dbtp=-1.5,
        duration_seconds=24.0,
        leading_silence_seconds=0.0,
        trailing_silence_seconds=0.0,
        silence_share=0.0,
        clipped_share=0.0,
        damaged_packet_share=0.0,
        channels=2,
        sample_rate_hz=44_100,
        codec="mp3",
    )
