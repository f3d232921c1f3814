"""`catalog recover` on lost and broken pointers."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.served import Run, publish, served, table
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_runs import DynamoRunReports

Damage = Callable[[], object]


def catalog_with_runs(rows: DynamoRows) -> list[str]:
    """Publishes three versions, each with its entry in the list of runs."""
    versions = publish(rows, 25, 13, 1)
    pointer = DynamoPublisher(rows, "catalog").current()
    assert pointer is not None
    for each in (*reversed(pointer.history), pointer.current):
        time = each.scheduled_at.isoformat()
        entry = {"scheduledAt": time, "startedAt": time, "version": each.version}
        DynamoRunReports(rows, "catalog").save_run({**entry, "outcome": "PUBLISHED"})
    return versions


def change(**attributes: Any) -> None:
    item = table("catalog").get_item(Key={"pk": "PTR"})["Item"]
    table("catalog").put_item(Item={**item, **attributes})


def without_sha256() -> None:
    item = table("catalog").get_item(Key={"pk": "PTR"})["Item"]
    current = json.loads(item["current"])
    del current["sha256"]
    change(current=json.dumps(current))


DAMAGES: dict[str, Damage] = {
    "lost": lambda: table("catalog").delete_item(Key={"pk": "PTR"}),
    "lost with LOCK": lambda: [
        table("catalog").delete_item(Key={"pk": k}) for k in ("PTR", "LOCK")
    ],
    "current not JSON": lambda: change(current="{"),
    "current a number": lambda: change(current=5),
    "current without its hash": without_sha256,
    "history not JSON": lambda: change(history="x"),
    "one broken version in the history": lambda: change(history="[{}]"),
    "fence a text": lambda: change(fence="x"),
    "nothing but a key": lambda: table("catalog").put_item(Item={"pk": "PTR"}),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_lost_or_broken_pointer_is_recovered(catalog: Run, stores: DynamoRows, name: str) -> None:
    versions = catalog_with_runs(stores)
    DAMAGES[name]()
    damaged = table("catalog").get_item(Key={"pk": "PTR"}).get("Item")

    dry = catalog("recover", "--dry-run")
    assert (dry.exit_code, table("catalog").get_item(Key={"pk": "PTR"}).get("Item")) == (0, damaged)
    result = catalog("recover", "--yes", "--json")

    assert result.exit_code == 0, result.stderr
    assert [row["version"] for row in json.loads(result.stdout)["versions"]] == versions[::-1]
    publisher = DynamoPublisher(stores, "catalog")
    pointer = publisher.current()
    assert pointer is not None
    recovered = [each.version for each in (pointer.current, *pointer.history)]
    assert recovered == versions[::-1]
    assert pointer.fence > pointer.current.fence
    assert publisher.next_fence() > pointer.fence
    again = catalog("recover", "--yes")
    assert (again.exit_code, "nothing to recover" in again.stdout) == (0, True)
    assert publisher.current() == pointer
    [change] = json.loads(catalog("audit", "--json").stdout)
    assert (change["command"], change["what"]) == ("recover", {"version": versions[-1]})


def test_a_current_version_with_a_missing_chunk_is_replaced_by_the_newest_whole_one(
    catalog: Run, stores: DynamoRows
) -> None:
    versions = catalog_with_runs(stores)
    table("catalog").delete_item(Key={"pk": f"SNAP#{versions[-1]}#0"})

    result = catalog("recover", "--yes")

    assert (result.exit_code, served(stores)) == (0, (versions[1], False))


def test_a_whole_pointer_and_one_without_any_version_are_left_alone(
    catalog: Run, stores: DynamoRows
) -> None:
    versions = catalog_with_runs(stores)
    sound = catalog("recover", "--yes")
    assert (sound.exit_code, served(stores)) == (0, (versions[-1], False))

    for version in versions:
        table("catalog").delete_item(Key={"pk": f"SNAP#{version}#0"})
    result = catalog("recover", "--yes")

    assert (result.exit_code, served(stores)) == (2, (versions[-1], False))
    assert "run a refresh" in result.stderr


def test_a_pointer_that_was_changed_during_the_question_is_not_overwritten(
    catalog: Run, stores: DynamoRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog_with_runs(stores)
    change(current="{")
    monkeypatch.setattr("ops.recover.confirm", lambda question, yes: change(current="other"))

    result = catalog("recover")

    assert (result.exit_code, "was changed meanwhile" in result.stderr) == (2, True)
    assert table("catalog").get_item(Key={"pk": "PTR"})["Item"]["current"] == "other"
