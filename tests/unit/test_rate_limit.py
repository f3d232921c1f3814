"""Rate limits over many instances, minutes and outages."""

import pytest

from tests.fakes import FakeRates
from tiktok_music.api.rate_limit import (
    CACHED_WINDOWS,
    READ_LIGHT,
    WRITE_LIGHT,
    RateDecision,
    RateLimiter,
)
from tiktok_music.api_key import RateTier
from tiktok_music.errors import StoreUnavailable


def limiter(rates: FakeRates, clock: list[float] | None = None) -> RateLimiter:
    moments = clock or [0.0]
    return RateLimiter(rates, lambda: moments[0], lambda _: None)


def test_the_limit_holds_over_many_instances() -> None:
    rates = FakeRates()
    instances = [limiter(rates) for _ in range(7)]

    admitted = sum(
        not instances[turn % 7].take("key", RateTier.STANDARD).is_over for turn in range(7 * 120)
    )

    assert admitted == 120
    assert rates.calls <= 20 + 7 * 4


@pytest.mark.parametrize(("tier", "limit"), [(RateTier.STANDARD, 120), (RateTier.PARTNER, 6_000)])
def test_a_few_requests_on_each_of_many_instances_are_admitted(tier: RateTier, limit: int) -> None:
    rates = FakeRates()
    instances = [limiter(rates) for _ in range(40)]

    decisions = [instance.take("key", tier) for instance in instances for _ in range(2)]

    assert [decision.is_over for decision in decisions] == [False] * 80


def test_blocks_double_up_to_a_twentieth_of_the_limit() -> None:
    rates = FakeRates()
    one = limiter(rates)

    totals = []
    for _ in range(120):
        one.take("key", RateTier.STANDARD)
        totals.append(rates.taken["key", 0])

    assert sorted(set(totals)) == [1, 3, *range(7, 122, 6)]


def test_a_refunded_request_may_be_made_again() -> None:
    one = limiter(FakeRates())
    for _ in range(121):
        one.take("key", RateTier.STANDARD)

    refunded = one.refund("key", RateTier.STANDARD)

    assert refunded == RateDecision(120, 1, 60, is_over=False)
    again = [one.take("key", RateTier.STANDARD) for _ in range(2)]
    assert [decision.is_over for decision in again] == [False, True]


@pytest.mark.parametrize("taken_by_others", [0, 5, 6])
def test_an_exhausted_key_costs_no_call(taken_by_others: int) -> None:
    """With 5 requests of others, the last block ends exactly at the limit."""
    rates = FakeRates({("key", 0): taken_by_others})
    one = limiter(rates)
    for _ in range(120):
        one.take("key", RateTier.STANDARD)
    calls = rates.calls

    decisions = [one.take("key", RateTier.STANDARD) for _ in range(1_000)]

    assert set(decisions) == {RateDecision(120, 0, 60, is_over=True)}
    assert rates.calls == calls


@pytest.mark.parametrize(
    ("tier", "limit"),
    [
        (RateTier.STANDARD, 120),
        (RateTier.PILOT, 1_200),
        (RateTier.PARTNER, 6_000),
        (RateTier("other"), 120),
    ],
)
def test_a_tier_has_its_limit(tier: RateTier, limit: int) -> None:
    one = limiter(FakeRates())

    decisions = [one.take("key", tier) for _ in range(limit + 1)]

    assert decisions[0] == RateDecision(limit, limit - 1, 60, is_over=False)
    assert [decision.is_over for decision in decisions] == [False] * limit + [True]


@pytest.mark.parametrize("moved_by", [60, -60, -3_600])
def test_another_minute_has_its_own_count_also_when_the_clock_goes_back(moved_by: int) -> None:
    rates, clock = FakeRates(), [7_200.0]
    one = limiter(rates, clock)
    for _ in range(121):
        one.take("key", RateTier.STANDARD)

    clock[0] += moved_by
    decision = one.take("key", RateTier.STANDARD)

    assert decision == RateDecision(120, 119, 7_260 + moved_by, is_over=False)
    assert rates.taken["key", (7_200 + moved_by) // 60] == 1


def test_endpoint_classes_are_counted_separately() -> None:
    rates = FakeRates()
    one = limiter(rates)

    one.take("key", RateTier.STANDARD, READ_LIGHT)
    one.take("key", RateTier.STANDARD, WRITE_LIGHT)

    assert rates.taken == {("key", 0): 1, ("key#write-light", 0): 1}


def test_in_an_outage_the_counter_is_called_once_per_limit() -> None:
    rates = FakeRates(is_down=True)
    problems: list[StoreUnavailable] = []
    one = RateLimiter(rates, lambda: 0.0, problems.append)

    decisions = [one.take("key", RateTier.STANDARD) for _ in range(240)]

    assert {decision.is_over for decision in decisions} == {False}
    assert max(decision.remaining for decision in decisions) == 120
    assert len(problems) == 2


def test_only_the_last_used_keys_are_counted_in_memory() -> None:
    one = limiter(FakeRates())

    for number in range(CACHED_WINDOWS + 10):
        one.take(str(number), RateTier.STANDARD)

    assert len(one._windows) == CACHED_WINDOWS
