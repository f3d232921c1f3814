"""The chart of a source: candidates in chart order, and the rows that could not be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from tiktok_music.charts import Coordinates
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.rejection import Rejection, RejectionReason
from tiktok_music.snapshot import ChartFigures


@dataclass(frozen=True, slots=True)
class Chart:
    """One complete fetch of the upstream charts; `rows` counts all rows, readable or not.

    `new_fields` are field names that are not in the source's list of known ones;
    `unreadable_fields` counts dropped values by field; `empty_parts` names the parts of the chart,
    such as a scene, that had no rows; `failed_sources` names sources that it does without, with the
    reason of each.
    """

    rows: int
    candidates: tuple[Candidate, ...]
    rejections: tuple[Rejection, ...]
    new_fields: tuple[str, ...] = ()
    unreadable_fields: Mapping[str, int] = field(default_factory=dict)
    empty_parts: tuple[str, ...] = ()
    failed_sources: tuple[str, ...] = ()

    def invalid_rows(self) -> int:
        """The number of rows that could not be read."""
        reasons = (each.finding.reason for each in self.rejections)
        return sum(reason is RejectionReason.INVALID_ROW for reason in reasons)

    def figures(self) -> ChartFigures:
        """The figures that later runs compare with."""
        unaddressed = [each for each in self.candidates if not each.has_addresses()]
        return ChartFigures(self.rows, self.invalid_rows(), len(unaddressed))


def chart_of(parsed: Sequence[Candidate | Rejection], new_fields: tuple[str, ...] = ()) -> Chart:
    """The chart of parsed rows; a candidate without a place gets the position of its row."""
    candidates = ((row, each) for row, each in enumerate(parsed, 1) if isinstance(each, Candidate))
    return Chart(
        rows=len(parsed),
        candidates=tuple(replace(each, place=each.place or row) for row, each in candidates),
        rejections=tuple(item for item in parsed if isinstance(item, Rejection)),
        new_fields=new_fields,
    )


class ChartSource(Protocol):
    """A source of trending sounds."""

    def fetch(self) -> Chart:
        """The complete chart; raises SourceUnavailable or SourceRefused, never returns a part."""


@dataclass(frozen=True, slots=True)
class ConfiguredChart:
    """A chart beside the default one, and where it comes from."""

    coordinates: Coordinates
    source: ChartSource
