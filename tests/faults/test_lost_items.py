"""Lost, foreign and restored items, and a takedown that is confirmed late: nothing stops."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ops.withdraw import withdraw
from tests.builders import a_candidate
from tests.faults.conftest import IS_FULL, Figures
from tests.faults.invariants import broken
from tests.faults.sweeps import Tally, healed
from tests.faults.test_operator import MOVES, RETIRED
from tests.faults.world import TESTED, World, scheduled_time
from tests.served import table
from tiktok_music.adapters.dynamo_lock import LEASE_KEY
from tiktok_music.adapters.dynamo_snapshots import POINTER_KEY
from tiktok_music.pointer_moves import unpinned
from tiktok_music.refresh.gates import GateLimits

LISTED = a_candidate(1).track_id
NEW = a_candidate(1_000 + TESTED + 1).track_id
Damage = Callable[[], object]


@pytest.mark.parametrize("move", [None, *MOVES, "retire"])
def test_a_lost_lock_stops_no_refresh_and_no_operator(
    world: World, figures: Figures, move: str | None
) -> None:
    world.account.drop(LEASE_KEY)
    tally, problems = Tally(1), []
    if move == "retire":
        process = world.process("operator")
        process.wire.begin()
        assert withdraw(process.publisher, RETIRED.track_id, GateLimits(min_tracks=3))
    elif move is not None:
        world.operate(MOVES[move])
        world.operate(unpinned)

    run = world.run(TESTED)
    if run.outcome != "PUBLISHED":
        problems.append(f"LOCK: the refresh ended {run.outcome}")
    tally.add(f"LOCK lost, {move}", [*problems, *broken(world), *healed(world, TESTED + 1)])

    figures.require_clean("LOCK lost", tally)


def put(key: str, **attributes: Any) -> Damage:
    return lambda: table("catalog").put_item(Item={"pk": key, **attributes})


def changed(key: str, **attributes: Any) -> Damage:
    """Replaces attributes of an item; None removes one."""

    def change() -> None:
        item = {**table("catalog").get_item(Key={"pk": key})["Item"], **attributes}
        item = {name: value for name, value in item.items() if value is not None}
        table("catalog").put_item(Item=item)

    return change


def record(**fields: Any) -> Damage:
    """Replaces fields of the record of a listed track; None removes one."""

    def change() -> None:
        key = f"TRACK#{LISTED}"
        stored = json.loads(table("catalog").get_item(Key={"pk": key})["Item"]["record"])
        removed = [name for name, value in fields.items() if value is None]
        stored = {name: each for name, each in {**stored, **fields}.items() if name not in removed}
        changed(key, record=json.dumps(stored))()

    return change


LEDGER_KEY = f"MEDIA#{NEW}"
FOREIGN: dict[str, Damage] = {
    "RUNS null": put("RUNS", runs="null"),
    "RUNS of texts": put("RUNS", runs='["a"]'),
    "RUNS of empty entries": put("RUNS", runs="[{}]"),
    "RUNS without runs": put("RUNS"),
    "PTR without history": changed(POINTER_KEY, history=None),
    "PTR history not JSON": changed(POINTER_KEY, history="x"),
    "PTR history with a broken version": changed(POINTER_KEY, history="[{}]"),
    "LOCK fence a text": changed(LEASE_KEY, fence="x"),
    "LOCK sweepable junk": changed(LEASE_KEY, sweepable={"junk", "0000000000-abc*x"}),
    "LOCK sweepable many": changed(LEASE_KEY, sweepable={"0000000000-0123456789abcdef*999999999"}),
    "TRACK without a link": record(link=None),
    "TRACK with a new field": record(isrc="x"),
    "TRACK media of another release": record(media={}),
    "TRACK of a newer release": record(status="blocked"),
    "TRACK not JSON": changed(f"TRACK#{LISTED}", record="{"),
    "MEDIA failure of a newer release": put(
        LEDGER_KEY,
        failure=json.dumps(
            {
                "track_id": NEW,
                "addresses": "x",
                "finding": {"reason": "AUDIO_DRM", "detail": "x"},
                "stands_until": "2030-01-01T00:00:00+00:00",
            }
        ),
        expires_at=4_102_444_800,
    ),
    "MEDIA without a field": put(LEDGER_KEY, media='{"duration_seconds": 1}', expires_at=1),
    "MEDIA a text": put(LEDGER_KEY, media='"x"', expires_at=1),
    "RUN null": put(f"RUN#{scheduled_time(TESTED - 1).isoformat()}", report="null"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_an_unreadable_item_stops_no_refresh_and_no_reader(
    world: World, figures: Figures, name: str
) -> None:
    FOREIGN[name]()

    run = world.run(TESTED)
    problems = [] if run.outcome == "PUBLISHED" else [f"{name}: {run.outcome} {run.error!r}"]
    tally = Tally(1)
    tally.add(name, [*problems, *differing(world)])

    figures.require_clean("foreign items", tally)


def test_a_table_restored_in_place_is_served_alike_by_warm_and_cold_readers(
    world: World, figures: Figures
) -> None:
    tally = Tally(1)
    for runs_since in (1, 2, 3) if IS_FULL else (2,):
        saved, items = world.save(), table("catalog").scan()["Items"]
        for slot in range(TESTED, TESTED + runs_since):
            assert world.clean(slot).outcome == "PUBLISHED"
        world.warm().snapshot()

        for item in table("catalog").scan()["Items"]:
            table("catalog").delete_item(Key={"pk": item["pk"]})
        for item in items:
            table("catalog").put_item(Item=item)
        problems = differing(world)
        for slot in range(TESTED + runs_since, TESTED + 2 * runs_since + 1):
            assert world.clean(slot).outcome == "PUBLISHED"
            problems += differing(world)
        tally.add(f"restored after {runs_since} runs", problems)
        world.restore(saved)

    figures.require_clean("restored tables", tally)


def differing(world: World) -> list[str]:
    """A warm and a cold reader serve different versions."""
    warm, cold = (each.snapshot().descriptor.version for each in (world.warm(), world.cold()))
    return [] if warm == cold else [f"a warm reader serves {warm}, a cold one {cold}"]
