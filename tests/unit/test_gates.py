"""Each gate passes exactly at its threshold, and refuses just past it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import a_descriptor
from tiktok_music.refresh.gates import CatalogFigures, GateLimits, Past, judge_catalog, judge_chart
from tiktok_music.snapshot import ChartFigures, Descriptor

LIMITS = GateLimits(min_tracks=10, max_tracks=400)


def ids(count: int) -> tuple[str, ...]:
    return tuple(f"id-{number}" for number in range(count))


def version(track_count: int = 100, **fields: Any) -> Descriptor:
    return a_descriptor(track_count=track_count, **fields)


def past(*counts: int) -> Past:
    return Past(tuple(version(count) for count in counts))


def gate(*, is_forced: bool = False, **figures: Any) -> str | None:
    plain: dict[str, Any] = {"ids": ids(100), "past": past(100), "overlap": 1.0}
    refusal = judge_catalog(CatalogFigures(**{**plain, **figures}), LIMITS, is_forced=is_forced)
    return refusal.gate if refusal else None


FIRST = {"past": Past(), "overlap": None}


@pytest.mark.parametrize(
    ("figures", "refused"),
    [
        ({}, None),
        ({"ids": ids(10), **FIRST}, None),
        ({"ids": ids(9), **FIRST}, "FLOOR"),
        ({"ids": (), **FIRST}, "FLOOR"),
        ({"ids": ids(400), **FIRST}, None),
        ({"ids": ids(401), **FIRST}, "CAP"),
        ({"gzipped_bytes": LIMITS.max_gzipped_bytes}, None),
        ({"gzipped_bytes": LIMITS.max_gzipped_bytes + 1}, "SIZE"),
        ({"ids": (*ids(99), "id-0")}, "UNIQUENESS"),
        ({"ids": ids(60)}, None),
        ({"ids": ids(59)}, "SHRINK"),
        ({"ids": ids(300)}, None),
        ({"ids": ids(301)}, "GROWTH"),
        ({"overlap": 0.40}, None),
        ({"overlap": 0.39}, "OVERLAP"),
        ({"overlap": 0.0, "past": past(4), "ids": ids(10)}, None),
        ({"first_tries": 20, "first_failures": 6}, None),
        ({"first_tries": 20, "first_failures": 7}, "MEDIA"),
        ({"first_tries": 4, "first_failures": 4}, None),
    ],
)
def test_a_gate_refuses_past_its_threshold(figures: dict[str, Any], refused: str | None) -> None:
    assert gate(**figures) == refused


@pytest.mark.parametrize(
    ("counts", "count", "refused"),
    [
        ((60, 100, 100), 36, "SHRINK"),  # step by step: 36 is 60 % of 60
        ((60, 100, 100), 60, None),
        ((14, 22, 36, 60, 100), 100, None),  # back to a former size
        ((14, 22, 36, 60, 100), 301, "GROWTH"),
    ],
)
def test_sizes_are_compared_with_all_kept_versions(
    counts: tuple[int, ...], count: int, refused: str | None
) -> None:
    assert gate(past=past(*counts), ids=ids(count)) == refused


def test_a_forced_publish_starts_a_new_past() -> None:
    newest_first = [version(40), version(40, is_forced=True), version(100), version(100)]

    assert Past.of(newest_first).counts() == [40, 40]
    assert gate(past=Past.of(newest_first), ids=ids(38)) is None


@pytest.mark.parametrize(
    ("rows", "invalid", "past_invalid", "refused"),
    [
        (105, 5, 0, None),  # five untitled rows of a chart are no other schema
        (100, 20, 0, None),
        (100, 21, 0, "NULLS"),
        (100, 40, 20, None),
        (100, 41, 20, "NULLS"),
        (4, 4, 0, None),
    ],
)
def test_rows_that_are_always_unreadable_are_no_news(
    rows: int, invalid: int, past_invalid: int, refused: str | None
) -> None:
    before = Past((version(chart=ChartFigures(100, past_invalid)),))

    assert gate(past=before, chart=ChartFigures(rows, invalid)) == refused


def test_a_sudden_lack_of_addresses_is_another_schema() -> None:
    before = Past((version(chart=ChartFigures(100, 0, 6)),))

    assert gate(past=before, chart=ChartFigures(100, 0, 26)) is None
    assert gate(past=before, chart=ChartFigures(100, 0, 27)) == "ADDRESSES"


@pytest.mark.parametrize(("days", "refused"), [(0, "OVERLAP"), (3, "OVERLAP"), (7, None)])
def test_after_a_long_outage_less_overlap_is_enough(days: int, refused: str | None) -> None:
    assert gate(overlap=0.2, since_last=timedelta(days=days)) == refused


@pytest.mark.parametrize(
    ("figures", "refused"),
    [
        ({"ids": ids(9)}, "FLOOR"),
        ({"ids": ids(401)}, "CAP"),
        ({"gzipped_bytes": LIMITS.max_gzipped_bytes + 1}, "SIZE"),
        ({"ids": (*ids(99), "id-0")}, "UNIQUENESS"),
        ({"ids": ids(59)}, None),
        ({"ids": ids(301)}, None),
        ({"overlap": 0.0}, None),
        ({"chart": ChartFigures(100, 50)}, None),
        ({"first_tries": 20, "first_failures": 20}, None),
    ],
)
def test_force_skips_only_the_comparison_checks(
    figures: dict[str, Any], refused: str | None
) -> None:
    assert gate(is_forced=True, **figures) == refused


@pytest.mark.parametrize(
    ("figures", "refused", "refused_if_forced"),
    [
        ({"ids": ids(301)}, None, None),
        ({"ids": ids(9)}, "FLOOR", "FLOOR"),
        ({"ids": ids(59)}, "SHRINK", None),
        ({"overlap": 0.39}, "OVERLAP", None),
        ({"chart": ChartFigures(100, 21)}, "NULLS", None),
        ({"chart": ChartFigures(100, 0, 21)}, "ADDRESSES", None),
        ({"first_tries": 20, "first_failures": 7}, "MEDIA", None),
    ],
)
def test_another_chart_may_grow_and_has_the_other_gates(
    figures: dict[str, Any], refused: str | None, refused_if_forced: str | None
) -> None:
    judged = CatalogFigures(**{"ids": ids(100), "past": past(100), "overlap": 1.0, **figures})

    refusals = [judge_chart(judged, LIMITS, is_forced=is_forced) for is_forced in (False, True)]

    assert [each and each.gate for each in refusals] == [refused, refused_if_forced]


def with_rows(rows: int, bad: int) -> ChartFigures:
    return ChartFigures(rows=rows, invalid_rows=bad)


def test_a_handful_never_fails_by_share_and_one_more_does() -> None:
    assert gate(first_tries=5, first_failures=5) == "MEDIA"
    assert gate(past=past(5), ids=ids(10), overlap=0.0) == "OVERLAP"
    assert gate(chart=with_rows(10, 4)) is None
    assert gate(chart=with_rows(10, 5)) == "NULLS"


def test_rows_are_compared_with_the_worst_kept_version() -> None:
    worst_first = Past(tuple(version(chart=with_rows(10, bad)) for bad in (5, 1)))

    assert gate(past=worst_first, chart=with_rows(10, 7)) is None
    assert gate(past=worst_first, chart=with_rows(10, 8)) == "NULLS"


def test_nothing_is_compared_before_the_first_publish() -> None:
    nothing = CatalogFigures(ids=())

    assert judge_catalog(nothing, GateLimits(min_tracks=0), is_forced=False) is None


def test_the_defaults_are_the_documented_ones() -> None:
    limits, figures = GateLimits(), CatalogFigures(ids=())

    assert (limits.min_tracks, limits.max_tracks) == (10, 20_000)
    assert (figures.gzipped_bytes, figures.first_tries, figures.first_failures) == (0, 0, 0)
