"""What becomes of PynamoDB's errors."""

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from pynamodb.exceptions import GetError

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
