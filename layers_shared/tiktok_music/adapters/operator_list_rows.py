"""Operator overrides as JSON, validated entry by entry."""

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from tiktok_music.errors import SettingsError
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind

# A shorter pattern matches half of a chart.
SHORTEST_PATTERN = 3


class EntryRow(BaseModel):
    """One entry; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["deny", "allow", "title", "deny-join", "allow-join"]
    reason: str = Field(min_length=1, max_length=300)
    tiktokId: str | None = Field(default=None, min_length=5, max_length=36)
    pattern: str | None = Field(default=None, max_length=300)
    title: str | None = Field(default=None, min_length=1, max_length=300)
    song: str | None = Field(default=None, pattern=r"^[0-9]{5,20}$")
    expiresAt: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_target(self) -> "EntryRow":
        if (self.tiktokId is None) == (self.pattern is None):
            raise ValueError("give either tiktokId or pattern")
        if self.pattern is not None and len(self.pattern.replace("*", "")) < SHORTEST_PATTERN:
            raise ValueError(f"a pattern needs {SHORTEST_PATTERN} letters besides *")
        if (self.title is not None) != (self.kind == "title"):
            raise ValueError("title belongs to an entry of kind title only")
        if self.kind == "title" and self.pattern is not None:
            raise ValueError("a new title is for one tiktokId")
        if self.song is not None and (self.kind != "allow-join" or self.tiktokId is None):
            raise ValueError("song belongs to an entry of kind allow-join for one tiktokId")
        return self

    def entry(self) -> ListEntry:
        return ListEntry(
            kind=ListKind(self.kind),
            reason=self.reason,
            tiktok_id=self.tiktokId,
            pattern=self.pattern,
            title=self.title,
            song=self.song,
            expires_at=self.expiresAt,
        )


class ListsDocument(BaseModel):
    """The whole document: `{"entries": [...]}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    entries: tuple[EntryRow, ...] = ()


def parse_lists(data: bytes | str, place: str) -> tuple[ListEntry, ...]:
    """The entries of a document; raises SettingsError, which names the invalid entries.

    One invalid entry fails the refresh, which must not publish what this entry was to deny.
    """
    try:
        document = ListsDocument.model_validate_json(data)
    except ValidationError as exc:
        problems = "; ".join(
            f"{'.'.join(map(str, error['loc'])) or 'document'}: {error['msg']}"
            for error in exc.errors()[:5]
        )
        raise SettingsError(f"the operator overrides in {place} are not valid: {problems}") from exc
    return tuple(row.entry() for row in document.entries)


def lists_document(entries: tuple[ListEntry, ...]) -> str:
    """The stored document of these entries."""
    return json.dumps({"entries": [_row(entry) for entry in entries]}, ensure_ascii=False)


def _row(entry: ListEntry) -> dict[str, Any]:
    fields = {
        "kind": str(entry.kind),
        "reason": entry.reason,
        "tiktokId": entry.tiktok_id,
        "pattern": entry.pattern,
        "title": entry.title,
        "song": entry.song,
        "expiresAt": _text(entry.expires_at),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
