"""Operator overrides in DynamoDB, so that they change without a deploy."""

import gzip
import logging
import zlib
from uuid import uuid4

from pynamodb.exceptions import PynamoDBException

from tiktok_music.adapters.dynamo_catalog_rows import ListsRow
from tiktok_music.adapters.dynamo_items import RawItem, is_unchanged, number_in, parsed, read_item
from tiktok_music.adapters.dynamo_models import (
    ChunkRow,
    DynamoRows,
    is_condition_failed,
    translated,
)
from tiktok_music.adapters.operator_list_rows import lists_document, parse_lists
from tiktok_music.errors import ListsChanged, SettingsError, StoreUnavailable
from tiktok_music.refresh.curation.operator_lists import ListEntry
from tiktok_music.snapshot import CHUNK_BYTES, cut

LISTS_KEY = "LISTS"
PLACE = "the catalog table"
CHANGED = "the lists were changed by another operator: check them and run the command again"
# A large document is read again if another one replaced it between its pieces.
TRIES = 3
_logger = logging.getLogger(__name__)


class DynamoOperatorLists:
    """Operator overrides as one document.

    A document that fits into an item is in `LISTS` itself, as in every release. A larger one is
    gzipped and in chunks, which `LISTS` names: a write of this one item replaces all entries.
    """

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows.bind(ListsRow, table_name)
        self._pieces = rows.bind(ChunkRow, table_name)

    def entries(self) -> tuple[ListEntry, ...]:
        """All entries, expired ones too; none when there is no item. Raises SettingsError."""
        return self._entries(self._item())

    def save(self, entries: tuple[ListEntry, ...], *, before: tuple[ListEntry, ...] | None) -> None:
        """Replaces all entries, validated as on reading.

        Optimistic lock: raises ListsChanged if the stored entries are not `before`. None overwrites
        lists that cannot be read.
        """
        document = lists_document(entries)
        parse_lists(document, "the new lists")
        item = self._item()
        if before is not None and self._entries(item) != before:
            raise ListsChanged(CHANGED)
        row = self._row(document)
        with translated("write the operator overrides"):
            try:
                row.save(condition=is_unchanged(item, "document", "revision"))
            except PynamoDBException as exc:
                if is_condition_failed(exc) and self.entries() != entries:
                    self._delete_pieces(row.revision, int(row.pieces or 0))
                    raise ListsChanged(CHANGED) from exc
                if not is_condition_failed(exc):
                    raise
        self._delete_pieces(_revision(item), number_in(item, "pieces"))

    def _row(self, document: str) -> ListsRow:
        """The new item; the pieces of a large document are stored first."""
        plain = document.encode()
        if len(plain) <= CHUNK_BYTES:
            return self._rows(LISTS_KEY, document=document)
        revision, pieces = uuid4().hex, cut(gzip.compress(plain))
        with translated("write the operator overrides"):
            for index, data in enumerate(pieces):
                self._pieces(_piece_key(revision, index), data=data).save()
        return self._rows(LISTS_KEY, revision=revision, pieces=len(pieces))

    def _item(self) -> RawItem | None:
        with translated("read the operator overrides"):
            return read_item(self._rows, LISTS_KEY)

    def _entries(self, item: RawItem | None) -> tuple[ListEntry, ...]:
        """Fails on an unreadable item too: a refresh must not publish what it may deny."""
        for _ in range(TRIES):
            revision = _revision(item)
            if item is None:
                return ()
            if revision is None:
                return parse_lists(item.get("document", {}).get("S", ""), PLACE)
            document = self._large_document(revision, number_in(item, "pieces"))
            if document is not None:
                return parse_lists(document, PLACE)
            item = self._item()
            if _revision(item) == revision:
                break
        raise SettingsError(f"the operator overrides in {PLACE} are incomplete")

    def _large_document(self, revision: str, count: int) -> bytes | None:
        """The document of a revision, None if a piece is missing or unreadable."""
        with translated("read the operator overrides"):
            items = [read_item(self._pieces, _piece_key(revision, index)) for index in range(count)]
        pieces = [
            parsed(self._pieces, item, lambda row: bytes(row.data)) if item else None
            for item in items
        ]
        whole = [piece for piece in pieces if piece is not None]
        if not whole or len(whole) < len(pieces):
            return None
        try:
            return gzip.decompress(b"".join(whole))
        except (OSError, EOFError, zlib.error):
            return None

    def _delete_pieces(self, revision: str | None, count: int) -> None:
        """Deletes pieces that nothing names; what fails here only takes up room."""
        try:
            with translated("delete replaced operator overrides"):
                for index in range(count if revision else 0):
                    self._pieces(_piece_key(str(revision), index)).delete()
        except StoreUnavailable as exc:
            _logger.warning("%s", exc)


def _revision(item: RawItem | None) -> str | None:
    return (item or {}).get("revision", {}).get("S")


def _piece_key(revision: str, index: int) -> str:
    return f"LISTS#{revision}#{index}"
