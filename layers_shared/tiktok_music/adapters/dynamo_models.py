"""The rows of DynamoDB as PynamoDB models, their binding to a table, and error translation.

A function binds models, because PynamoDB reads `Meta.table_name` when a class is created. Rows that
the plain list does not read are in `dynamo_catalog_rows`: each class is a part of a cold start.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.connection import TableConnection
from pynamodb.connection.base import MetaTable
from pynamodb.exceptions import PynamoDBException
from pynamodb.models import Model

from tiktok_music.adapters.dynamo_connection import DynamoConnection
from tiktok_music.errors import StoreUnavailable

RowT = TypeVar("RowT", bound=Model)
# Every item has the format that it was written in; a release reads the formats up to its own.
FORMAT = 1


class DynamoAccess(NamedTuple):
    """Region, timeouts and retries. The default timeouts are short: a reader can serve stale data.

    botocore reads the endpoint from `AWS_ENDPOINT_URL_DYNAMODB`.
    """

    region: str
    connect_timeout_seconds: float = 2.0
    read_timeout_seconds: float = 4.0
    retries: int = 2


class _Lenient:
    """Mixin of attributes that read a value of another type, or malformed JSON, as None."""

    def get_value(self: Any, value: dict[str, Any]) -> Any:
        return value.get(self.attr_type)

    def deserialize(self, value: Any) -> Any:
        try:
            return None if value is None else super().deserialize(value)  # type: ignore[misc]
        except ValueError:
            return None


class LenientText(_Lenient, UnicodeAttribute):
    """A text, None if it is unreadable."""


class LenientNumber(_Lenient, NumberAttribute):
    """A number, None if it is unreadable."""


class LenientTexts(_Lenient, UnicodeSetAttribute):
    """A set of texts, None if it is unreadable."""


class LenientJson(_Lenient, JSONAttribute):
    """A JSON value, None if it is unreadable."""


class StoredRow(Model):
    """The attributes of every item; items of the first releases lack the format, which is 1."""

    pk = UnicodeAttribute(hash_key=True)
    format = NumberAttribute(null=True, default_for_new=FORMAT)


class ChunkRow(StoredRow):
    """`SNAP#<version>#<i>`, `SNAP#<chart>#<version>#<i>` and `LISTS#<revision>#<i>`: a chunk of a
    gzipped document.

    Immutable: a version is derived from the content, so that a repeated write is idempotent.
    """

    data = BinaryAttribute(legacy_encoding=False)


class PointerRow(StoredRow):
    """`PTR`, `PTR#<chart>`: the current descriptor and the previous ones; changed by conditional
    writes only."""

    version = LenientText()
    fence = LenientNumber()
    current = LenientJson()
    history = LenientJson()
    operator_fence = LenientNumber(null=True)
    is_pinned = BooleanAttribute(null=True)
    cursor_secret = LenientText(null=True)


class RateRow(StoredRow):
    """`RATE#<key id>#<minute>`: requests leased to instances in one minute."""

    leased = NumberAttribute(default=0)
    expires_at = NumberAttribute()


class KeyRow(StoredRow):
    """`KEY#<key id>`: an API key. Only the hash of its secret is stored.

    `browser` has the secret of its browser tokens, and their origins; none: it makes no tokens.
    `created_at` and `valid_until` are in Unix seconds; keys of older releases lack both.
    """

    secret_sha256 = UnicodeAttribute()
    environment = UnicodeAttribute()
    organization_id = UnicodeAttribute()
    organization_name = UnicodeAttribute()
    scopes = UnicodeSetAttribute(null=True)
    tier = UnicodeAttribute()
    state = UnicodeAttribute()
    browser = LenientJson(null=True)
    created_at = LenientNumber(null=True)
    valid_until = NumberAttribute(null=True)


class DynamoRows:
    """Binds row models to tables over one botocore client.

    By default PynamoDB makes a session and a client for each model class, which is most of a cold
    start (some 60 ms of CPU each).
    """

    def __init__(self, access: DynamoAccess) -> None:
        self._access = access
        self._tables: set[str] = set()
        self._connection = DynamoConnection(
            region=access.region,
            connect_timeout_seconds=access.connect_timeout_seconds,
            read_timeout_seconds=access.read_timeout_seconds,
            max_retry_attempts=access.retries,
        )

    def open(self) -> None:
        """Creates the client now instead of in the first call; opens no connection.

        Lambda gives an init a whole core, and a request of the list function a third of one.
        """
        _ = self._connection.client

    def close(self) -> None:
        """Closes the open connections; the next call opens a new one."""
        self._connection.client.close()

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


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Turns PynamoDB's errors into StoreUnavailable: "DynamoDB could not <action> (<code>)"."""
    try:
        yield
    except PynamoDBException as exc:
        cause = code_of(exc) or type(exc.cause or exc).__name__
        raise StoreUnavailable(f"DynamoDB could not {action} ({cause})") from exc


def is_condition_failed(exc: PynamoDBException) -> bool:
    """True if the condition of a write failed; a retry may have failed on its own first attempt."""
    return code_of(exc) == "ConditionalCheckFailedException"


def code_of(exc: PynamoDBException) -> str | None:
    """DynamoDB's error code, None without an answer.

    PynamoDB's own `cause_response_code` raises after a read timeout or a closed connection, as
    botocore's errors for these have a `response` that is None.
    """
    response = getattr(exc.cause, "response", None) or {}
    code: str | None = response.get("Error", {}).get("Code")
    return code
