"""The hour in which a key was last used: few writes, none in a first request; keys that expire."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tests.api_world import LIST, UNAUTHENTICATED, World
from tests.builders import a_snapshot, a_track
from tiktok_music.api.auth import Authenticator
from tiktok_music.api.key_usage import DELAY_SECONDS, WRITTEN_PER_CHECK, KeyUsage
from tiktok_music.errors import StoreUnavailable, Unauthenticated

START = 100 * 3_600.0


@dataclass
class FakeUsage:
    marks: list[tuple[str, int]] = field(default_factory=list)
    is_down: bool = False
    calls: int = 0

    def mark(self, key_id: str, hour: int) -> None:
        self.calls += 1
        if self.is_down:
            raise StoreUnavailable("down")
        self.marks.append((key_id, hour))


@dataclass
class Clocked:
    """A key usage with a clock that stands still."""

    now: float = START
    store: FakeUsage = field(default_factory=FakeUsage)

    def __post_init__(self) -> None:
        self.usage = KeyUsage(self.store, lambda: self.now)

    def note(self, key_id: str, after: float = 0.0) -> None:
        self.now += after
        self.usage.note(key_id)


def test_the_first_use_of_an_hour_is_written_by_a_later_request_and_once() -> None:
    clocked = Clocked()

    for _ in range(50):
        clocked.note("A")
    assert clocked.store.calls == 0
    clocked.note("A", DELAY_SECONDS - 1)
    assert clocked.store.calls == 0
    for _ in range(50):
        clocked.note("A", 30)

    assert clocked.store.marks == [("A", 100)]
    clocked.note("A", 3_600)
    clocked.note("A", DELAY_SECONDS)
    assert clocked.store.marks == [("A", 100), ("A", 101)]


def test_a_request_writes_one_key_at_most_and_the_health_check_the_rest() -> None:
    clocked = Clocked()
    for number in range(WRITTEN_PER_CHECK + 3):
        clocked.note(str(number))

    clocked.note("0", DELAY_SECONDS)
    assert clocked.store.marks == [("0", 100)]
    clocked.usage.write_rest()
    assert len(clocked.store.marks) == WRITTEN_PER_CHECK + 1
    clocked.usage.write_rest()
    clocked.usage.write_rest()

    assert sorted(key for key, _ in clocked.store.marks) == sorted(
        str(number) for number in range(WRITTEN_PER_CHECK + 3)
    )


def test_an_outage_costs_one_call_and_the_next_hour_is_written() -> None:
    clocked = Clocked(store=FakeUsage(is_down=True))
    for key in ("A", "B", "C"):
        clocked.note(key)

    for _ in range(20):
        clocked.note("A", DELAY_SECONDS)
    assert clocked.store.calls == 1
    clocked.store.is_down = False
    clocked.note("A", 3_600)
    clocked.usage.write_rest()

    assert clocked.store.marks == [("A", 101)]


def test_a_note_of_an_instance_that_was_frozen_has_its_own_hour() -> None:
    clocked = Clocked()
    clocked.note("A")

    clocked.note("B", 5 * 3_600)

    assert clocked.store.marks == [("A", 100)]


# ---------------------------------------------------------------- expiry


@pytest.fixture
def world() -> World:
    world = World()
    world.snapshots.publish(a_snapshot(a_track(1)))
    return world


@pytest.mark.parametrize(("seconds", "status"), [(1, 200), (0, 401), (-3_600, 401)])
def test_an_expired_key_is_refused_like_any_invalid_one(
    world: World, seconds: int, status: int
) -> None:
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    world.authenticator._unix_clock = now.timestamp
    world.change_key(valid_until=now + timedelta(seconds=seconds))

    answer = world.get(LIST)

    assert answer.status == status
    if status == 401:
        assert answer.body == UNAUTHENTICATED


def test_a_key_expires_while_it_is_cached(world: World) -> None:
    now = [1_000.0]
    authenticator = Authenticator(world.keys, lambda: 0.0, lambda _: None, lambda: now[0])
    world.change_key(valid_until=datetime.fromtimestamp(1_010, UTC))
    header = f"Bearer {world.key}"
    authenticator.authenticate(header)

    now[0] = 1_010.0

    with pytest.raises(Unauthenticated):
        authenticator.authenticate(header)
