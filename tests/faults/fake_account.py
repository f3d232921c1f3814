"""What the processes share: moto's table and bucket, with the manners of the real ones.

Reads that are not strongly consistent may be stale, batches may be served in part; the state can
be saved and brought back; every move of the pointer is written down as it lands.
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
from tests.faults.shim import Call, answer_of, body_of, breach_of, refused
from tiktok_music.adapters.dynamo_snapshots import POINTER_KEY, chunk_key, descriptor_from
from tiktok_music.archive import TrackRecord, record_from
from tiktok_music.snapshot import Descriptor, Pointer

TABLE = "catalog"
# Moto's account where none is chosen.
DEFAULT_ACCOUNT_ID = "123456789012"


@dataclass(frozen=True, slots=True)
class Flip:
    """A move of the pointer that landed, and the process that made it."""

    pointer: Pointer
    by: str

    @property
    def is_publish(self) -> bool:
        """Whether a refresh made it, not an operator."""
        return self.pointer.fence == self.pointer.current.fence


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is stored, and the moves that led there."""

    items: Any
    objects: dict[str, list[Any]]
    flips: tuple[Flip, ...]


@dataclass
class Account:
    """`stale_reads` is how many weak reads of a key see what was there before its last write;
    with `is_flapping` only every third of them does."""

    stale_reads: int = 0
    is_flapping: bool = False
    has_partial_batches: bool = False
    flips: list[Flip] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    stored: Counter[str] = field(default_factory=Counter)
    _before: dict[str, tuple[Any, int]] = field(default_factory=dict)

    def answer(self, caller: str, call: Call, request: AWSPreparedRequest) -> AWSResponse:
        """What the service answers; writes land."""
        breach = breach_of(call, request)
        if breach is not None:
            self.breaches.append(f"{call} would be refused: {breach[1]}")
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
        told = json.loads(answer.content)
        told["UnprocessedItems" if call.is_write else "UnprocessedKeys"] = left_over
        return answer_of(request.url, answer.status_code, json.dumps(told).encode())

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
        """Every replica has every write."""
        self.stale_reads, self._before = 0, {}

    def save(self) -> State:
        """What is stored now."""
        objects = {key: list(self._objects().getlist(key)) for key in self._objects()}
        return State(copy.deepcopy(dict(self._items())), objects, tuple(self.flips))

    def restore(self, state: State) -> None:
        """Brings a state back, whatever happened since."""
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
        """The pointer as it is stored, read past every wire."""
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
        """What is stored of a version; None where a piece is missing."""
        keys = [chunk_key(descriptor.version, i) for i in range(descriptor.chunk_count)]
        pieces = [(self.row(key) or {}).get("data") for key in keys]
        whole = [piece for piece in pieces if isinstance(piece, bytes)]
        return b"".join(whole) if len(whole) == len(pieces) else None

    def row(self, key: str) -> dict[str, Any] | None:
        """A row of the table as plain values, None where there is none."""
        item = self._items().get(_key(key))
        return (
            {name: _plain(value) for name, value in item.attrs.items()}
            if item is not None
            else None
        )

    def value(self, key: str, name: str) -> Any:
        """One value of a row that must be there."""
        row = self.row(key)
        assert row is not None, key
        return row[name]

    def keys(self, prefix: str) -> list[str]:
        """The keys of the table that begin so."""
        return [key.value for key in self._items() if key.value.startswith(prefix)]

    def drop(self, key: str, *attributes: str) -> None:
        """Takes a row away, or some attributes of it, as no process would."""
        if not attributes:
            self._items().pop(_key(key), None)
        for name in attributes:
            dict.pop(self._items()[_key(key)].attrs, name, None)

    def change(self, key: str, name: str, value: dict[str, Any]) -> None:
        """Puts another value into a row, as no process would."""
        self._items()[_key(key)].attrs[name] = DynamoType(value)

    def place_object(self, key: str, like: str) -> None:
        """Puts a copy of an object under another key."""
        dict.__setitem__(self._objects(), key, list(self._objects().getlist(like)))

    def get_many(self, track_ids: Iterable[str]) -> dict[str, TrackRecord]:
        """The archive, read past every wire."""
        rows = ((track_id, self.row(f"TRACK#{track_id}")) for track_id in track_ids)
        return {track_id: record_from(json.loads(row["record"])) for track_id, row in rows if row}

    def media(self, key: str) -> bytes | None:
        """An object's bytes, None where there is none."""
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
    """Leaves the first half of a batch in the request; returns the rest as DynamoDB tells it."""
    body = json.loads(body_of(request))
    left_over: dict[str, Any] = {}
    for table, asked in body["RequestItems"].items():
        if isinstance(asked, dict):
            half = (len(asked["Keys"]) + 1) // 2
            left_over[table] = {**asked, "Keys": asked["Keys"][half:]}
            body["RequestItems"][table] = {**asked, "Keys": asked["Keys"][:half]}
        else:
            half = (len(asked) + 1) // 2
            left_over[table] = asked[half:]
            body["RequestItems"][table] = asked[:half]
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
