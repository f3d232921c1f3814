"""Mutants: planted bugs, each of which a sweep must detect.

`planted` installs one for the length of a `with`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from pynamodb.exceptions import PynamoDBException

from tests.faults.world import SECRET
from tiktok_music.adapters import aws_errors, dynamo_snapshots, r2_media
from tiktok_music.adapters.dynamo_models import is_condition_failed
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_snapshots import chunk_key
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.adapters.r2_media import R2MediaStore
from tiktok_music.api import snapshot_cache as catalog
from tiktok_music.api.schedule import Schedule
from tiktok_music.errors import PublishLost, SnapshotMissing, StoreUnavailable
from tiktok_music.refresh import refresh
from tiktok_music.snapshot import Descriptor, Pointer, Snapshot

Patch = pytest.MonkeyPatch


def flip_before_chunks(patch: Patch) -> None:
    """The pointer moves before the chunks are written."""
    held: list[Snapshot] = []
    flip, write = DynamoPublisher.flip, DynamoPublisher.write_chunks

    def write_later(self: DynamoPublisher, snapshot: Snapshot) -> None:
        held.append(snapshot)

    def flip_first(self: DynamoPublisher, pointer: Pointer, *others: Any) -> None:
        flip(self, pointer, *others)
        write(self, held.pop())

    patch.setattr(DynamoPublisher, "write_chunks", write_later)
    patch.setattr(DynamoPublisher, "flip", flip_first)
    patch.setattr(DynamoPublisher, "load", _load_unless(held))


def _load_unless(held: list[Snapshot]) -> Callable[[DynamoPublisher, Descriptor], Snapshot]:
    load = DynamoPublisher.load
    return lambda self, descriptor: held[-1] if held else load(self, descriptor)


def no_archive(patch: Patch) -> None:
    """Tracks are listed and not archived."""
    patch.setattr(DynamoTrackArchive, "save_many", lambda self, records: None)


def condition_taken_as_lost(patch: Patch) -> None:
    """A failed condition counts as lost, and the run deletes its own chunks."""
    settle = DynamoPublisher._settle

    def lost(self: DynamoPublisher, pointer: Pointer, exc: PynamoDBException) -> None:
        if not is_condition_failed(exc):
            return settle(self, pointer, exc)
        for index in range(pointer.current.chunk_count):
            self._delete_chunk(chunk_key(pointer.current.version, index))
        raise PublishLost("the condition failed") from exc

    patch.setattr(DynamoPublisher, "_settle", lost)


def doubt_taken_as_failure(patch: Patch) -> None:
    """A flip without an answer counts as failed, without a read that settles it."""

    def failed(self: DynamoPublisher, pointer: Pointer, exc: PynamoDBException) -> None:
        for index in range(pointer.current.chunk_count):
            self._delete_chunk(chunk_key(pointer.current.version, index))
        raise StoreUnavailable("the flip failed") from exc

    patch.setattr(DynamoPublisher, "_settle", failed)


def no_fence(patch: Patch) -> None:
    """The last writer wins: no optimistic lock."""
    write = DynamoPublisher._write

    def unfenced(self: DynamoPublisher, *move: Any) -> None:
        save = self._pointers.save
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(self._pointers, "save", lambda row, condition: save(row))
            write(self, *move)

    patch.setattr(DynamoPublisher, "_write", unfenced)


def blind_flip(patch: Patch) -> None:
    """Only the fence guards the pointer: a publish since it was read goes unnoticed."""
    write = DynamoPublisher._write

    def blind(self: DynamoPublisher, pointer: Pointer, before: Any, *free: Any) -> None:
        write(self, pointer, self.current(), *free)

    patch.setattr(DynamoPublisher, "_write", blind)


def eager_sweep(patch: Patch) -> None:
    """The sweep deletes all versions but the current one."""
    current = DynamoPublisher.current

    def sweep(self: DynamoPublisher) -> int:
        pointer = current(self)
        for descriptor in pointer.history if pointer else ():
            for index in range(descriptor.chunk_count):
                self._delete_chunk(chunk_key(descriptor.version, index))
        return 0

    patch.setattr(DynamoPublisher, "sweep", sweep)


def sweep_without_fence(patch: Patch) -> None:
    """The sweep deletes chunks that another refresh is still writing."""

    def sweep(self: DynamoPublisher) -> int:
        pointer, noted = self.current(), list(self._lock.sweepable())
        kept = {each.version for each in (pointer.current, *pointer.history)} if pointer else set()
        for note, _ in noted:
            version, _, count = note.partition("*")
            for index in range(0 if version in kept else int(count)):
                self._delete_chunk(chunk_key(version, index))
            if version not in kept:
                self._lock.remove_sweepable(note)
        return 0

    patch.setattr(DynamoPublisher, "sweep", sweep)


def no_sweep(patch: Patch) -> None:
    """Expired chunks are never deleted."""
    patch.setattr(DynamoPublisher, "sweep", lambda self: 0)


def reader_without_verification(patch: Patch) -> None:
    """A snapshot is served without checking its digest."""

    def join(descriptor: Descriptor, chunks: Sequence[bytes]) -> Snapshot:
        return Snapshot(descriptor, b"".join(chunks))

    patch.setattr(dynamo_snapshots, "join", join)


def reader_goes_back(patch: Patch) -> None:
    """A reader follows the pointer of a stale replica."""
    patch.setattr(catalog, "_is_behind", lambda cached, pointer: False)


def reader_gives_up(patch: Patch) -> None:
    """A warm reader fails when the store is down."""

    def checked(self: catalog.SnapshotCache, held: Any, *, consistent: bool) -> Any:
        self._cached = self._load_newest(held, consistent=consistent)
        return self._cached

    patch.setattr(catalog.SnapshotCache, "_check", checked)


def reader_without_strong_retry(patch: Patch) -> None:
    """A chunk that a stale replica lacks counts as missing."""

    def newest(self: catalog.SnapshotCache, held: Any, *, consistent: bool) -> Any:
        pointer = self._source.pointer(consistent=consistent)
        if held is not None and pointer.fence <= held.pointer.fence:
            return held
        loaded = self._source.load(pointer.current)
        return catalog._Cached(pointer, loaded, Schedule.of(pointer))

    patch.setattr(catalog.SnapshotCache, "_load_newest", newest)


def gates_off(patch: Patch) -> None:
    """Every catalog passes the publish checks."""
    patch.setattr(refresh, "judge_catalog", lambda *figures, **forced: None)


def weak_read_after_doubt(patch: Patch) -> None:
    """An unknown flip is settled by an eventually consistent read."""

    def current(self: DynamoPublisher) -> Pointer | None:
        try:
            return self._snapshots.pointer()
        except SnapshotMissing:
            return None

    settle = DynamoPublisher._settle

    def weakly(self: DynamoPublisher, pointer: Pointer, exc: PynamoDBException) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(DynamoPublisher, "current", current)
            settle(self, pointer, exc)

    patch.setattr(DynamoPublisher, "_settle", weakly)


def media_taken_on_trust(patch: Patch) -> None:
    """A bucket that does not answer counts as having stored the object."""
    put = R2MediaStore.save_once

    def hopeful(self: R2MediaStore, *args: Any) -> Any:
        try:
            return put(self, *args)
        except StoreUnavailable:
            return args[-1]

    patch.setattr(R2MediaStore, "save_once", hopeful)


def media_written_over(patch: Patch) -> None:
    """An existing object is overwritten."""
    put = R2MediaStore.save_once

    def over(self: R2MediaStore, *args: Any) -> Any:
        client = self._client

        class Careless:
            def put_object(self, **fields: Any) -> Any:
                return client.put_object(**{k: v for k, v in fields.items() if k != "IfNoneMatch"})

        careless: Any = Careless()
        return put(R2MediaStore(careless, self._bucket), *args)

    patch.setattr(R2MediaStore, "save_once", over)


def secrets_in_errors(patch: Patch) -> None:
    """An error shows how the bucket was reached."""
    translated = aws_errors.translated

    @contextmanager
    def with_secret(store: str, action: str) -> Iterator[None]:
        with translated(store, f"{action} with {SECRET}"):
            yield

    patch.setattr(r2_media, "translated", with_secret)


MUTANTS = (
    flip_before_chunks,
    no_archive,
    condition_taken_as_lost,
    doubt_taken_as_failure,
    no_fence,
    blind_flip,
    eager_sweep,
    sweep_without_fence,
    no_sweep,
    reader_without_verification,
    reader_goes_back,
    reader_gives_up,
    reader_without_strong_retry,
    gates_off,
    weak_read_after_doubt,
    media_taken_on_trust,
    media_written_over,
    secrets_in_errors,
)


@contextmanager
def planted(mutant: Callable[[Patch], None]) -> Iterator[None]:
    """Installs the bug within the `with` block."""
    with pytest.MonkeyPatch.context() as patch:
        mutant(patch)
        yield
