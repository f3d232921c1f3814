"""The chart of a source: candidates in chart order, and the rows that could not be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.snapshot import ChartFigures


@dataclass(frozen=True, slots=True)
class Chart:
    """One complete fetch of the upstream charts; `rows` counts all rows, readable or not.

    `new_fields` are field names that are not in the source's list of known ones.
    """

    rows: int
    candidates: tuple[Candidate, ...]
    rejections: tuple[Rejection, ...]
    new_fields: tuple[str, ...] = ()

    def figures(self) -> ChartFigures:
        """The figures that later runs compare with."""
        unaddressed = [each for each in self.candidates if not each.has_addresses()]
        return ChartFigures(self.rows, len(self.rejections), len(unaddressed))


def chart_of(parsed: Sequence[Candidate | Rejection], new_fields: tuple[str, ...] = ()) -> Chart:
    """The chart of parsed rows, in their order."""
    return Chart(
        rows=len(parsed),
        candidates=tuple(item for item in parsed if isinstance(item, Candidate)),
        rejections=tuple(item for item in parsed if isinstance(item, Rejection)),
        new_fields=new_fields,
    )


class ChartSource(Protocol):
    """A source of trending sounds."""

    def fetch(self) -> Chart:
        """The complete chart; raises SourceUnavailable or SourceRefused, never returns a part."""
