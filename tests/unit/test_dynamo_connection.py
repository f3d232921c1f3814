"""The lean botocore session sends what the default one sends."""

from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.handlers import BUILTIN_HANDLERS
from botocore.session import Session, get_session

from local.embedded_aws import REGION
from tiktok_music.adapters.dynamo_connection import DynamoConnection, is_of_dynamo

KEY = {"pk": {"S": "a"}}
CALLS: dict[str, dict[str, Any]] = {
    "get_item": {"TableName": "t", "Key": KEY, "ConsistentRead": True},
    "put_item": {"TableName": "t", "Item": {**KEY, "data": {"B": b"\x00"}}},
    "update_item": {"TableName": "t", "Key": KEY, "UpdateExpression": "SET a = b"},
    "delete_item": {"TableName": "t", "Key": KEY},
    "batch_get_item": {"RequestItems": {"t": {"Keys": [KEY]}}},
}
# They differ from call to call; the agent names what else the process has used.
CHANGING = ("User-Agent", "Amz-Sdk-Invocation-Id", "amz-sdk-invocation-id", "X-Amz-Date")


class Sent(Exception):
    """Raised in place of sending a request."""

    def __init__(self, request: AWSPreparedRequest) -> None:
        super().__init__("sent")
        self.request = request


def sent(session: Session, call: str) -> tuple[Any, ...]:
    """The request of a call: method, URL, headers without what changes, body."""

    def stop(request: AWSPreparedRequest, **_: Any) -> None:
        raise Sent(request)

    client = session.create_client(
        "dynamodb", REGION, aws_access_key_id="id", aws_secret_access_key="secret"
    )
    client.meta.events.register("before-send", stop)
    with pytest.raises(Sent) as stopped:
        getattr(client, call)(**CALLS[call])
    request = stopped.value.request
    headers = {name: _text(request.headers[name]) for name in request.headers}
    kept = {name: headers[name] for name in headers if name not in CHANGING}
    kept["Authorization"] = headers["Authorization"].partition("Signature=")[0]
    return request.method, request.url, kept, request.body


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_sent_as_by_the_default_session(call: str) -> None:
    lean = DynamoConnection(region=REGION).session

    assert sent(lean, call) == sent(get_session(), call)


def test_the_handlers_of_dynamodb_have_no_place_in_an_order() -> None:
    """`dynamo_events` registers each at the end, as botocore does without a third part."""
    kept = [handler for handler in BUILTIN_HANDLERS if is_of_dynamo(handler[0])]

    assert [len(handler) for handler in kept] == [2] * 10
