"""Operator overrides: storage, validation and concurrent changes."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from tests.conftest import REGION
from tests.served import table
from tiktok_music.adapters.dynamo_lists import DynamoOperatorLists
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.operator_list_rows import parse_lists
from tiktok_music.errors import ListsChanged, SettingsError
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind

ENTRIES = (
    ListEntry(ListKind.DENY, "asked for", tiktok_id="7662052657323182081"),
    ListEntry(ListKind.ALLOW, "a name", pattern="cockburn*"),
    ListEntry(
        ListKind.TITLE,
        "cleaned",
        tiktok_id="7662052657323182081",
        title="Öh yeah",
        expires_at=datetime(2027, 1, 1, tzinfo=UTC),
    ),
)


def test_overrides_are_read_as_saved(rows: DynamoRows) -> None:
    store = DynamoOperatorLists(rows, "catalog")
    assert store.entries() == ()

    store.save(ENTRIES, before=())

    assert store.entries() == ENTRIES


def test_invalid_overrides_are_not_saved(rows: DynamoRows) -> None:
    store = DynamoOperatorLists(rows, "catalog")
    store.save(ENTRIES, before=())

    with pytest.raises(SettingsError):
        store.save((ListEntry(ListKind.DENY, "everything", pattern="*"),), before=ENTRIES)

    assert store.entries() == ENTRIES


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"kind": "ban", "reason": "x", "pattern": "abc"}, "entries.0.kind"),
        ({"kind": "deny", "pattern": "abc"}, "entries.0.reason: Field required"),
        ({"kind": "deny", "reason": "x"}, "give either tiktokId or pattern"),
        ({"kind": "deny", "reason": "x", "tiktokId": "12345", "pattern": "abc"}, "give either"),
        ({"kind": "deny", "reason": "x", "pattern": "a*b"}, "needs 3 letters"),
        ({"kind": "deny", "reason": "x", "tiktokId": "12345", "title": "T"}, "title belongs to"),
        ({"kind": "title", "reason": "x", "tiktokId": "12345"}, "title belongs to"),
        ({"kind": "title", "reason": "x", "pattern": "abc", "title": "T"}, "for one tiktokId"),
        ({"kind": "deny", "reason": "x", "pattern": "abc", "until": "2027"}, "entries.0.until"),
        (
            {"kind": "deny", "reason": "x", "pattern": "abc", "expiresAt": "2027-01-01T00:00:00"},
            "entries.0.expiresAt",
        ),
    ],
)
def test_the_error_names_an_invalid_entry(entry: dict[str, Any], problem: str) -> None:
    with pytest.raises(
        SettingsError, match="the operator overrides in here are not valid"
    ) as error:
        parse_lists(json.dumps({"entries": [entry]}), "here")

    assert problem in str(error.value)


@pytest.mark.parametrize("document", ["", "[]", "{", '{"entries": 7}', '{"rules": []}'])
def test_an_invalid_document_is_an_error(document: str) -> None:
    with pytest.raises(SettingsError, match="not valid"):
        parse_lists(document, "here")


def test_overrides_that_changed_meanwhile_are_not_overwritten(rows: DynamoRows) -> None:
    store = DynamoOperatorLists(rows, "catalog")
    store.save(ENTRIES[:1], before=())

    with pytest.raises(ListsChanged, match="run the command again"):
        store.save(ENTRIES, before=())

    assert store.entries() == ENTRIES[:1]


def test_a_change_between_read_and_write_is_refused_by_the_store(
    rows: DynamoRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = (DynamoOperatorLists(rows, "catalog") for _ in range(2))
    read = store._item

    def changed_meanwhile() -> Any:
        row = read()
        if not other.entries():
            other.save(ENTRIES[:1], before=())
        return row

    monkeypatch.setattr(store, "_item", changed_meanwhile)
    with pytest.raises(ListsChanged):
        store.save(ENTRIES, before=())

    assert store.entries() == ENTRIES[:1]


def test_unreadable_overrides_are_replaced(rows: DynamoRows) -> None:
    store = DynamoOperatorLists(rows, "catalog")
    boto3.resource("dynamodb", region_name=REGION).Table("catalog").put_item(
        Item={"pk": "LISTS", "document": "{broken"}
    )

    store.save(ENTRIES, before=None)

    assert store.entries() == ENTRIES


def many(count: int) -> tuple[ListEntry, ...]:
    """Entries that take some 320 bytes each."""
    return tuple(
        ListEntry(ListKind.DENY, f"a reason {number:0280}", pattern=f"mira {number} - *")
        for number in range(count)
    )


def keys() -> list[str]:
    return sorted(str(item["pk"]) for item in table("catalog").scan()["Items"])


def test_a_small_document_is_stored_as_in_the_last_release(rows: DynamoRows) -> None:
    DynamoOperatorLists(rows, "catalog").save(ENTRIES[:1], before=())

    document = (
        '{"entries": [{"kind": "deny", "reason": "asked for", "tiktokId": "7662052657323182081"}]}'
    )
    assert table("catalog").scan()["Items"] == [{"pk": "LISTS", "format": 1, "document": document}]


def test_lists_have_no_end(rows: DynamoRows) -> None:
    store, large = DynamoOperatorLists(rows, "catalog"), many(2_500)
    store.save(ENTRIES, before=())

    store.save(large, before=ENTRIES)
    first = keys()
    store.save((*large, *ENTRIES), before=large)
    second = keys()

    assert store.entries() == (*large, *ENTRIES)
    assert (len(first), len(second), set(first) & set(second)) == (2, 2, {"LISTS"})
    with pytest.raises(ListsChanged):
        store.save(large, before=large)
    assert keys() == second
    store.save(ENTRIES, before=(*large, *ENTRIES))
    assert (store.entries(), keys()) == (ENTRIES, ["LISTS"])


def test_large_lists_that_are_replaced_while_they_are_read_are_read_again(
    rows: DynamoRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = (DynamoOperatorLists(rows, "catalog") for _ in range(2))
    large = many(1_500)
    store.save(large, before=())
    read = store._item

    def replaced_meanwhile() -> Any:
        item = read()
        monkeypatch.undo()
        other.save(large[1:], before=large)
        return item

    monkeypatch.setattr(store, "_item", replaced_meanwhile)

    assert store.entries() == large[1:]


def test_incomplete_lists_are_an_error_and_can_be_replaced(rows: DynamoRows) -> None:
    store = DynamoOperatorLists(rows, "catalog")
    store.save(many(1_500), before=())
    table("catalog").delete_item(Key={"pk": keys()[1]})

    with pytest.raises(SettingsError, match="in the catalog table are incomplete"):
        store.entries()
    store.save(ENTRIES, before=None)

    assert store.entries() == ENTRIES
