"""A month of the simulated year (`make life`): every kind of planted bad day, a takedown."""

from collections import Counter

from tests.life.charts import Charts, neighbour_overlap
from tests.life.year import simulate


def test_a_month_has_no_refused_legitimate_day_and_no_published_bad_day() -> None:
    figures = simulate(slots=62, seed=20261122)

    assert figures.violations == Counter(), figures.examples
    assert (figures.refused_legitimate, figures.passed_bad) == (Counter(), Counter())
    assert figures.outcomes == Counter(
        {"PUBLISHED": 55, "REFUSED": 5, "SOURCE_FAILED": 2, "by hand: PUBLISHED": 1}
    )


def test_neighbouring_charts_share_as_much_as_real_ones() -> None:
    assert neighbour_overlap(Charts(seed=20261122), slots=30) >= 0.58
