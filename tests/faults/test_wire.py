"""The wire is as strict as the services, and each mode fails as it says."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from tests.conftest import BUCKET
from tests.faults.fake_account import TABLE
from tests.faults.wire import LANDING, MODES, Crash, Mode, at, size_of_item
from tests.faults.world import World


def an_item(key: str, **values: str) -> dict[str, Any]:
    return {"pk": {"S": key}, **{name: {"S": value} for name, value in values.items()}}


def puts(count: int) -> dict[str, Any]:
    return {TABLE: [{"PutRequest": {"Item": an_item(f"X#{n}")}} for n in range(count)]}


def checksum(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def dynamodb(world: World, attempts: int = 1, **begin: Any) -> Any:
    process = world.process("wire", attempts)
    process.wire.begin(**begin)
    return process.rows._connection.client


def bucket(world: World) -> Any:
    process = world.process("wire")
    process.wire.begin()
    return process.store._client


REFUSED: dict[str, tuple[Callable[[World], Any], str]] = {
    "26 puts in a batch": (
        lambda world: dynamodb(world).batch_write_item(RequestItems=puts(26)),
        "ValidationException",
    ),
    "an item twice in a batch": (
        lambda world: dynamodb(world).batch_write_item(
            RequestItems={TABLE: puts(1)[TABLE] + puts(1)[TABLE]}
        ),
        "ValidationException",
    ),
    "an item of 400 KB": (
        lambda world: dynamodb(world).put_item(
            TableName=TABLE, Item=an_item("X", text="x" * 400 * 1024)
        ),
        "ValidationException",
    ),
    "a wrong checksum": (
        lambda world: bucket(world).put_object(
            Bucket=BUCKET, Key="x", Body=b"x", ChecksumSHA256=checksum(b"y")
        ),
        "BadDigest",
    ),
    "a checksum in a trailer": (
        lambda world: bucket(world).put_object(
            Bucket=BUCKET, Key="x", Body=b"x", ChecksumAlgorithm="SHA256"
        ),
        "NotImplemented",
    ),
    "an access list": (
        lambda world: bucket(world).put_object(Bucket=BUCKET, Key="x", Body=b"x", ACL="private"),
        "NotImplemented",
    ),
    "tags": (
        lambda world: bucket(world).put_object(Bucket=BUCKET, Key="x", Body=b"x", Tagging="a=b"),
        "NotImplemented",
    ),
    "many deletions at once": (
        lambda world: bucket(world).delete_objects(
            Bucket=BUCKET, Delete={"Objects": [{"Key": "x"}]}
        ),
        "NotImplemented",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_request_that_the_services_refuse_is_refused_and_recorded(
    world: World, case: str
) -> None:
    ask, code = REFUSED[case]

    with pytest.raises(ClientError) as caught:
        ask(world)

    assert caught.value.response["Error"]["Code"] == code
    assert len(world.account.breaches) == 1


def test_a_plain_put_with_the_right_checksum_is_accepted(world: World) -> None:
    bucket(world).put_object(Bucket=BUCKET, Key="x", Body=b"x", ChecksumSHA256=checksum(b"x"))

    assert (world.account.media("x"), world.account.breaches) == (b"x", [])


@pytest.mark.parametrize("mode", MODES)
def test_a_write_takes_effect_only_in_the_modes_that_land(world: World, mode: Mode) -> None:
    client = dynamodb(world, faults=at(0, mode))

    with pytest.raises((Crash, Exception)):
        client.put_item(TableName=TABLE, Item=an_item("X", text="new"))

    assert (world.account.row("X") is not None) == (mode in LANDING)


def test_a_process_that_has_crashed_makes_no_more_calls(world: World) -> None:
    client = dynamodb(world, faults=at(0, Mode.CRASH_BEFORE))
    for _ in range(2):
        with pytest.raises(Crash):
            client.put_item(TableName=TABLE, Item=an_item("X"))

    assert world.account.row("X") is None


def test_a_retried_conditional_write_that_landed_fails_its_condition(world: World) -> None:
    client = dynamodb(world, attempts=3, faults=at(0, Mode.LANDED_TIMEOUT))

    with pytest.raises(ClientError, match="ConditionalCheckFailedException"):
        client.put_item(
            TableName=TABLE, Item=an_item("X"), ConditionExpression="attribute_not_exists(pk)"
        )

    assert world.account.row("X") is not None
    assert len(world.process("wire", 3).wire.calls) == 2


def test_a_landed_write_without_retries_times_out(world: World) -> None:
    client = dynamodb(world, faults=at(0, Mode.LANDED_TIMEOUT))

    with pytest.raises(ReadTimeoutError):
        client.put_item(TableName=TABLE, Item=an_item("X"))


def test_eventually_consistent_reads_are_stale_as_often_as_configured(world: World) -> None:
    client = dynamodb(world)
    client.put_item(TableName=TABLE, Item=an_item("X", text="old"))
    world.account.stale_reads = 2
    client.put_item(TableName=TABLE, Item=an_item("X", text="new"))

    def read(*, is_strong: bool) -> str:
        row = client.get_item(TableName=TABLE, Key=an_item("X"), ConsistentRead=is_strong)
        text: str = row["Item"]["text"]["S"]
        return text

    seen = [read(is_strong=each) for each in (False, True, False, False)]
    assert seen == ["old", "new", "old", "new"]


def test_a_batch_may_be_processed_in_part(world: World) -> None:
    world.account.has_partial_batches = True
    client = dynamodb(world)

    answer = client.batch_write_item(RequestItems=puts(5))

    left = [put["PutRequest"]["Item"]["pk"]["S"] for put in answer["UnprocessedItems"][TABLE]]
    assert (left, sorted(world.account.keys("X#"))) == (["X#3", "X#4"], ["X#0", "X#1", "X#2"])

    batch = {TABLE: {"Keys": [an_item(f"X#{n}") for n in range(3)]}}
    answer = client.batch_get_item(RequestItems=batch)
    assert len(answer["Responses"][TABLE]) == 2
    assert answer["UnprocessedKeys"][TABLE]["Keys"] == [an_item("X#2")]


def test_the_size_of_an_item_counts_names_and_values() -> None:
    item = {"pk": {"S": "ab"}, "data": {"B": base64.b64encode(b"12345").decode()}}

    assert size_of_item(item) == 2 + 2 + 4 + 5
