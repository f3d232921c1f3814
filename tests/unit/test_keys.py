"""Keys during an outage of their store, and what an instance keeps of them."""

import json

import pytest

from tests.api_world import LIST, UNAUTHENTICATED, World, refusal
from tests.builders import a_key, a_snapshot, a_track
from tests.fakes import FakeKeys
from tiktok_music.api.auth import CACHED_KEYS, GRACE_SECONDS, Authenticator
from tiktok_music.api_key import KeyEnvironment, KeyState, RateTier
from tiktok_music.errors import StoreError, Unauthenticated

SNAPSHOT = a_snapshot(a_track(1))
# Without the mark of a checksum in the id, so that every id is looked up.
NO_SECRET = "A" * 43


@pytest.fixture
def world() -> World:
    world = World()
    world.snapshots.publish(SNAPSHOT)
    return world


def test_a_warm_instance_responds_during_an_outage_of_all_stores(world: World) -> None:
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


def test_in_an_outage_the_key_store_is_retried_every_ten_seconds(world: World) -> None:
    world.get()
    world.keys.is_down = True
    world.now += 31
    before = world.keys.reads

    for _ in range(30):
        world.get()
        world.now += 1

    assert world.keys.reads - before == 3


def test_a_key_is_not_trusted_beyond_the_grace_period(world: World) -> None:
    world.get()
    world.keys.is_down = True
    world.now += GRACE_SECONDS

    answer = world.get()

    message = "The request could not be answered; try again later."
    assert (answer.status, answer.body) == (500, refusal("INTERNAL", message))


def test_a_key_in_use_is_not_trusted_beyond_the_grace_period_either(world: World) -> None:
    world.get()
    world.keys.is_down = True

    statuses: list[int] = []
    while len(statuses) * 30 <= GRACE_SECONDS:
        statuses.append(world.get().status)
        world.now += 30

    assert statuses == [200] * int(GRACE_SECONDS // 30) + [500]


def test_the_last_acceptance_in_an_outage_does_not_extend_the_grace_period(world: World) -> None:
    world.get()
    world.keys.is_down = True

    statuses = []
    for moment in (GRACE_SECONDS - 1, 1):
        world.now += moment
        statuses.append(world.get().status)

    assert statuses == [200, 500]


@pytest.mark.parametrize("scope", ["publish:read", "*"])
def test_a_suspended_key_is_refused_from_the_cache_too(world: World, scope: str) -> None:
    world.change_key(state=KeyState.SUSPENDED, scopes=frozenset({scope}))

    answers = [world.get("/v1/whoami") for _ in range(3)]
    world.keys.is_down = True
    world.now += 60
    answers.append(world.get("/v1/whoami"))

    assert {(answer.status, answer.body) for answer in answers} == {
        (503, refusal("KILL_SWITCH", "Access is suspended."))
    }
    assert world.keys.reads == 2


def test_an_outage_admits_no_rejected_key(world: World) -> None:
    world.change_key(state=KeyState.REVOKED)
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
    world.change_key(state=KeyState.REVOKED)
    world.now += 10

    assert world.get().status == 401


def test_a_key_that_was_revoked_is_accepted_for_thirty_seconds(world: World) -> None:
    statuses = [world.get().status]
    world.change_key(state=KeyState.REVOKED)

    for seconds in (29, 1):
        world.now += seconds
        statuses.append(world.get().status)

    assert statuses == [200, 200, 401]


def test_a_key_that_was_deleted_is_forgotten(world: World) -> None:
    """It costs no further reads, and an outage does not bring it back."""
    stored = world.keys.keys[world.key.split("_")[2]]
    assert world.authenticator.lookup(stored.key_id) == stored
    del world.keys.keys[stored.key_id]
    world.now += 30
    before = world.keys.reads

    found = [world.authenticator.lookup(stored.key_id) for _ in range(3)]

    assert (found, world.keys.reads - before) == ([None] * 3, 1)
    world.keys.is_down = True
    world.now += 10
    with pytest.raises(StoreError):
        world.authenticator.lookup(stored.key_id)


def test_a_new_key_that_was_used_too_early_works_ten_seconds_later() -> None:
    world = World()
    world.snapshots.publish(SNAPSHOT)
    stored = world.keys.keys.pop(world.key.split("_")[2])
    assert world.get().status == 401
    world.keys.save(stored)

    assert world.get().status == 401
    world.now += 10
    assert world.get().status == 200


def test_a_flood_of_unknown_keys_is_bounded_in_memory() -> None:
    keys, problems = FakeKeys(), list[object]()
    authenticator = Authenticator(keys, lambda: 0.0, problems.append)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

    for number in range(CACHED_KEYS + 500):
        digits = [alphabet[number >> shift & 31] for shift in (10, 5, 0)]
        with pytest.raises(Unauthenticated):
            authenticator.authenticate(f"Bearer lp_live_{'A' * 13}{''.join(digits)}_{NO_SECRET}")

    assert len(authenticator._unknown) == CACHED_KEYS


def test_invented_keys_evict_no_known_key(world: World) -> None:
    text, stored = a_key()
    world.keys.save(stored)
    authenticator = Authenticator(world.keys, lambda: 0.0, lambda _: None)
    authenticator.authenticate(f"Bearer {text}")
    for number in range(CACHED_KEYS + 1):
        with pytest.raises(Unauthenticated):
            authenticator.authenticate(
                f"Bearer lp_live_{number:016d}_{NO_SECRET}".replace("0", "A")
                .replace("1", "B")
                .replace("8", "C")
                .replace("9", "D")
            )
    reads = world.keys.reads

    authenticator.authenticate(f"Bearer {text}")

    assert world.keys.reads == reads


@pytest.mark.parametrize("state", ["revoked", "deleted", "Active", ""])
def test_only_active_and_suspended_keys_authenticate(world: World, state: str) -> None:
    text, stored = a_key(state=KeyState(state))
    world.keys.save(stored)

    assert world.get(authorization=f"Bearer {text}").body == UNAUTHENTICATED


@pytest.mark.parametrize("environment", ["staging", "Live", ""])
def test_a_key_of_an_unknown_environment_never_authenticates(
    world: World, environment: str
) -> None:
    text, stored = a_key()
    world.keys.save(stored._replace(environment=KeyEnvironment(environment)))

    assert world.get(authorization=f"Bearer {text}").body == UNAUTHENTICATED


def test_an_unknown_tier_has_the_standard_limit_and_its_own_name(world: World) -> None:
    world.change_key(tier=RateTier("enterprise"))

    answer = world.get("/v1/whoami")

    assert json.loads(answer.body)["rateLimitTier"] == "enterprise"
    assert answer.headers["x-ratelimit-limit"] == "120"


@pytest.mark.parametrize("kind", [KeyEnvironment, RateTier, KeyState])
def test_a_choice_of_another_release_is_preserved_and_equals_no_member(
    kind: type[KeyEnvironment | RateTier | KeyState],
) -> None:
    unknown = kind("later")

    assert (unknown, str(unknown), unknown.value, f"{unknown}") == ("later",) * 4
    assert unknown not in list(kind)
    assert unknown == kind("later")


def test_a_malformed_key_costs_no_read(world: World) -> None:
    for header in ("Bearer x", "Basic y", "Bearer lp_live_AAAA_BBBB", ""):
        world.get(authorization=header)

    assert world.keys.reads == 0


def test_a_304_is_not_counted(world: World) -> None:
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
    world.change_key(state=KeyState.REVOKED)
    world.now += 60
    answers.append(world.get())
    world.keys.is_down = True
    world.now += 60
    answers.append(world.get())
    answers.append(world.get(authorization=f"Bearer {world.key}x"))

    texts = [answer.body.decode() + repr(answer.headers) for answer in answers]
    texts += world.failures + [repr(problem) for problem in world.stale]
    assert [text for text in texts if secret in text] == []
