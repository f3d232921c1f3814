"""The list of charts beside the default one, with the versions that they serve. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tiktok_music.charts import Coordinates
from tiktok_music.snapshot import Descriptor, Pointer
from tiktok_music.version_before import version_before


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartEntry:
    """A configured chart with its served version; `current` is None before the first publication.

    `before` is the version one interval of the schedule earlier, which ranks are compared with.
    `failing_since` is the start of the first of the runs in a row that did not publish it, and
    `problem` the reason of the last one.
    """

    coordinates: Coordinates
    current: Descriptor | None
    before: Descriptor | None = None
    failing_since: datetime | None = None
    problem: str | None = None

    @property
    def chart_id(self) -> str:
        return self.coordinates.chart_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartListing:
    """The stored list; `revision` changes with every write, and is empty before the first one."""

    entries: tuple[ChartEntry, ...] = ()
    revision: str = ""


def entry_of(
    coordinates: Coordinates,
    pointer: Pointer | None,
    every: timedelta,
    *,
    failing_since: datetime | None = None,
    problem: str | None = None,
) -> ChartEntry:
    """The entry of a chart with this pointer; `every` is the interval of the schedule."""
    current = pointer.current if pointer else None
    return ChartEntry(
        coordinates=coordinates,
        current=current,
        before=version_before(pointer, current.version, every) if pointer and current else None,
        failing_since=failing_since,
        problem=problem,
    )
