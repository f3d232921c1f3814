"""The contract of the charts beside the default one, run on the fake and the real store."""

from typing import Any

import pytest

from tests.builders import NOON, a_descriptor, a_snapshot, a_track
from tests.fakes import FakeChartStore
from tests.served import table
from tiktok_music.adapters.dynamo_chart_store import DynamoChartStore
from tiktok_music.adapters.dynamo_charts import DynamoCharts
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.chart_listing import ChartEntry, ChartListing
from tiktok_music.charts import Coordinates
from tiktok_music.errors import PublishLost, SnapshotMissing
from tiktok_music.refresh.ports import ChartStore
from tiktok_music.snapshot import Pointer

GB = Coordinates(source="cml", country="GB", genre="k-pop", period=30)
APP = Coordinates(source="app", country="DE")
ENTRIES = (
    ChartEntry(coordinates=GB, current=a_descriptor(3), before=a_descriptor(2)),
    ChartEntry(coordinates=APP, current=None, failing_since=NOON, problem="REFUSED: FLOOR"),
)


@pytest.fixture(params=["fake", "dynamodb"])
def store(request: Any) -> ChartStore:
    if request.param == "fake":
        return FakeChartStore()
    rows: DynamoRows = request.getfixturevalue("rows")
    return DynamoChartStore(rows, "catalog")


def test_the_list_is_empty_before_the_first_write_and_replaced_by_each(store: ChartStore) -> None:
    assert store.listing() == ChartListing()

    store.save_listing(ENTRIES, store.listing())
    first = store.listing()
    store.save_listing(ENTRIES[:1], first)

    assert (first.entries, store.listing().entries) == (ENTRIES, ENTRIES[:1])
    with pytest.raises(PublishLost):
        store.save_listing(ENTRIES, first)
    assert store.listing().entries == ENTRIES[:1]


def test_charts_have_pointers_chunks_and_versions_of_their_own(rows: DynamoRows) -> None:
    store, default = DynamoChartStore(rows, "catalog"), DynamoPublisher(rows, "catalog")
    one, other = store.publisher("cml.gb.all.7d"), store.publisher("cml.fr.all.7d")
    shared, own = a_snapshot(a_track(1), fence=2), a_snapshot(a_track(2), fence=3)
    for publisher, snapshot in ((default, shared), (one, shared), (one, own)):
        publisher.write_chunks(snapshot)
    default.flip(Pointer(shared.descriptor), None)
    one.flip(Pointer(own.descriptor, (shared.descriptor,)), None)

    assert (default.current(), one.current(), other.current()) == (
        Pointer(shared.descriptor),
        Pointer(own.descriptor, (shared.descriptor,)),
        None,
    )
    keys = {item["pk"] for item in table("catalog").scan()["Items"]}
    assert {
        "PTR",
        "PTR#cml.gb.all.7d",
        "LOCK#cml.gb.all.7d",
        f"SNAP#{shared.descriptor.version}#0",
        f"SNAP#cml.gb.all.7d#{own.descriptor.version}#0",
    } <= keys
    later = a_snapshot(a_track(3), fence=4)
    one.write_chunks(later)
    one.flip(Pointer(later.descriptor), one.current())
    one.sweep()
    assert default.load(shared.descriptor) == shared
    assert f"SNAP#cml.gb.all.7d#{own.descriptor.version}#0" not in {
        item["pk"] for item in table("catalog").scan()["Items"]
    }


def test_a_token_of_a_chart_is_above_its_own_pointer_after_lock_was_lost(rows: DynamoRows) -> None:
    chart = DynamoChartStore(rows, "catalog").publisher("cml.gb.all.7d")
    chart.flip(Pointer(a_descriptor(7)), None)

    assert chart.next_fence() == 8


DAMAGE: dict[str, tuple[dict[str, Any], int]] = {
    "no list": ({"charts": "x", "revision": "1"}, 0),
    "not JSON": ({"charts": "[", "revision": "1"}, 0),
    "no revision": ({"charts": "[]"}, 0),
    "a broken entry": ({"charts": '[{"id": "x"}]', "revision": "1"}, 0),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_an_unreadable_list_is_empty_and_replaced(rows: DynamoRows, damage: str) -> None:
    item, readable = DAMAGE[damage]
    table("catalog").put_item(Item={"pk": "CHARTS", **item})
    store = DynamoChartStore(rows, "catalog")

    assert len(store.listing().entries) == readable
    store.save_listing(ENTRIES, store.listing())
    assert DynamoCharts(rows, "catalog").listing().entries == ENTRIES


def test_a_reader_finds_nothing_of_a_chart_that_was_never_published(rows: DynamoRows) -> None:
    with pytest.raises(SnapshotMissing):
        DynamoCharts(rows, "catalog").snapshots("cml.gb.all.7d").pointer()


def test_a_write_without_an_answer_is_settled_by_the_stored_list(
    rows: DynamoRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DynamoChartStore(rows, "catalog")
    before = store.listing()
    store.save_listing(ENTRIES, before)
    # A repeated write fails on the condition that its first attempt has changed.
    monkeypatch.setattr(store, "_item", lambda: None)

    store.save_listing(ENTRIES, before)

    with pytest.raises(PublishLost):
        store.save_listing(ENTRIES[:1], before)
