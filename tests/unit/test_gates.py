"""Each gate passes exactly at its threshold, and refuses just past it."""

from typing import Any

import pytest

from tiktok_music.refresh.gates import CatalogFigures, GateLimits, judge_catalog

LIMITS = GateLimits(min_tracks=10, max_tracks=400)


def ids(count: int, start: int = 0) -> tuple[str, ...]:
    return tuple(f"id-{number}" for number in range(start, start + count))


def gate(*, is_forced: bool = False, **figures: Any) -> str | None:
    plain: dict[str, Any] = {
        "ids": ids(100),
        "last_ids": frozenset(ids(100)),
        "rows": 100,
        "invalid_rows": 0,
        "media_tried": 0,
        "media_failed": 0,
    }
    refusal = judge_catalog(CatalogFigures(**{**plain, **figures}), LIMITS, is_forced=is_forced)
    return refusal.gate if refusal else None


@pytest.mark.parametrize(
    ("figures", "refused"),
    [
        ({}, None),
        ({"ids": ids(10), "last_ids": frozenset()}, None),
        ({"ids": ids(9), "last_ids": frozenset()}, "FLOOR"),
        ({"ids": (), "last_ids": frozenset()}, "FLOOR"),
        ({"ids": ids(400), "last_ids": frozenset()}, None),
        ({"ids": ids(401), "last_ids": frozenset()}, "CAP"),
        ({"ids": (*ids(99), "id-0")}, "UNIQUENESS"),
        ({"ids": ids(60)}, None),
        ({"ids": ids(59)}, "SHRINK"),
        ({"ids": ids(300)}, None),
        ({"ids": ids(301)}, "GROWTH"),
        ({"ids": ids(100, start=95)}, None),
        ({"ids": ids(100, start=96)}, "OVERLAP"),
        ({"ids": ids(10, start=50), "last_ids": frozenset(ids(4))}, None),
        ({"rows": 250, "invalid_rows": 5}, None),
        ({"rows": 249, "invalid_rows": 5}, "NULLS"),
        ({"rows": 10, "invalid_rows": 4}, None),
        ({"media_tried": 20, "media_failed": 6}, None),
        ({"media_tried": 20, "media_failed": 7}, "MEDIA"),
        ({"media_tried": 4, "media_failed": 4}, None),
    ],
)
def test_a_gate_refuses_past_its_threshold(figures: dict[str, Any], refused: str | None) -> None:
    assert gate(**figures) == refused


@pytest.mark.parametrize(
    ("figures", "refused"),
    [
        ({"ids": ids(9)}, "FLOOR"),
        ({"ids": ids(401)}, "CAP"),
        ({"ids": (*ids(99), "id-0")}, "UNIQUENESS"),
        ({"ids": ids(59)}, None),
        ({"ids": ids(301)}, None),
        ({"ids": ids(100, start=96)}, None),
        ({"invalid_rows": 50}, None),
        ({"media_tried": 20, "media_failed": 20}, None),
    ],
)
def test_force_skips_only_the_comparison_checks(
    figures: dict[str, Any], refused: str | None
) -> None:
    assert gate(is_forced=True, **figures) == refused
