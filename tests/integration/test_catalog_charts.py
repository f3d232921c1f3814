"""The operator's commands on charts beside the default one, over moto."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.charts import Trial, _row
from tests.builders import a_record, a_snapshot, a_track
from tests.served import Run, publish, served
from tiktok_music.adapters.dynamo_chart_store import DynamoChartStore
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.chart_listing import ChartEntry
from tiktok_music.charts import Coordinates
from tiktok_music.pointer_moves import advanced

GB = Coordinates(source="cml", country="GB", period=7)
FR = Coordinates(source="cml", country="FR", period=7)
NOW = datetime.now(UTC)


@pytest.fixture
def versions(stores: DynamoRows) -> list[str]:
    """Two versions of GB, the default list, and FR, which was never published."""
    publish(stores, 13, 1)
    store = DynamoChartStore(stores, "catalog")
    publisher, made = store.publisher(GB.chart_id), []
    for hours, numbers in ((13, (1, 2, 3)), (1, (3, 2, 1))):
        moment = NOW - timedelta(hours=hours)
        tracks = [a_track(n, user_count=0, place=at) for at, n in enumerate(numbers)]
        fence = publisher.next_fence()
        snapshot = a_snapshot(*tracks, fence=fence, scheduled_at=moment, published_at=moment)
        publisher.write_chunks(snapshot)
        before = publisher.current()
        publisher.flip(advanced(before, snapshot.descriptor), before)
        made.append(snapshot.descriptor.version)
    pointer = publisher.current()
    assert pointer is not None
    entries = (
        ChartEntry(coordinates=GB, current=pointer.current),
        ChartEntry(coordinates=FR, current=None, failing_since=NOW, problem="REFUSED: FLOOR"),
    )
    store.save_listing(entries, store.listing())
    return made


def current(stores: DynamoRows) -> tuple[str, bool, str | None]:
    """The version of GB, whether it is pinned, and the version that the list of charts has."""
    store = DynamoChartStore(stores, "catalog")
    pointer, entry = store.publisher(GB.chart_id).current(), store.listing().entries[0]
    assert pointer is not None
    assert entry.current is not None
    return pointer.current.version, pointer.is_pinned, entry.current.version


def test_a_chart_is_listed_rolled_back_pinned_and_unpinned_alone(
    catalog: Run, stores: DynamoRows, versions: list[str]
) -> None:
    default, chart = served(stores), ("--chart", GB.chart_id)

    listed = json.loads(catalog("snapshots", *chart, "--json").output)
    compared = json.loads(catalog("diff", versions[0], *chart, "--json").output)
    rolled = catalog("rollback", versions[0], *chart, "--reason", "a test", "--yes")
    after_rollback = current(stores)
    catalog("pin", versions[1], *chart, "--reason", "a test", "--yes")
    after_pin = current(stores)
    catalog("unpin", *chart)

    assert [each["version"] for each in listed] == versions[::-1]
    assert len(compared["moved"]) == 2
    assert f"chart {GB.chart_id} serves {versions[0]}" in rolled.output
    assert after_rollback == (versions[0], False, versions[0])
    assert after_pin == (versions[1], True, versions[1])
    assert current(stores) == (versions[1], False, versions[1])
    assert served(stores) == default


def test_an_unknown_chart_is_refused_with_those_that_there_are(
    catalog: Run, versions: list[str]
) -> None:
    result = catalog(
        "rollback", versions[0], "--chart", "cml.de.all.7d", "--reason", "a test", "--yes"
    )

    assert result.exit_code == 2
    there = "there are cml.fr.all.7d, cml.gb.all.7d"
    assert f"cml.de.all.7d is no chart beside the default one; {there}" in result.output


def test_the_charts_and_their_failures_are_shown(catalog: Run, versions: list[str]) -> None:
    result = catalog("charts", "list", "--json")
    status = catalog("status")

    rows = {row["chart"]: row for row in json.loads(result.output)}
    assert (rows[GB.chart_id]["version"], rows[GB.chart_id]["tracks"]) == (versions[1], 3)
    assert rows[FR.chart_id]["problem"] == "REFUSED: FLOOR"
    assert (result.exit_code, status.exit_code) == (1, 1)
    assert f"chart {FR.chart_id} is not published since" in status.output


def test_without_charts_the_commands_say_so(catalog: Run, stores: DynamoRows) -> None:
    publish(stores, 1)

    result = catalog("charts", "list")

    assert (result.exit_code, "setting CHARTS" in result.output) == (0, True)


def test_a_takedown_at_once_withdraws_the_track_from_every_chart(
    catalog: Run, stores: DynamoRows, versions: list[str]
) -> None:
    DynamoTrackArchive(stores, "catalog").save_many([a_record(n) for n in range(4)])
    track_id = a_record(3).track_id

    result = catalog("retire", track_id, "--reason", "asked by the label", "--now", "--yes")

    assert result.exit_code == 0, result.output
    version, _, listed = current(stores)
    assert version not in versions
    assert listed == version
    assert f"{GB.chart_id}@{version}" in result.output
    store = DynamoChartStore(stores, "catalog").publisher(GB.chart_id)
    pointer = store.current()
    assert pointer is not None
    body: dict[str, Any] = json.loads(store.load(pointer.current).plain())
    assert track_id not in {row["id"] for row in body["tracks"]}


def test_a_trial_compares_each_chart_with_the_default_one_and_the_others() -> None:
    default = Trial("app.us.all.now", 4, frozenset("abcd"))
    one = Trial("cml.us.all.7d", 4, frozenset("abce"))
    other = Trial("cml.gb.all.7d", 2, frozenset("ef"))
    failed = Trial("cml.fr.all.7d", 0, frozenset(), "HTTP 403")
    others = [one, other, failed]

    rows = [_row(each, default, others, {"a": 1, "e": 1}) for each in (default, *others)]

    shares = [(row["new"], row["ofDefault"], row["ofOthers"], row["closest"]) for row in rows]
    assert shares == [
        (3, None, 0.75, "cml.us.all.7d"),
        (2, 0.75, 0.25, "cml.gb.all.7d"),
        (1, 0.0, 0.5, "cml.us.all.7d"),
        (0, 0.0, 0.0, "cml.us.all.7d"),
    ]
    assert rows[3]["problem"] == "HTTP 403"
