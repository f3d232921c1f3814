"""The publish gates: checks that a catalog passes before it replaces the last good one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

# Shares of small numbers mean little: fewer rows or tracks than this never fail a share check.
FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLimits:
    """The limits of the gates. Shares are of the last published catalog, or of tried media.

    `min_tracks` holds even before the first publish, when every comparison passes. The comparisons
    are those of Netflix Hollow's validators and of the failures seen upstream: an answer cut short,
    ten times too much, the wrong feed, another schema, a CDN that is down.
    """

    min_tracks: int = 10
    max_tracks: int = 20_000
    min_share_of_last: float = 0.6
    max_share_of_last: float = 3.0
    min_overlap_share: float = 0.05
    max_invalid_row_share: float = 0.02
    max_failed_media_share: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogFigures:
    """The figures that the gates compare.

    `last_ids` are the ids served now, empty before the first publish; media counts are of new
    tracks only.
    """

    ids: tuple[str, ...]
    last_ids: frozenset[str]
    rows: int
    invalid_rows: int
    media_tried: int
    media_failed: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A failed publish check: the name of the gate, and the reason for the operator."""

    gate: str
    detail: str


def judge_catalog(
    figures: CatalogFigures, limits: GateLimits, *, is_forced: bool
) -> Refusal | None:
    """The first check that fails, or None.

    `is_forced` skips the comparison checks; the floor, the cap and unique ids always hold.
    """
    comparing = () if is_forced else (_shrink, _growth, _overlap, _nulls, _media)
    gates: Sequence[Callable[[CatalogFigures, GateLimits], Refusal | None]] = (
        _floor,
        _cap,
        _uniqueness,
        *comparing,
    )
    refusals = (gate(figures, limits) for gate in gates)
    return next((refusal for refusal in refusals if refusal is not None), None)


def _floor(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    count = len(figures.ids)
    if count >= limits.min_tracks:
        return None
    floor = limits.min_tracks
    return Refusal(
        "FLOOR", f"{count} tracks were accepted, fewer than the floor of {floor} (MIN_TRACKS)"
    )


def _cap(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    count = len(figures.ids)
    if count <= limits.max_tracks:
        return None
    return Refusal("CAP", f"{count} tracks were accepted, more than {limits.max_tracks}")


def _uniqueness(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    repeated = len(figures.ids) - len(set(figures.ids))
    return Refusal("UNIQUENESS", f"{repeated} ids appear twice") if repeated else None


def _shrink(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    count, last = len(figures.ids), len(figures.last_ids)
    if count >= limits.min_share_of_last * last:
        return None
    least = limits.min_share_of_last
    return Refusal("SHRINK", f"{count} tracks are less than {least:.0%} of the {last} served now")


def _growth(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    count, last = len(figures.ids), len(figures.last_ids)
    if not last or count <= limits.max_share_of_last * last:
        return None
    most = limits.max_share_of_last
    return Refusal("GROWTH", f"{count} tracks are more than {most:.0%} of the {last} served now")


def _overlap(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    last = len(figures.last_ids)
    shared = len(figures.last_ids.intersection(figures.ids))
    if last < FEW or shared >= limits.min_overlap_share * last:
        return None
    least = limits.min_overlap_share
    return Refusal(
        "OVERLAP", f"{shared} of the {last} tracks served now are in the catalog, under {least:.0%}"
    )


def _nulls(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    invalid, rows = figures.invalid_rows, figures.rows
    if invalid < FEW or invalid <= limits.max_invalid_row_share * rows:
        return None
    most = limits.max_invalid_row_share
    return Refusal("NULLS", f"{invalid} of {rows} rows could not be read, more than {most:.0%}")


def _media(figures: CatalogFigures, limits: GateLimits) -> Refusal | None:
    failed, tried = figures.media_failed, figures.media_tried
    if failed < FEW or failed <= limits.max_failed_media_share * tried:
        return None
    most = limits.max_failed_media_share
    return Refusal(
        "MEDIA", f"media failed for {failed} of {tried} new tracks, more than {most:.0%}"
    )
