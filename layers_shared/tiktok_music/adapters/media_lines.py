"""Groups without media, as the lines of a plan and as the items of a batch's event.

A plan is made of upstream's data, so that its lines are validated as untrusted input.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from tiktok_music.adapters.upstream_text import MAX_CHARACTERS
from tiktok_music.refresh.candidate import Candidate

# A batch's event is at most 256 KiB (Step Functions' limit of a state's input), and the state
# machine fills it up to 200,000 bytes: a line must leave room for others.
MOST_LINE_BYTES = 50_000
Name = Annotated[str, StringConstraints(max_length=MAX_CHARACTERS)]


class MemberLine(BaseModel):
    """The fields of a candidate that the media step needs."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    tiktokId: Annotated[str, StringConstraints(pattern=r"^[0-9]{5,20}$")]
    title: Name
    author: Name
    previewUrls: list[str]
    coverUrls: list[str]
    excerptStartMs: int | None = None
    chorusStartMs: int | None = None

    def candidate(self) -> Candidate:
        """The candidate, with these fields only."""
        return Candidate(
            tiktok_id=self.tiktokId,
            title=self.title,
            author=self.author,
            preview_urls=tuple(self.previewUrls),
            cover_urls=tuple(self.coverUrls),
            excerpt_start_ms=self.excerptStartMs,
            chorus_start_ms=self.chorusStartMs,
        )


class GroupLine(BaseModel):
    """The members of one group, the best first."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    members: Annotated[list[MemberLine], Field(min_length=1)]


class BatchInput(BaseModel):
    """The input that all batches of a plan share."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    plan: str


class BatchEvent(BaseModel):
    """The event of a batch, as made by Step Functions' ItemBatcher."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    BatchInput: BatchInput
    Items: list[Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some groups of a plan; `unreadable` counts the invalid items."""

    plan: str
    groups: tuple[tuple[Candidate, ...], ...]
    unreadable: int


@dataclass(frozen=True, slots=True)
class PlanLines:
    """A plan as JSON lines, one per group; `left_out` counts groups that do not fit into a line."""

    body: bytes
    groups: int
    left_out: int


def lines_of(groups: Iterable[Sequence[Candidate]]) -> PlanLines:
    """A line per group; of a very long group, as many members as fit, the best first."""
    lines = [_line(members) for members in groups]
    fitting = [line for line in lines if line is not None]
    return PlanLines(b"".join(fitting), len(fitting), len(lines) - len(fitting))


def batch_of(event: Any) -> Batch:
    """The groups of a batch's event; invalid items are only counted.

    Raises ValueError for any other event.
    """
    try:
        parsed = BatchEvent.model_validate(event)
    except ValidationError as exc:
        raise ValueError(f"not a batch of a media plan: {exc}") from exc
    groups = [_group(item) for item in parsed.Items]
    readable = tuple(group for group in groups if group)
    return Batch(parsed.BatchInput.plan, readable, len(groups) - len(readable))


def _line(members: Sequence[Candidate]) -> bytes | None:
    texts: list[str] = []
    size = len('{"members":[]}\n')
    for member in members:
        text = json.dumps(_fields(member), separators=(",", ":"))
        size += len(text) + 1
        if size > MOST_LINE_BYTES:
            break
        texts.append(text)
    return f'{{"members":[{",".join(texts)}]}}\n'.encode() if texts else None


def _fields(member: Candidate) -> dict[str, Any]:
    return {
        "tiktokId": member.tiktok_id,
        "title": member.title,
        "author": member.author,
        "previewUrls": member.preview_urls,
        "coverUrls": member.cover_urls,
        "excerptStartMs": member.excerpt_start_ms,
        "chorusStartMs": member.chorus_start_ms,
    }


def _group(item: Any) -> tuple[Candidate, ...]:
    try:
        line = GroupLine.model_validate(item)
    except ValidationError:
        return ()
    return tuple(member.candidate() for member in line.members)
