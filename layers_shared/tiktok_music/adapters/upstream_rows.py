"""Parts shared by the rows of all sources: lenient text, and rejections of unreadable rows."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from tiktok_music.adapters.upstream_text import clean_name, without_lone_surrogates
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason


def _readable(value: Any) -> Any:
    return without_lone_surrogates(value) if isinstance(value, str) else value


# JSON may contain lone surrogates, which pydantic refuses: the track is accepted without them.
Text = Annotated[str, BeforeValidator(_readable)]


# More than this is another kind of document.
MOST_NEW_FIELDS = 50


class UpstreamRow(BaseModel):
    """A row from upstream; unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def new_fields(rows: Iterable[Any], known: frozenset[str]) -> tuple[str, ...]:
    """The names of fields that are not in `known`, for the report."""
    names = {str(name)[:80] for row in rows if isinstance(row, dict) for name in row}
    return tuple(sorted(names - known))[:MOST_NEW_FIELDS]


def rejected_row(row: dict[str, Any], problem: str | ValidationError) -> Rejection:
    """A rejection INVALID_ROW, with the id and names of the row as far as they are readable."""
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
