"""Publish gates: the checks that a catalog must pass before it replaces the last good one."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tiktok_music.snapshot import MOST_GZIPPED_BYTES, ChartFigures, Descriptor

# A share says nothing about a handful: fewer rows or tracks than this never fail a check by share.
FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLimits:
    """Thresholds of the gates.

    `min_tracks`, of the setting named beside it, holds even before the first publish, where no
    comparison is possible.
    `max_gzipped_bytes` is what a response can carry: beyond it no client could read the list. The
    comparisons are those of Netflix Hollow's validators and of failures seen upstream: an answer
    cut short, ten times too much, the wrong feed, another schema, a CDN that is down. Neighbouring
    days of real charts share at least 58 % of their songs; `min_overlap_share` is below that by a
    margin, and falls by `overlap_decay_per_day` for each day since the last publish. Row shares
    may rise by `max_row_share_rise` over the highest one of the kept versions.
    """

    min_tracks: int = 10
    min_tracks_setting: str = "MIN_TRACKS"
    max_tracks: int = 20_000
    max_gzipped_bytes: int = MOST_GZIPPED_BYTES
    min_share_of_past: float = 0.6
    max_share_of_past: float = 3.0
    min_overlap_share: float = 0.4
    overlap_decay_per_day: float = 0.1
    max_row_share_rise: float = 0.2
    max_failed_media_share: float = 0.3


@dataclass(frozen=True, slots=True)
class Past:
    """The kept versions that a catalog is compared with, the newest first; () before the first.

    An operator's forced publish starts a new past: older versions say nothing about it.
    """

    versions: tuple[Descriptor, ...] = ()

    @classmethod
    def of(cls, newest_first: Sequence[Descriptor]) -> "Past":
        forced = next((i for i, each in enumerate(newest_first) if each.is_forced), None)
        return cls(tuple(newest_first if forced is None else newest_first[: forced + 1]))

    def counts(self) -> list[int]:
        return [version.track_count for version in self.versions]

    def highest_share(self, rows: Callable[[ChartFigures], int]) -> float:
        """The highest share of such rows in the chart of any version."""
        charts = [version.chart for version in self.versions if version.chart.rows]
        return max((rows(chart) / chart.rows for chart in charts), default=0.0)


@dataclass(frozen=True, slots=True)
class CatalogFigures:
    """The figures that the gates check.

    `overlap` is the share of the served ids that are in the catalog, or of any kept version's if
    that is higher; None before the first publish. `first_tries` counts the sounds whose media was
    fetched for the first time, `first_failures` those of them without good media: what failed in
    an earlier run says nothing about this one.
    """

    ids: tuple[str, ...]
    gzipped_bytes: int = 0
    chart: ChartFigures = field(default_factory=ChartFigures)
    past: Past = field(default_factory=Past)
    overlap: float | None = None
    since_last: timedelta = timedelta()
    first_tries: int = 0
    first_failures: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A failed gate, with the reason for the operator."""

    gate: str
    detail: str


def judge_catalog(
    figures: CatalogFigures, limits: GateLimits, *, is_forced: bool
) -> Refusal | None:
    """The first gate that fails, or None.

    `is_forced` skips the gates that compare; a catalog below the floor, too large to be sent or
    with an id twice is never published.
    """
    comparing = (_shrink, _growth, _overlap, _nulls, _addresses, judge_media)
    return _first_refusal((*ABSOLUTE, *(() if is_forced else comparing)), figures, limits)


def judge_chart(figures: CatalogFigures, limits: GateLimits, *, is_forced: bool) -> Refusal | None:
    """Like `judge_catalog`, for a chart beside the default one, which may grow."""
    comparing = (_shrink, _overlap, _nulls, _addresses, judge_media)
    return _first_refusal((*ABSOLUTE, *(() if is_forced else comparing)), figures, limits)


def _first_refusal(
    gates: Sequence["Gate"], figures: CatalogFigures, limits: GateLimits
) -> Refusal | None:
    refusals = (gate(figures, limits) for gate in gates)
    return next((refusal for refusal in refusals if refusal is not None), None)


def judge_media(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    """The gate MEDIA: a decoder, CDN or bucket that is broken in this run fails most new media."""
    failed, tried = figures.first_failures, figures.first_tries
    if failed < FEW or failed <= limits.max_failed_media_share * tried:
        return None
    most = limits.max_failed_media_share
    return Refusal(
        "MEDIA", f"media failed for {failed} of {tried} new tracks, more than {most:.0%}"
    )


def _floor(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    count = len(figures.ids)
    if count >= limits.min_tracks:
        return None
    floor = limits.min_tracks
    return Refusal(
        "FLOOR",
        f"{count} tracks were accepted, fewer than the floor of {floor} "
        f"({limits.min_tracks_setting})",
    )


def _cap(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    count = len(figures.ids)
    if count <= limits.max_tracks:
        return None
    return Refusal("CAP", f"{count} tracks were accepted, more than {limits.max_tracks}")


def _size(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    size, most = figures.gzipped_bytes, limits.max_gzipped_bytes
    if size <= most:
        return None
    return Refusal("SIZE", f"the list has {size} bytes gzipped, a response at most {most}")


def _uniqueness(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    repeated = len(figures.ids) - len(set(figures.ids))
    return Refusal("UNIQUENESS", f"{repeated} ids appear twice") if repeated else None


def _shrink(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    """The median of the kept versions: a catalog that shrinks step by step fails as well."""
    count, counts = len(figures.ids), figures.past.counts()
    typical = statistics.median(counts) if counts else 0
    if count >= limits.min_share_of_past * typical:
        return None
    least = limits.min_share_of_past
    return Refusal(
        "SHRINK", f"{count} tracks are less than {least:.0%} of the {typical:g} of recent versions"
    )


def _growth(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    """The largest of the kept versions: a return to a former size is no growth."""
    count, largest = len(figures.ids), max(figures.past.counts(), default=0)
    if not largest or count <= limits.max_share_of_past * largest:
        return None
    most = limits.max_share_of_past
    return Refusal(
        "GROWTH", f"{count} tracks are more than {most:.0%} of the {largest} of recent versions"
    )


def _overlap(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    days = figures.since_last / timedelta(days=1)
    least = limits.min_overlap_share * (1 - limits.overlap_decay_per_day) ** days
    overlap, counts = figures.overlap, figures.past.counts()
    if overlap is None or overlap >= least or not counts or counts[0] < FEW:
        return None
    return Refusal(
        "OVERLAP", f"{overlap:.0%} of the tracks of a recent version are in it, under {least:.0%}"
    )


def _nulls(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    return _row_share(figures, limits, "NULLS", "could not be read", lambda c: c.invalid_rows)


def _addresses(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    return _row_share(
        figures, limits, "ADDRESSES", "have no address of media", lambda c: c.unaddressed_rows
    )


def _row_share(
    figures: CatalogFigures,
    limits: GateLimits,
    gate: str,
    problem: str,
    rows: Callable[[ChartFigures], int],
) -> Refusal | None:
    """Rows that upstream always sends so are no news; a sudden rise is another schema."""
    bad, total = rows(figures.chart), figures.chart.rows
    most = figures.past.highest_share(rows) + limits.max_row_share_rise
    if bad < FEW or bad <= most * total:
        return None
    return Refusal(gate, f"{bad} of {total} rows {problem}, more than {most:.0%}")


Gate = Callable[[CatalogFigures, GateLimits], Refusal | None]
# The gates that hold for a forced publish too.
ABSOLUTE: Sequence[Gate] = (_floor, _cap, _size, _uniqueness)
