"""Keys while their store is down, and limits over many instances."""

import pytest

from tests.api_world import LIST, UNAUTHENTICATED, World, refusal
from tests.builders import a_key, a_snapshot, a_track
from tests.fakes import FakeKeys, FakeRates
from tiktok_music.api.auth import CACHED_KEYS, GRACE_SECONDS, Authenticator
from tiktok_music.api.rate_limit import (
    READ_LIGHT,
    REMEMBERED_KEYS,
    WRITE_LIGHT,
    RateDecision,
    RateLimiter,
)
from tiktok_music.errors import StoreUnavailable, Unauthenticated

SNAPSHOT = a_snapshot(a_track(1))


@pytest.fixture
def world() -> World:
    world = World()
    world.snapshots.publish(SNAPSHOT)
    return world


def test_a_warm_instance_answers_all_through_an_outage_of_everything(world: World) -> None:
    assert world.get().status == 200
    world.keys.is_down = world.rates.is_down = world.snapshots.is_down = True

    answers = []
    for _ in range(60):
        world.now += 60
        answers.append(world.get())

    assert {(answer.status, answer.body) for answer in answers} == {(200, SNAPSHOT.plain())}
    assert {str(problem) for problem in world.stale} == {
        "the key store is down",
        "the counter is down",
        "the store is down",
    }


def test_in_an_outage_the_store_is_asked_again_every_ten_seconds(world: World) -> None:
    world.get()
    world.keys.is_down = True
    world.now += 31
    before = world.keys.reads

    for _ in range(30):
        world.get()
        world.now += 1

    assert world.keys.reads - before == 3


def test_a_key_is_not_trusted_for_ever(world: World) -> None:
    world.get()
    world.keys.is_down = True
    world.now += GRACE_SECONDS

    answer = world.get()

    message = "The request could not be answered; try again later."
    assert (answer.status, answer.body) == (500, refusal("INTERNAL", message))


def test_who_was_not_let_in_is_not_let_in_by_an_outage(world: World) -> None:
    world.change_key(state="revoked")
    assert world.get().body == UNAUTHENTICATED
    world.keys.is_down = True
    world.now += 5

    assert world.get().body == UNAUTHENTICATED


def test_a_revocation_is_noticed_after_an_outage(world: World) -> None:
    world.get()
    world.keys.is_down = True
    world.now += 100
    assert world.get().status == 200
    world.keys.is_down = False
    world.change_key(state="revoked")
    world.now += 10

    assert world.get().status == 401


def test_a_new_key_is_let_in_ten_seconds_after_a_try_that_came_too_early() -> None:
    world = World()
    world.snapshots.publish(SNAPSHOT)
    stored = world.keys.keys.pop(world.key.split("_")[2])
    assert world.get().status == 401
    world.keys.save(stored)

    assert world.get().status == 401
    world.now += 10
    assert world.get().status == 200


def test_a_flood_of_unknown_keys_fills_no_memory() -> None:
    keys, problems = FakeKeys(), list[object]()
    authenticator = Authenticator(keys, lambda: 0.0, problems.append)
    text, _ = a_key()
    secret = text.split("_", 3)[3]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

    for number in range(CACHED_KEYS + 500):
        digits = [alphabet[number >> shift & 31] for shift in (10, 5, 0)]
        with pytest.raises(Unauthenticated):
            authenticator.authenticate(f"Bearer lp_live_{'A' * 13}{''.join(digits)}_{secret}")

    assert len(authenticator._unknown) == CACHED_KEYS


def test_made_up_keys_push_no_known_key_out(world: World) -> None:
    text, stored = a_key()
    world.keys.save(stored)
    authenticator = Authenticator(world.keys, lambda: 0.0, lambda _: None)
    authenticator.authenticate(f"Bearer {text}")
    secret = text.split("_", 3)[3]
    for number in range(CACHED_KEYS + 1):
        with pytest.raises(Unauthenticated):
            authenticator.authenticate(
                f"Bearer lp_live_{number:016d}_{secret}".replace("0", "A")
                .replace("1", "B")
                .replace("8", "C")
                .replace("9", "D")
            )
    reads = world.keys.reads

    authenticator.authenticate(f"Bearer {text}")

    assert world.keys.reads == reads


@pytest.mark.parametrize("state", ["revoked", "deleted", "Active", ""])
def test_a_state_that_is_not_known_opens_nothing(world: World, state: str) -> None:
    text, stored = a_key(state=state)
    world.keys.save(stored)

    assert world.get(authorization=f"Bearer {text}").status == 401


def test_a_malformed_key_costs_no_read(world: World) -> None:
    for header in ("Bearer x", "Basic y", "Bearer lp_live_AAAA_BBBB", ""):
        world.get(authorization=header)

    assert world.keys.reads == 0


def limiter(rates: FakeRates, clock: list[float] | None = None) -> RateLimiter:
    moments = clock or [0.0]
    return RateLimiter(rates, lambda: moments[0], lambda _: None)


def test_the_limit_holds_over_many_instances() -> None:
    rates = FakeRates()
    instances = [limiter(rates) for _ in range(7)]

    let_in = sum(not instances[turn % 7].take("key", "standard").is_over for turn in range(7 * 120))

    assert let_in == 120
    assert rates.calls <= 20 + 7 * 4


@pytest.mark.parametrize(("tier", "limit"), [("standard", 120), ("partner", 6_000)])
def test_a_key_that_is_used_little_everywhere_is_let_in_everywhere(tier: str, limit: int) -> None:
    rates = FakeRates()
    instances = [limiter(rates) for _ in range(40)]

    turns = [instance.take("key", tier) for instance in instances for _ in range(2)]

    assert [turn.is_over for turn in turns] == [False] * 80


def test_an_exhausted_key_costs_no_call() -> None:
    rates = FakeRates()
    one = limiter(rates)
    for _ in range(120):
        one.take("key", "standard")
    calls = rates.calls

    verdicts = [one.take("key", "standard") for _ in range(1_000)]

    assert set(verdicts) == {RateDecision(120, 0, 60, is_over=True)}
    assert rates.calls == calls


@pytest.mark.parametrize(
    ("tier", "limit"), [("standard", 120), ("pilot", 1_200), ("partner", 6_000), ("other", 120)]
)
def test_a_tier_has_its_limit(tier: str, limit: int) -> None:
    one = limiter(FakeRates())

    verdicts = [one.take("key", tier) for _ in range(limit + 1)]

    assert verdicts[0] == RateDecision(limit, limit - 1, 60, is_over=False)
    assert [verdict.is_over for verdict in verdicts] == [False] * limit + [True]


def test_classes_are_counted_apart() -> None:
    rates = FakeRates()
    one = limiter(rates)

    one.take("key", "standard", READ_LIGHT)
    one.take("key", "standard", WRITE_LIGHT)

    assert rates.taken == {("key", 0): 1, ("key#write-light", 0): 1}


def test_while_the_counter_is_down_an_instance_asks_once_per_limit() -> None:
    rates = FakeRates(is_down=True)
    problems: list[StoreUnavailable] = []
    one = RateLimiter(rates, lambda: 0.0, problems.append)

    verdicts = [one.take("key", "standard") for _ in range(240)]

    assert {verdict.is_over for verdict in verdicts} == {False}
    assert max(verdict.remaining for verdict in verdicts) == 120
    assert len(problems) == 2


def test_keys_that_stay_away_are_forgotten() -> None:
    one = limiter(FakeRates())

    for number in range(REMEMBERED_KEYS + 10):
        one.take(str(number), "standard")

    assert len(one._windows) == REMEMBERED_KEYS


def test_an_answer_not_modified_does_not_count(world: World) -> None:
    etag = world.get().headers["etag"]

    remaining = {world.get(if_none_match=etag).headers["x-ratelimit-remaining"] for _ in range(300)}

    assert remaining == {"119"}


def test_the_secret_is_in_no_answer_and_no_failure(world: World) -> None:
    secret = world.key.split("_", 3)[3]
    paths = (LIST, f"{LIST}?limit=x", f"{LIST}/x", "/v1/whoami", "/v1/nothing", "/v1/health")
    answers = [world.get(path) for path in paths]
    world.change_key(scopes=frozenset())
    world.now += 60
    answers.append(world.get())
    world.change_key(state="revoked")
    world.now += 60
    answers.append(world.get())
    world.keys.is_down = True
    world.now += 60
    answers.append(world.get())
    answers.append(world.get(authorization=f"Bearer {world.key}x"))

    told = [answer.body.decode() + repr(answer.headers) for answer in answers]
    told += world.failures + [repr(problem) for problem in world.stale]
    assert [text for text in told if secret in text] == []
