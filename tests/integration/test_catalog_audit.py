"""Every changing command is on record; `catalog audit` and `catalog status` read it."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest
import typer

from ops.cli import app
from tests.builders import a_key, a_record
from tests.conftest import REGION
from tests.served import Run, publish, served, table
from tiktok_music.adapters.dynamo_changes import DynamoChanges
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.errors import StoreUnavailable

# Commands that write nothing but what they are asked to show.
READING = {
    ("status",), ("snapshots",), ("report",), ("replay",), ("diff",), ("why",), ("preview",),
    ("doctor",), ("audit",), ("keys", "list"), ("lists", "list"), ("media", "verify"),
    ("charts", "list"), ("charts", "trial"),
}  # fmt: skip


def changes(catalog: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(catalog("audit", "--json").stdout)
    return found


def leaves(command: Any, *names: str) -> set[tuple[str, ...]]:
    nested = getattr(command, "commands", None)
    if nested is None:
        return {names}
    return {leaf for name, each in nested.items() for leaf in leaves(each, *names, name)}


def test_a_change_is_recorded_with_who_when_what_and_why(catalog: Run, stores: DynamoRows) -> None:
    first, second = publish(stores, 13, 1)
    before = datetime.now(UTC).replace(microsecond=0)

    catalog("pin", first, "--reason", "wrong covers", "--yes")

    [change] = changes(catalog)
    identity = boto3.client("sts", region_name=REGION).get_caller_identity()["Arn"]
    assert before <= datetime.fromisoformat(change.pop("at")) <= datetime.now(UTC)
    assert change == {
        "who": identity,
        "command": "pin",
        "what": {"version": first, "insteadOf": second},
        "reason": "wrong covers",
        "outcome": "done",
    }
    shown = " ".join(catalog("audit").stdout.split())
    assert f"pin version {first}" in shown
    assert "wrong covers done" in shown


def test_every_changing_command_leaves_a_record(catalog: Run, stores: DynamoRows) -> None:
    first, _ = publish(stores, 13, 1)
    DynamoTrackArchive(stores, "catalog").save_many([a_record(1)])
    _, key = a_key()
    DynamoKeys(stores, "keys").save(key)
    track, origin = a_record(1).track_id, "https://app.example.com"
    deny = ("lists", "add", "deny", "--track", "7662052657323182081", "--reason", "asked")
    for words in (
        ("rollback", first, "--reason", "r"),
        ("pin", first, "--reason", "r"),
        ("unpin", "--reason", "r"),
        ("retire", track, "--reason", "r"),
        ("retire", track, "--reason", "r", "--undo"),
        deny,
        ("lists", "remove", "1", "--reason", "r"),
        ("keys", "create", "--organization", "org_2", "--name", "Beta"),
        ("keys", "rotate", key.key_id),
        ("keys", "suspend", key.key_id, "--reason", "r"),
        ("keys", "resume", "--organization", "org_1", "--reason", "r"),
        ("keys", "allow-browser", key.key_id, "--origin", origin),
        ("keys", "revoke", key.key_id, "--reason", "r"),
    ):
        yes = () if words[:2] in (("keys", "create"), ("keys", "rotate")) else ("--yes",)
        result = catalog(*words, *(() if words[0] == "unpin" else yes))
        assert result.exit_code == 0, result.output

    found = changes(catalog)
    assert {each["outcome"] for each in found} == {"done"}
    named = {tuple(each["command"].split()) for each in found}
    assert (("retire", "--undo") in named, len(found)) == (True, 13)
    # Tested with the rest of what they do.
    elsewhere = {
        ("refresh",), ("recover",), ("lists", "load"), ("sandbox", "publish"), ("media", "repair"),
    }  # fmt: skip
    commands = leaves(typer.main.get_command(app))
    assert named - {("retire", "--undo")} == commands - READING - elsewhere


def test_a_failed_change_is_recorded_as_failed(
    catalog: Run, stores: DynamoRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = publish(stores, 13, 1)

    def broken(*_: object) -> Any:
        raise StoreUnavailable("DynamoDB could not\nwrite")

    monkeypatch.setattr("ops.versions._write_move", broken)
    catalog("rollback", first, "--reason", "r", "--yes")

    assert [each["outcome"] for each in changes(catalog)] == ["failed: DynamoDB could not write"]


def test_a_change_that_cannot_be_recorded_is_not_made(
    catalog: Run, stores: DynamoRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = publish(stores, 13, 1)

    def broken(*_: object) -> Any:
        raise StoreUnavailable("DynamoDB could not record the change")

    monkeypatch.setattr(DynamoChanges, "add", broken)
    result = catalog("rollback", first, "--reason", "r", "--yes")

    assert (result.exit_code, served(stores)) == (2, (second, False))


def test_an_unknown_identity_does_not_stop_a_change(
    catalog: Run, stores: DynamoRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = publish(stores, 13, 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", _unreachable)

    assert catalog("rollback", first, "--reason", "r", "--yes").exit_code == 0


def _unreachable(*_: object) -> Any:
    from botocore.exceptions import EndpointConnectionError

    raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")


@pytest.mark.parametrize(
    "words", [("pin", "0000"), ("rollback", "0000"), ("keys", "revoke", "ABCDEFGHIJKLMNOP")]
)
def test_changes_that_matter_need_a_reason(catalog: Run, words: tuple[str, ...]) -> None:
    for more in ((), ("--reason", " ")):
        result = catalog(*words, "--yes", *more)

        assert (result.exit_code, "--reason is missing" in result.output) == (2, True)


def test_changes_of_one_day_are_numbered_and_other_days_are_found(stores: DynamoRows) -> None:
    log = DynamoChanges(stores, "catalog")
    days = [date(2026, 11, 22) + timedelta(days=each) for each in range(3)]
    for day in (days[0], days[2], days[0]):
        log.add(day, {"at": f"{day}T12:00:00", "command": "pin"})
    table("catalog").put_item(Item={"pk": "AUDIT#2026-11-24#1", "change": "[]"})

    assert [each["at"][:10] for each in log.of_days(days)] == ["2026-11-22"] * 2
    assert log.of_days([days[1]]) == []


def test_status_says_that_an_older_version_is_served_and_for_how_long(
    catalog: Run, stores: DynamoRows
) -> None:
    first, second = publish(stores, 13, 1)
    newest = json.loads(catalog("status", "--json").stdout)
    catalog("rollback", first, "--reason", "wrong covers", "--yes")

    older = json.loads(catalog("status", "--json").stdout)
    shown = catalog("status").stdout

    names = ("newestVersion", "olderSince", "olderForHours", "olderBy", "olderReason")
    assert [newest[name] for name in names] == [second, None, None, None, None]
    assert older["newestVersion"] == second
    assert (older["olderForHours"], older["olderReason"]) == (0.0, "wrong covers")
    assert f"wrong covers; the newest is {second}" in shown
    for item in table("catalog").scan()["Items"]:
        if item["pk"].startswith("AUDIT#"):
            table("catalog").delete_item(Key={"pk": item["pk"]})
    unknown = catalog("status").stdout
    assert "an older version is served, since an unknown time (catalog audit has no" in unknown
