"""The calls that the stores make: reads that decide are strongly consistent, doubtful writes too
are settled by one."""

from collections.abc import Callable
from typing import Any

import pytest
from pynamodb.exceptions import PutError

from tests.builders import NOON, a_key, a_record, a_snapshot, a_track
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_models import DynamoRows, PointerRow
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_snapshots import DynamoSnapshots
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive, DynamoTrackReader
from tiktok_music.errors import PublishLost, StoreUnavailable
from tiktok_music.pointer_moves import advanced, pinned, unpinned
from tiktok_music.snapshot import Pointer

FIRST, SECOND = (a_snapshot(a_track(number), fence=number) for number in (1, 2))


def reads_of(rows: DynamoRows) -> list[tuple[str, bool]]:
    """The keys of all reads from now on, with whether they are strongly consistent."""
    reads: list[tuple[str, bool]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        tables = params.get("RequestItems", {"": {**params, "Keys": [params.get("Key", {})]}})
        for table in tables.values():
            is_consistent = bool(table.get("ConsistentRead"))
            reads.extend((key["pk"]["S"], is_consistent) for key in table["Keys"])

    events = rows._connection.client.meta.events
    for operation in ("GetItem", "BatchGetItem"):
        events.register(f"provide-client-params.dynamodb.{operation}", note)
    return reads


def test_keys_tracks_and_what_a_publish_reads_are_read_consistently(rows: DynamoRows) -> None:
    publisher, archive = DynamoPublisher(rows, "catalog"), DynamoTrackArchive(rows, "catalog")
    _, key = a_key()
    DynamoKeys(rows, "keys").save(key)
    archive.save_retired(a_record(1))
    publisher.write_chunks(FIRST)
    publisher.flip(Pointer(FIRST.descriptor), None)
    reads = reads_of(rows)

    DynamoKeys(rows, "keys").get(key.key_id)
    DynamoTrackReader(rows, "catalog").get_many([a_record(1).track_id])
    archive.list_retired()
    publisher.current()
    publisher.load(FIRST.descriptor)
    publisher.acquire_lease("a", NOON, 60)
    publisher.sweep()

    assert {name.partition("#")[0] for name, _ in reads} == {
        "KEY", "TRACK", "RETIRED", "PTR", "SNAP", "LOCK",
    }  # fmt: skip
    assert [name for name, is_consistent in reads if not is_consistent] == []


def test_a_reader_of_the_snapshot_chooses(rows: DynamoRows) -> None:
    DynamoPublisher(rows, "catalog").flip(Pointer(FIRST.descriptor), None)
    DynamoPublisher(rows, "catalog").write_chunks(FIRST)
    snapshots, reads = DynamoSnapshots(rows, "catalog"), reads_of(rows)

    for is_consistent in (False, True):
        snapshots.pointer(consistent=is_consistent)
        snapshots.load(FIRST.descriptor, consistent=is_consistent)

    chunk = f"SNAP#{FIRST.descriptor.version}#0"
    assert reads == [("PTR", False), (chunk, False), ("PTR", True), (chunk, True)]


Move = Callable[[DynamoPublisher, Pointer], None]


def pin(publisher: DynamoPublisher, before: Pointer) -> None:
    publisher.point(pinned(before, before.current.version, 9), before)


def unpin(publisher: DynamoPublisher, before: Pointer) -> None:
    publisher.point(unpinned(before, 9), before)


def publish(publisher: DynamoPublisher, before: Pointer) -> None:
    publisher.flip(advanced(before, SECOND.descriptor), before)


@pytest.mark.parametrize("move", [pin, unpin, publish])
@pytest.mark.parametrize("has_landed", [False, True])
def test_a_move_without_an_answer_is_done_if_it_landed_and_only_then(
    rows: DynamoRows, monkeypatch: pytest.MonkeyPatch, move: Move, has_landed: bool
) -> None:
    """Pin and unpin keep the version: the whole pointer tells whether they landed."""
    publisher = DynamoPublisher(rows, "catalog")
    before = Pointer(FIRST.descriptor, is_pinned=move is unpin)
    publisher.flip(before, None)
    save = PointerRow.save

    def unanswered(self: Any, **condition: Any) -> None:
        if has_landed:
            save(self, **condition)
        raise PutError("the connection was closed")

    monkeypatch.setattr(PointerRow, "save", unanswered)
    if has_landed:
        move(publisher, before)
    else:
        with pytest.raises(StoreUnavailable, match=f"could not publish {before.current.version}|2"):
            move(publisher, before)

    after = publisher.current()
    assert (after != before) is has_landed


@pytest.mark.parametrize("move", [pin, unpin])
def test_a_move_that_another_one_overtook_is_lost(rows: DynamoRows, move: Move) -> None:
    publisher = DynamoPublisher(rows, "catalog")
    before = Pointer(FIRST.descriptor, is_pinned=move is unpin)
    publisher.flip(before, None)
    publisher.point(unpinned(before, 2), before)

    with pytest.raises(PublishLost) as raised:
        move(publisher, before)

    assert str(raised.value) == f"{FIRST.descriptor.version} does not replace the current snapshot"
    assert publisher.current() == unpinned(before, 2)


def test_a_publish_that_a_pin_stops_says_so(rows: DynamoRows) -> None:
    publisher = DynamoPublisher(rows, "catalog")
    before = Pointer(FIRST.descriptor, is_pinned=True)
    publisher.flip(before, None)

    with pytest.raises(PublishLost) as raised:
        publish(publisher, before)

    version = SECOND.descriptor.version
    assert str(raised.value) == f"{version} does not replace the current snapshot (it is pinned)"
    assert publisher.current() == before
