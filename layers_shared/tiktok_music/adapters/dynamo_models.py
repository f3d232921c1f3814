"""The rows of DynamoDB, as PynamoDB models bound to one table, and the error translation.

Models are made by a function because PynamoDB reads `Meta.table_name` when a class is made.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.connection import Connection, TableConnection
from pynamodb.connection.base import MetaTable
from pynamodb.exceptions import PynamoDBException
from pynamodb.models import Model

from tiktok_music.errors import StoreUnavailable

RowT = TypeVar("RowT", bound=Model)
KEYS_PER_CALL = 100
PAUSES_SECONDS = (0.05, 0.1, 0.2, 0.4)


@dataclass(frozen=True, slots=True)
class DynamoAccess:
    """How to reach DynamoDB. Timeouts are short: a reader has stale data to fall back on.

    The endpoint is botocore's own business (`AWS_ENDPOINT_URL_DYNAMODB`).
    """

    region: str
    connect_timeout_seconds: float = 2.0
    read_timeout_seconds: float = 4.0
    retries: int = 2


class ChunkRow(Model):
    """`SNAP#<version>#<i>`: a piece of a gzipped answer.

    Never changes: the version names the content, so that a repeated write writes the same.
    """

    pk = UnicodeAttribute(hash_key=True)
    data = BinaryAttribute(legacy_encoding=False)


class PointerRow(Model):
    """`PTR`: the current descriptor and the last ones. Changes by one conditional write."""

    pk = UnicodeAttribute(hash_key=True)
    version = UnicodeAttribute()
    fence = NumberAttribute()
    current: JSONAttribute = JSONAttribute()
    history: JSONAttribute = JSONAttribute()
    operator_fence = NumberAttribute(null=True)
    is_pinned = BooleanAttribute(null=True)


class LeaseRow(Model):
    """`LOCK`: who refreshes, the fencing token, which only ever grows, and what to sweep.

    `sweepable` has `<version>*<chunks>` of every version whose chunks may still be there.
    """

    pk = UnicodeAttribute(hash_key=True)
    holder = UnicodeAttribute(null=True)
    fence = NumberAttribute(default=0)
    lease_until = NumberAttribute(null=True)
    sweepable = UnicodeSetAttribute(null=True)


class TrackRow(Model):
    """`TRACK#<uuid>`: what resolves an id for ever."""

    pk = UnicodeAttribute(hash_key=True)
    tiktok_id = UnicodeAttribute()
    record: JSONAttribute = JSONAttribute()


class ListsRow(Model):
    """`LISTS`: the operator's lists, one JSON document."""

    pk = UnicodeAttribute(hash_key=True)
    document = UnicodeAttribute()


class LedgerRow(Model):
    """`MEDIA#<uuid>`: media that was tried: what is stored, or why nothing is and until when."""

    pk = UnicodeAttribute(hash_key=True)
    media: JSONAttribute = JSONAttribute(null=True)
    failure: JSONAttribute = JSONAttribute(null=True)
    expires_at = NumberAttribute()


class RunRow(Model):
    """`RUN#<scheduled time>`: the report of one refresh."""

    pk = UnicodeAttribute(hash_key=True)
    report: JSONAttribute = JSONAttribute()


class RunsRow(Model):
    """`RUNS`: a line for each of the last refreshes, the newest first."""

    pk = UnicodeAttribute(hash_key=True)
    runs: JSONAttribute = JSONAttribute()


class RecordingRow(Model):
    """`RUN#<scheduled time>#INPUT#<i>`: a piece of what a refresh was given and made of it.

    Every piece names the whole: how many pieces it has, and its SHA-256.
    """

    pk = UnicodeAttribute(hash_key=True)
    data = BinaryAttribute(legacy_encoding=False)
    pieces = NumberAttribute()
    sha256 = UnicodeAttribute()
    expires_at = NumberAttribute()


class RateRow(Model):
    """`RATE#<key id>#<minute>`: requests leased to instances in one minute."""

    pk = UnicodeAttribute(hash_key=True)
    leased = NumberAttribute(default=0)
    expires_at = NumberAttribute()


class KeyRow(Model):
    """`KEY#<key id>`: an API key. The secret itself is nowhere."""

    pk = UnicodeAttribute(hash_key=True)
    secret_sha256 = UnicodeAttribute()
    environment = UnicodeAttribute()
    organization_id = UnicodeAttribute()
    organization_name = UnicodeAttribute()
    scopes = UnicodeSetAttribute(null=True)
    tier = UnicodeAttribute()
    state = UnicodeAttribute()


class DynamoRows:
    """Binds row models to tables over one botocore client.

    Left alone, PynamoDB makes a session and a client for each model class, which is most of a
    cold start (some 60 ms of CPU each).
    """

    def __init__(self, access: DynamoAccess) -> None:
        self._access = access
        self._tables: set[str] = set()
        self._connection = Connection(
            region=access.region,
            connect_timeout_seconds=access.connect_timeout_seconds,
            read_timeout_seconds=access.read_timeout_seconds,
            max_retry_attempts=access.retries,
        )

    def open(self) -> None:
        """Makes the client, which the first call would do else; connects to nothing.

        Lambda gives an init a whole core, and a request of the list function a third of one.
        """
        _ = self._connection.client

    def bind(self, row: type[RowT], table_name: str) -> type[RowT]:
        """`row` as a model of the table `table_name`."""
        meta = type("Meta", (), {"table_name": table_name, "region": self._access.region})
        bound: type[RowT] = type(row.__name__, (row,), {"Meta": meta})
        key = [{"AttributeName": "pk", "KeyType": "HASH"}]
        types = [{"AttributeName": "pk", "AttributeType": "S"}]
        schema = MetaTable(
            {"TableName": table_name, "KeySchema": key, "AttributeDefinitions": types}
        )
        if table_name not in self._tables:
            self._connection.add_meta_table(schema)
            self._tables.add(table_name)
        table = TableConnection(table_name, region=self._access.region, meta_table=schema)
        table.connection = self._connection
        bound._connection = table
        return bound


def batch_read(
    rows: type[RowT],
    keys: Iterable[str],
    *,
    consistent: bool = False,
    pause: Callable[[float], None] = time.sleep,
) -> list[RowT]:
    """The rows of those keys that there are, a hundred to a call.

    DynamoDB may leave keys out when it has much to do. PynamoDB's own loop asks for them again
    without a pause and without an end; this one gives up after a second with StoreUnavailable.
    """
    asked = list(dict.fromkeys(keys))
    found: list[RowT] = []
    for start in range(0, len(asked), KEYS_PER_CALL):
        left: Any = [{"pk": key} for key in asked[start : start + KEYS_PER_CALL]]
        for seconds in (*PAUSES_SECONDS, None):
            page, left = rows._batch_get_page(left, consistent, None)  # type: ignore[no-untyped-call]
            found += map(rows.from_raw_data, page)
            if not left:
                break
            if seconds is None:
                raise StoreUnavailable(f"DynamoDB left {len(left)} keys out of a batch")
            pause(seconds)
    return found


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Turns PynamoDB's errors into ours; `action` completes "DynamoDB could not …"."""
    try:
        yield
    except PynamoDBException as exc:
        cause = _code_of(exc) or type(exc.cause or exc).__name__
        raise StoreUnavailable(f"DynamoDB could not {action} ({cause})") from exc


def is_condition_failed(exc: PynamoDBException) -> bool:
    """Whether a write was refused by its condition; after a retry this may be our own write."""
    return _code_of(exc) == "ConditionalCheckFailedException"


def _code_of(exc: PynamoDBException) -> str | None:
    """DynamoDB's error code, None where there was no answer.

    PynamoDB's own `cause_response_code` breaks on a read that timed out and on a connection that
    was closed: botocore's errors for these have a `response`, which is None.
    """
    response = getattr(exc.cause, "response", None) or {}
    code: str | None = response.get("Error", {}).get("Code")
    return code
