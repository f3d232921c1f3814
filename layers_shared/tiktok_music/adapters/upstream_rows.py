"""What rows of every source share: lenient text, and the rejection of what cannot be read."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from tiktok_music.adapters.upstream_text import clean_name, without_lone_surrogates
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason


def _readable(value: Any) -> Any:
    return without_lone_surrogates(value) if isinstance(value, str) else value


# JSON may hold half a character, which pydantic refuses: that is no reason to lose the track.
Text = Annotated[str, BeforeValidator(_readable)]


# More are no new fields but another document.
MOST_NEW_FIELDS = 50


class UpstreamRow(BaseModel):
    """A row of an upstream: fields that nobody reads are nobody's business."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def new_fields(rows: Iterable[Any], known: frozenset[str]) -> tuple[str, ...]:
    """Names that upstream has begun to send: nobody reads them yet, and somebody should know."""
    names = {str(name)[:80] for row in rows if isinstance(row, dict) for name in row}
    return tuple(sorted(names - known))[:MOST_NEW_FIELDS]


def rejected_row(row: dict[str, Any], problem: str | ValidationError) -> Rejection:
    """A rejection INVALID_ROW with whatever names the row has."""
    if isinstance(problem, ValidationError):
        problem = "; ".join(_sentence(error) for error in problem.errors()[:3])
    ids = (row.get(name) for name in ("id_str", "mid", "tiktokId"))
    tiktok_id = next((text for text in ids if isinstance(text, str)), None)
    return Rejection(
        tiktok_id=tiktok_id[:40] if tiktok_id else None,
        title=_text(row.get("title")),
        author=_text(row.get("author")),
        finding=Finding(RejectionReason.INVALID_ROW, problem),
    )


def _sentence(error: Any) -> str:
    path = ".".join(str(part) for part in error["loc"])
    return f"{path}: {error['msg']}"


def _text(value: Any) -> str:
    return clean_name(value) if isinstance(value, str) else ""
