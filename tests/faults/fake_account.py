"""Moto's table and bucket, shared by all processes, with the weak guarantees of the real ones.

Eventually consistent reads may be stale, batches may be processed in part. The state can be saved
and restored; every move of the pointer is recorded.
"""

import base64
import copy
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.models import botocore_stubber
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.s3.models import s3_backends

from tests.conftest import BUCKET, REGION
from tests.faults.wire import Call, answer_of, body_of, breach_of, refused
from tiktok_music.adapters.dynamo_snapshots import POINTER_KEY, chunk_key, descriptor_from
from tiktok_music.archive import TrackRecord, record_from
from tiktok_music.snapshot import Descriptor, Pointer

TABLE = "catalog"
# Moto's account where none is chosen.
DEFAULT_ACCOUNT_ID = "123456789012"


@dataclass(frozen=True, slots=True)
class Flip:
    """A stored move of the pointer, and the process that made it."""

    pointer: Pointer
    by: str

    @property
    def is_publish(self) -> bool:
        """True for a move by a refresh, False for one by an operator."""
        return self.pointer.fence == self.pointer.current.fence


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is stored, and the pointer moves so far."""

    items: Any
    objects: dict[str, list[Any]]
    flips: tuple[Flip, ...]


@dataclass
class Account:
    """`stale_reads`: this many eventually consistent reads of a key return its previous value;
    with `is_flapping` only every third of them does."""

    stale_reads: int = 0
    is_flapping: bool = False
    has_partial_batches: bool = False
    flips: list[Flip] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    stored: Counter[str] = field(default_factory=Counter)
    _before: dict[str, tuple[Any, int]] = field(default_factory=dict)

    def answer(self, caller: str, call: Call, request: AWSPreparedRequest) -> AWSResponse:
        """Answers as the service does; writes take effect."""
        breach = breach_of(call, request)
        if breach is not None:
            self.breaches.append(f"{call} breaks a limit of the service: {breach[1]}")
            return refused(call, request, *breach)
        if call.service == "s3":
            return self._object_answer(call, request)
        if call.is_write:
            return self._written(caller, call, request)
        if call.is_consistent or not self._before:
            return self._served(call, request)
        return self._stale(call, request)

    def _object_answer(self, call: Call, request: AWSPreparedRequest) -> AWSResponse:
        host = request.url.split("/")[2]
        request.url = request.url.replace(host, "s3.amazonaws.com", 1)
        answer = _ask(call, request)
        if call.operation == "PutObject" and answer.status_code == 200:
            self.stored.update(call.keys)
        return answer

    def _written(self, caller: str, call: Call, request: AWSPreparedRequest) -> AWSResponse:
        before = {key: copy.deepcopy(self._items().get(_key(key))) for key in call.keys}
        answer = self._served(call, request)
        if answer.status_code >= 300:
            return answer
        if self.stale_reads:
            self._before |= {key: (item, self.stale_reads) for key, item in before.items()}
        if POINTER_KEY in call.keys:
            pointer = self.pointer()
            if pointer is not None:
                self.flips.append(Flip(pointer, caller))
        return answer

    def _served(self, call: Call, request: AWSPreparedRequest) -> AWSResponse:
        if not self.has_partial_batches or len(call.keys) < 2 or "Batch" not in call.operation:
            return _ask(call, request)
        left_over = _halve(request)
        answer = _ask(call, request)
        body = json.loads(answer.content)
        body["UnprocessedItems" if call.is_write else "UnprocessedKeys"] = left_over
        return answer_of(request.url, answer.status_code, json.dumps(body).encode())

    def _stale(self, call: Call, request: AWSPreparedRequest) -> AWSResponse:
        items, now = self._items(), {}
        for key in call.keys:
            item, left = self._before.get(key, (None, 0))
            if left:
                self._before[key] = (item, left - 1)
            if left and not (self.is_flapping and left % 3):
                now[key] = items.get(_key(key))
                _put(items, key, item)
        try:
            return self._served(call, request)
        finally:
            for key, item in now.items():
                _put(items, key, item)

    def catch_up(self) -> None:
        """Brings every replica up to date."""
        self.stale_reads, self._before = 0, {}

    def save(self) -> State:
        """Copies everything that is stored."""
        objects = {key: list(self._objects().getlist(key)) for key in self._objects()}
        return State(copy.deepcopy(dict(self._items())), objects, tuple(self.flips))

    def restore(self, state: State) -> None:
        """Restores a saved state."""
        items, objects = self._items(), self._objects()
        items.clear()
        items.update(copy.deepcopy(state.items))
        for key in [key for key in objects if key not in state.objects]:
            dict.pop(objects, key)
        for key, versions in state.objects.items():
            dict.__setitem__(objects, key, list(versions))
        self.flips, self.breaches, self._before = list(state.flips), [], {}
        self.stored = Counter(list(state.objects))
        self.stale_reads, self.is_flapping, self.has_partial_batches = 0, False, False

    def pointer(self) -> Pointer | None:
        """The stored pointer, read without a wire and its faults."""
        row = self.row(POINTER_KEY)
        if row is None:
            return None
        history = json.loads(row["history"])
        return Pointer(
            descriptor_from(json.loads(row["current"])),
            tuple(descriptor_from(past) for past in history),
            operator_fence=int(row.get("operator_fence") or 0),
            is_pinned=bool(row.get("is_pinned")),
        )

    def gzipped(self, descriptor: Descriptor) -> bytes | None:
        """The stored chunks of a version, joined; None where one is missing."""
        keys = [chunk_key(descriptor.version, i) for i in range(descriptor.chunk_count)]
        chunks = [(self.row(key) or {}).get("data") for key in keys]
        data = [chunk for chunk in chunks if isinstance(chunk, bytes)]
        return b"".join(data) if len(data) == len(chunks) else None

    def row(self, key: str) -> dict[str, Any] | None:
        """The plain values of a row, None where there is none."""
        item = self._items().get(_key(key))
        return (
            {name: _plain(value) for name, value in item.attrs.items()}
            if item is not None
            else None
        )

    def value(self, key: str, name: str) -> Any:
        """One value of a row that must exist."""
        row = self.row(key)
        assert row is not None, key
        return row[name]

    def keys(self, prefix: str) -> list[str]:
        """The keys of the table with this prefix."""
        return [key.value for key in self._items() if key.value.startswith(prefix)]

    def drop(self, key: str, *attributes: str) -> None:
        """Damages the table: deletes a row, or some attributes of it."""
        if not attributes:
            self._items().pop(_key(key), None)
        for name in attributes:
            dict.pop(self._items()[_key(key)].attrs, name, None)

    def change(self, key: str, name: str, value: dict[str, Any]) -> None:
        """Damages the table: replaces a value of a row."""
        self._items()[_key(key)].attrs[name] = DynamoType(value)

    def place_object(self, key: str, like: str) -> None:
        """Copies an object to another key."""
        dict.__setitem__(self._objects(), key, list(self._objects().getlist(like)))

    def get_many(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        """The archive, read without a wire and its faults."""
        rows = ((track_id, self.row(f"TRACK#{track_id}")) for track_id in track_ids)
        return {track_id: record_from(json.loads(row["record"])) for track_id, row in rows if row}

    def media(self, key: str) -> bytes | None:
        """The bytes of an object, None where there is none."""
        stored = self._objects().get(key)
        return bytes(stored.value) if stored is not None else None

    def media_keys(self) -> list[str]:
        """The keys of all objects."""
        return list(self._objects())

    def _items(self) -> Any:
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[TABLE].items

    def _objects(self) -> Any:
        return s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[BUCKET].keys


def _ask(call: Call, request: AWSPreparedRequest) -> AWSResponse:
    answer = botocore_stubber(f"before-send.{call.service}.{call.operation}", request)
    assert answer is not None, f"moto does not know {request.url}"
    return answer


def _halve(request: AWSPreparedRequest) -> dict[str, Any]:
    """Leaves the first half of a batch in the request; returns the rest as DynamoDB reports it."""
    body = json.loads(body_of(request))
    left_over: dict[str, Any] = {}
    for table, requested in body["RequestItems"].items():
        if isinstance(requested, dict):
            half = (len(requested["Keys"]) + 1) // 2
            left_over[table] = {**requested, "Keys": requested["Keys"][half:]}
            body["RequestItems"][table] = {**requested, "Keys": requested["Keys"][:half]}
        else:
            half = (len(requested) + 1) // 2
            left_over[table] = requested[half:]
            body["RequestItems"][table] = requested[:half]
    request.body = json.dumps(body).encode()
    request.headers["Content-Length"] = str(len(request.body))
    return left_over


def _put(items: Any, key: str, item: Any) -> None:
    if item is None:
        items.pop(_key(key), None)
    else:
        items[_key(key)] = item


def _key(key: str) -> DynamoType:
    return DynamoType({"S": key})


def _plain(value: Any) -> Any:
    if value.type == "B":
        return _decoded(value.value)
    return value.value


def _decoded(content: Any) -> bytes:
    return content if isinstance(content, bytes) else base64.b64decode(content)
