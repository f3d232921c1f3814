"""A month of the simulated year (`make life`): planted bad days, takedowns, a run that dies."""

from collections import Counter

from tests.life.charts import Charts, neighbour_overlap
from tests.life.stores import moto_stores
from tests.life.year import simulate


def test_a_month_has_no_refused_legitimate_day_and_no_published_bad_day() -> None:
    figures = simulate(slots=62, seed=20261122)

    assert figures.violations == Counter(), figures.examples
    assert (figures.refused_legitimate, figures.passed_bad) == (Counter(), Counter())
    assert figures.outcomes == Counter(
        {"PUBLISHED": 54, "REFUSED": 5, "SOURCE_FAILED": 2, "died": 1, "by hand: PUBLISHED": 1}
    )
    assert min(figures.checked.values()) >= 20


def test_the_adapters_live_as_the_fakes_do() -> None:
    with moto_stores() as stores:
        figures = simulate(slots=2, seed=20261122, stores=stores)

    assert figures.violations == Counter(), figures.examples
    assert figures.outcomes == Counter({"PUBLISHED": 2})


def test_neighbouring_charts_share_as_much_as_real_ones() -> None:
    assert neighbour_overlap(Charts(seed=20261122), slots=30) >= 0.58
