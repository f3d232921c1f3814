"""Parts shared by the rows of all sources: lenient fields, limits, rejections."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from tiktok_music.adapters.upstream_text import clean_name, without_lone_surrogates
from tiktok_music.errors import SourceRefused
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart, chart_of
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason

# Upstream sends 20 to 100 rows a page, whatever is requested.
MOST_PAGE_ROWS = 5_000
# Five times the largest catalog that may be published.
MOST_ROWS = 100_000
# More than this is another kind of document.
MOST_NEW_FIELDS = 50
# The largest integer that every JSON reader holds exactly.
MOST_COUNT = 2**53 - 1

# Unreadable values by name of their field, counted while the rows of a chart are parsed.
UnreadableFields = Counter[str]
RowParser = Callable[[Any, UnreadableFields], Candidate | Rejection]
Value = TypeVar("Value")

_logger = logging.getLogger(__name__)


def _readable(value: Any) -> Any:
    return without_lone_surrogates(value) if isinstance(value, str) else value


def _drop_unreadable(
    value: Any, validate: ValidatorFunctionWrapHandler, info: ValidationInfo
) -> Any:
    try:
        return validate(value)
    except ValidationError:
        if info.context is not None:
            info.context[info.field_name] += 1
        return None


# JSON may contain lone surrogates, which pydantic refuses: the track is accepted without them.
Text = Annotated[str, BeforeValidator(_readable)]
Word = Annotated[Text, Field(max_length=60)]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=MOST_COUNT)]
Place = Annotated[int, Field(ge=1, le=MOST_ROWS)]
# A field that no row needs: an unreadable value is counted in the context, a Counter, and is None.
Lenient = Annotated[Value | None, WrapValidator(_drop_unreadable)]


class UpstreamRow(BaseModel):
    """A row from upstream; unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def listed(page: dict[str, Any], member: str) -> list[Any]:
    """The rows of a page; raises SourceRefused for anything but a list of bounded length."""
    rows = page.get(member)
    if not isinstance(rows, list):
        raise SourceRefused(f"upstream's {member} is not a list")
    if len(rows) > MOST_PAGE_ROWS:
        raise SourceRefused(f"upstream's {member} has {len(rows)} rows, over {MOST_PAGE_ROWS}")
    return rows


def read_chart(rows: Sequence[Any], parse: RowParser, new_fields: tuple[str, ...] = ()) -> Chart:
    """The chart of untrusted rows; an error in a row costs this row only.

    Raises SourceRefused for more than `MOST_ROWS` rows.
    """
    if len(rows) > MOST_ROWS:
        raise SourceRefused(f"the chart has {len(rows)} rows, more than {MOST_ROWS}")
    unreadable: UnreadableFields = Counter()
    parsed = [_isolated(parse, row, unreadable) for row in rows]
    return replace(chart_of(parsed, new_fields), unreadable_fields=dict(unreadable))


def _isolated(parse: RowParser, row: Any, unreadable: UnreadableFields) -> Candidate | Rejection:
    try:
        return parse(row, unreadable)
    except Exception as exc:
        _logger.exception("a row of the chart could not be parsed")
        return rejected_row({}, f"an unexpected {type(exc).__name__}; the log has more")


def new_fields(rows: Iterable[Any], known: frozenset[str]) -> tuple[str, ...]:
    """The names of fields that are not in `known`, for the report."""
    names = {clean_name(name)[:80] for row in rows if isinstance(row, dict) for name in row}
    return tuple(sorted(names - known))[:MOST_NEW_FIELDS]


def rejected_row(
    row: dict[str, Any],
    problem: str | ValidationError,
    reason: RejectionReason = RejectionReason.INVALID_ROW,
) -> Rejection:
    """A rejection with the id and names of the row as far as they are readable."""
    if isinstance(problem, ValidationError):
        errors = problem.errors(include_url=False, include_context=False, include_input=False)
        problem = "; ".join(_sentence(error) for error in errors[:3])
    ids = (_text(row.get(name)) for name in ("id_str", "mid", "tiktokId"))
    tiktok_id = next((text for text in ids if text), None)
    return Rejection(
        tiktok_id=tiktok_id[:40] if tiktok_id else None,
        title=_text(row.get("title")),
        author=_text(row.get("author")),
        finding=Finding(reason, problem),
    )


def _sentence(error: Any) -> str:
    path = ".".join(str(part) for part in error["loc"])
    return f"{path}: {error['msg']}"


def _text(value: Any) -> str:
    return clean_name(value) if isinstance(value, str) else ""
