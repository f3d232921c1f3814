"""The translation of PynamoDB's errors."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from pynamodb.exceptions import GetError

from tiktok_music.adapters.dynamo_items import batch_read
from tiktok_music.adapters.dynamo_models import is_condition_failed, translated
from tiktok_music.errors import StoreUnavailable

URL = "https://dynamodb.test"
THROTTLED = ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem")


@pytest.mark.parametrize(
    ("cause", "name"),
    [
        (ReadTimeoutError(endpoint_url=URL), "ReadTimeoutError"),
        (ConnectionClosedError(endpoint_url=URL), "ConnectionClosedError"),
        (THROTTLED, "ThrottlingException"),
    ],
)
def test_a_store_that_does_not_answer_is_unavailable(cause: Exception, name: str) -> None:
    problem = GetError("no", cause)

    with (
        pytest.raises(StoreUnavailable, match=rf"could not read a row \({name}\)"),
        translated("read a row"),
    ):
        raise problem

    assert not is_condition_failed(problem)


class Rows:
    """A table that answers so many keys of each call; rows are their keys."""

    def __init__(self, answered: int) -> None:
        self.answered = answered
        self.calls: list[int] = []

    def _batch_get_page(self, keys: Any, consistent: bool, attributes: None) -> Any:
        self.calls.append(len(keys))
        return keys[: self.answered], keys[self.answered :] or None

    def from_raw_data(self, row: dict[str, str]) -> str:
        return row["pk"]


def test_keys_that_are_left_out_are_asked_for_again_after_a_pause() -> None:
    rows: Any = Rows(40)
    pauses: list[float] = []

    found: Any = batch_read(rows, map(str, range(130)), lambda row: row, pause=pauses.append)

    assert found == [str(number) for number in range(130)]
    assert (rows.calls, pauses) == ([100, 60, 20, 30], [0.05, 0.1])


def test_a_table_that_leaves_keys_out_for_ever_is_given_up() -> None:
    rows: Any = Rows(0)
    pauses: list[float] = []

    with pytest.raises(StoreUnavailable, match="left 3 keys of a batch unprocessed"):
        batch_read(rows, "abc", lambda row: row, pause=pauses.append)

    assert (rows.calls, pauses) == ([3] * 5, [0.05, 0.1, 0.2, 0.4])
