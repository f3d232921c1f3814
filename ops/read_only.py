"""Stores that are read and refuse to be written: a dry run changes nothing, whatever happens."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.refresh.ledger import LedgerEntry, MediaFailure
from tiktok_music.refresh.parts import Parts
from tiktok_music.refresh.ports import MediaLedger, Publisher, TrackArchive
from tiktok_music.refresh.preparation import MediaTools
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot


class WriteRefused(Exception):
    """Raised when something would write in a dry run: a fault of the program."""


def read_only(parts: Parts) -> Parts:
    """The parts of a refresh, with every store read alone."""
    return replace(
        parts,
        tools=MediaTools(parts.tools.downloader, parts.tools.workshop, NoMedia()),
        archive=ReadArchive(parts.archive),
        ledger=ReadLedger(parts.ledger),
        publisher=ReadPublisher(parts.publisher),
        reports=NoReports(),
    )


def _refuse(what: str) -> NoReturn:
    raise WriteRefused(f"a dry run does not {what}")


class NoMedia:
    """A bucket that takes nothing."""

    def put_once(
        self, key: str, body: bytes, content_type: str, facts: Mapping[str, str]
    ) -> Mapping[str, str]:
        _refuse(f"store {key}")


class NoReports:
    """Reports that nobody keeps."""

    def keep(self, scheduled_at: datetime, report: dict[str, Any]) -> None:
        _refuse("keep a report")

    def record(self, scheduled_at: datetime, packed: bytes, has_time: Callable[[], bool]) -> None:
        _refuse("keep a recording")

    def enlist(self, line: dict[str, Any]) -> None:
        _refuse("list a run")


@dataclass(frozen=True, slots=True)
class ReadArchive:
    """The archive, read."""

    archive: TrackArchive

    def known(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        return self.archive.known(track_ids)

    def keep(self, records: Iterable[TrackRecord]) -> None:
        _refuse("write the archive")


@dataclass(frozen=True, slots=True)
class ReadLedger:
    """The media ledger, read."""

    ledger: MediaLedger

    def look_up(self, track_ids: Iterable[str]) -> dict[str, LedgerEntry]:
        return self.ledger.look_up(track_ids)

    def note(self, track_id: str, media: MediaFacts) -> None:
        _refuse("write the media ledger")

    def remember(self, failures: Iterable[MediaFailure]) -> None:
        if list(failures):
            _refuse("write the media ledger")


@dataclass(frozen=True, slots=True)
class ReadPublisher:
    """The snapshots, read; nothing is leased."""

    publisher: Publisher

    def current(self) -> Pointer | None:
        return self.publisher.current()

    def load(self, descriptor: Descriptor) -> Snapshot:
        return self.publisher.load(descriptor)

    def acquire_lease(self, holder: str, now: datetime, seconds: float) -> int:
        _refuse("take the lease")

    def release_lease(self, holder: str) -> None:
        _refuse("release the lease")

    def write_chunks(self, snapshot: Snapshot) -> None:
        _refuse("write a snapshot")

    def flip(self, pointer: Pointer, before: Pointer | None) -> None:
        _refuse("move the pointer")

    def sweep(self) -> int:
        _refuse("sweep")
