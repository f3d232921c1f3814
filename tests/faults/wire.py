"""A strict wire in front of moto: it records every call of a process, and can make it fail.

Moto's own handler is removed from the client and called from here, because botocore calls all
handlers and takes the first answer. A failed call can then leave the store unchanged, or change it
and lose the answer.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

if TYPE_CHECKING:
    from tests.faults.fake_account import Account

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
MOST_ITEM_BYTES = 400 * 1024
MOST_BATCH_WRITES = 25
MOST_BATCH_READS = 100
MOST_TRANSACTION_BYTES = 4 * 1024 * 1024
# https://developers.cloudflare.com/r2/api/s3/api/: not implemented, or refused.
REFUSED_BY_R2 = (
    "x-amz-acl",
    "x-amz-grant-",
    "x-amz-tagging",
    "x-amz-server-side-encryption",
    "x-amz-trailer",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-expected-bucket-owner",
    "x-amz-website-redirect-location",
    "expect",
    "transfer-encoding",
)


class Mode(StrEnum):
    """The ways in which a call fails: its effect on the store, and the caller's error."""

    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after it landed"
    TIMEOUT_BEFORE = "timeout before"
    ERROR_BEFORE = "HTTP 500 before"
    THROTTLE = "throttled"
    LANDED_TIMEOUT = "landed, then timeout"
    LANDED_ERROR = "landed, then HTTP 500"


LANDING = (Mode.CRASH_AFTER, Mode.LANDED_TIMEOUT, Mode.LANDED_ERROR)
MODES = tuple(Mode)


class Crash(BaseException):
    """Raised to end the process: no handler catches it, and no later call reaches the store."""


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt of one call; `keys` are the keys or objects that it reads or writes."""

    service: str
    operation: str
    keys: tuple[str, ...]
    is_consistent: bool

    def __str__(self) -> str:
        return f"{self.service} {self.operation} {','.join(self.keys)}"

    @property
    def is_write(self) -> bool:
        return self.operation in WRITES


WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "PutObject")
Faults = Callable[[int, Call], Mode | None]


def no_faults(number: int, call: Call) -> Mode | None:
    """No fault at any call."""
    return None


def at(number: int, mode: Mode) -> Faults:
    """A fault at the call of that number."""
    return lambda place, _: mode if place == number else None


def once_at(number: int, act: Callable[[], None]) -> Callable[[int, Call], None]:
    """A hook that acts before the call of that number."""
    return lambda place, _: act() if place == number else None


@dataclass
class Wire:
    """The wire of one process. `on_call` runs before each call and may have any effect."""

    account: "Account"
    name: str
    calls: list[Call] = field(default_factory=list)
    faults: Faults = no_faults
    on_call: Callable[[int, Call], None] | None = None
    is_dead: bool = False

    def connect(self, client: Any) -> None:
        """Puts this wire between a botocore client and moto."""
        client.meta.events.unregister("before-send", botocore_stubber)
        client.meta.events.register_last("before-send", self._send)

    def begin(
        self, faults: Faults = no_faults, on_call: Callable[[int, Call], None] | None = None
    ) -> None:
        """Starts a new process on this wire."""
        self.calls, self.faults, self.on_call, self.is_dead = [], faults, on_call, False

    def _send(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        if self.is_dead:
            raise Crash
        call, number = call_of(event_name, request), len(self.calls)
        self.calls.append(call)
        if self.on_call is not None:
            self.on_call(number, call)
        mode = self.faults(number, call)
        if mode is None:
            return self.account.answer(self.name, call, request)
        if mode in LANDING:
            self.account.answer(self.name, call, request)
        return self._failed(mode, call, request)

    def _failed(self, mode: Mode, call: Call, request: AWSPreparedRequest) -> AWSResponse:
        if mode in (Mode.CRASH_BEFORE, Mode.CRASH_AFTER):
            self.is_dead = True
            raise Crash
        if mode is Mode.TIMEOUT_BEFORE:
            raise ConnectTimeoutError(endpoint_url=request.url)
        if mode is Mode.LANDED_TIMEOUT:
            raise ReadTimeoutError(endpoint_url=request.url)
        if mode is Mode.THROTTLE:
            return throttled(call, request)
        return refused(call, request, 500, "InternalServerError")


def call_of(event_name: str, request: AWSPreparedRequest) -> Call:
    """Reads service, operation, keys and consistency from a request."""
    _, service, operation = event_name.split(".")
    if service == "s3":
        key = unquote(urlsplit(request.url).path).split("/", 2)[-1]
        return Call(service, operation, (key,), is_consistent=True)
    body = json.loads(body_of(request))
    return Call(service, operation, keys_of(body), _is_consistent(body))


def keys_of(body: dict[str, Any]) -> tuple[str, ...]:
    """The partition keys that a DynamoDB request names."""
    if "RequestItems" not in body:
        key = body.get("Key") or body.get("Item") or {"pk": {"S": "?"}}
        return (key["pk"]["S"],)
    keys = []
    for part in body["RequestItems"].values():
        if isinstance(part, dict):
            keys += [key["pk"]["S"] for key in part["Keys"]]
        else:
            keys += [_written(request)["pk"]["S"] for request in part]
    return tuple(keys)


def _written(request: dict[str, Any]) -> dict[str, Any]:
    put, delete = request.get("PutRequest"), request.get("DeleteRequest")
    written: dict[str, Any] = put["Item"] if put else delete["Key"] if delete else {}
    return written


def _is_consistent(body: dict[str, Any]) -> bool:
    parts = [body, *body.get("RequestItems", {}).values()]
    return any(isinstance(part, dict) and bool(part.get("ConsistentRead")) for part in parts)


def answer_of(url: str, status: int, body: bytes) -> AWSResponse:
    """An answer in the form of moto's."""
    return AWSResponse(url, status, HTTPHeaders(), MockRawResponse(body))


def refused(call: Call, request: AWSPreparedRequest, status: int, code: str) -> AWSResponse:
    """An error in the dialect of the service."""
    if call.service == "s3":
        body = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
    else:
        body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no"})
    return answer_of(request.url, status, body.encode())


def throttled(call: Call, request: AWSPreparedRequest) -> AWSResponse:
    """The throttling error of each service."""
    if call.service == "s3":
        return refused(call, request, 429, "TooManyRequests")
    return refused(call, request, 400, "ProvisionedThroughputExceededException")


def breach_of(call: Call, request: AWSPreparedRequest) -> tuple[int, str] | None:
    """The status and code of a refusal by the real service that moto lacks, or None."""
    if call.service == "s3":
        return _breach_of_r2(request)
    return _breach_of_dynamodb(call, json.loads(body_of(request)))


def _breach_of_r2(request: AWSPreparedRequest) -> tuple[int, str] | None:
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    banned = [name for name in headers if name.startswith(REFUSED_BY_R2)]
    banned = [name for name in banned if "-customer-" not in name]
    if banned or "aws-chunked" in headers.get("content-encoding", ""):
        return 501, "NotImplemented"
    if "delete" in urlsplit(request.url).query.split("&"):
        return 501, "NotImplemented"
    body = body_of(request)
    for name, digest in (("content-md5", hashlib.md5), ("x-amz-checksum-sha256", hashlib.sha256)):
        expected = headers.get(name)
        if expected is not None and expected != base64.b64encode(digest(body).digest()).decode():
            return 400, "BadDigest"
    return None


def _breach_of_dynamodb(call: Call, body: dict[str, Any]) -> tuple[int, str] | None:
    if call.operation == "BatchWriteItem" and len(call.keys) > MOST_BATCH_WRITES:
        return 400, "ValidationException"
    if call.operation == "BatchGetItem" and len(call.keys) > MOST_BATCH_READS:
        return 400, "ValidationException"
    if len(set(call.keys)) < len(call.keys):
        return 400, "ValidationException"
    writes = (part for part in body.get("RequestItems", {}).values() if isinstance(part, list))
    items = [body.get("Item", {}), *(_written(request) for part in writes for request in part)]
    if any(size_of_item(item) > MOST_ITEM_BYTES for item in items):
        return 400, "ValidationException"
    if "TransactItems" in body and len(json.dumps(body)) > MOST_TRANSACTION_BYTES:
        return 400, "ValidationException"
    return None


def size_of_item(item: dict[str, Any]) -> int:
    """Bytes of an item as DynamoDB counts them: names and values; text, numbers, bytes, sets."""
    return sum(len(name.encode()) + _size_of(value) for name, value in item.items())


def _size_of(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "B":
        return len(base64.b64decode(content))
    if kind in ("SS", "NS", "BS"):
        return sum(len(each.encode()) for each in content)
    return len(str(content).encode())


def body_of(request: AWSPreparedRequest) -> bytes:
    """The body of a request; a stream keeps its position."""
    body: Any = request.body
    if hasattr(body, "read"):
        start = body.tell()
        data: bytes = body.read()
        body.seek(start)
        return data
    return body if isinstance(body, bytes) else (body or "").encode()


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
