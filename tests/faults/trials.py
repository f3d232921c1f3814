"""Trials of replicas, a store outage, damaged rows, the bucket and the publish checks.

Each returns a tally of its runs and violations.
"""

import base64
import random
from collections.abc import Callable, Iterable, Sequence

from tests.builders import a_candidate
from tests.faults.invariants import answered, broken, broken_stale_answers, misreported
from tests.faults.sweeps import Tally, healed, recorded_calls
from tests.faults.wire import Call, Mode, at
from tests.faults.world import TESTED, World, chart, scheduled_time
from tiktok_music.adapters.dynamo_snapshots import POINTER_KEY, chunk_key
from tiktok_music.errors import StoreError, StoreUnavailable
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.track import cover_key, preview_key

OUTAGES = (Mode.TIMEOUT_BEFORE, Mode.ERROR_BEFORE, Mode.THROTTLE, Mode.LANDED_TIMEOUT)
# The calls before the first write that a reader could miss.
FIRST_CALLS = 14


def stale_replicas(
    world: World, counts: Iterable[int], *, is_flapping: bool, every_call: bool
) -> Tally:
    """F7: eventually consistent reads return the previous value, `counts` times for each key."""
    tally, saved = Tally(), world.save()
    for count in counts:
        world.restore(saved)
        world.account.stale_reads, world.account.is_flapping = count, is_flapping

        def look(number: int, call: Call, count: int = count) -> None:
            if every_call or number > FIRST_CALLS:
                tally.boundaries += 1
                label = f"{count} stale reads before {number} ({call})"
                tally.add(label, broken_stale_answers(world))

        run = world.run(TESTED, on_call=look)
        problems = [] if run.outcome == "PUBLISHED" else [f"F7: the run says {run.outcome}"]
        for _ in range(count + 1):
            problems += broken_stale_answers(world)
        world.account.catch_up()
        tally.add(f"{count} stale reads", [*problems, *healed(world, TESTED + 1)])
    world.restore(saved)
    return tally


def store_outage(world: World, share: float, minutes: int, seed: int) -> Tally:
    """F8: a share of all reads fails; a warm reader answers from its cache, a cold one raises
    StoreUnavailable."""
    rng, tally = random.Random(seed), Tally(note=f"seed {seed}")

    def down(number: int, call: Call) -> Mode | None:
        return rng.choice(OUTAGES) if rng.random() < share else None

    for minute in range(minutes):
        reader = world.warm()
        world.process("warm").wire.begin(down)
        problems = answered(world, "warm", reader)[1]
        try:
            world.cold(down).snapshot()
        except StoreUnavailable:
            pass
        except Exception as exc:  # noqa: BLE001 - the test reports whatever a reader raises
            problems.append(f"F8: a cold reader fails with {exc!r}")
        tally.add(f"minute {minute}", problems)
    return tally


def current_chunk(world: World, index: int = 0) -> str:
    return chunk_key(world.kept()[0].version, index)


def flip_a_bit(world: World) -> None:
    data = bytearray(world.account.value(current_chunk(world), "data"))
    data[20] ^= 4
    world.account.change(current_chunk(world), "data", {"B": encoded(bytes(data))})


def swap_chunks(world: World) -> None:
    chunks = [world.account.value(current_chunk(world, index), "data") for index in (0, 1)]
    for index, chunk in enumerate(reversed(chunks)):
        world.account.change(current_chunk(world, index), "data", {"B": encoded(chunk)})


CHUNK_DAMAGE: dict[str, Callable[[World], None]] = {
    "a chunk is missing": lambda world: world.account.drop(current_chunk(world, 1)),
    "a chunk is truncated": lambda world: world.account.change(
        current_chunk(world), "data", {"B": "AAAA"}
    ),
    "a chunk has no data": lambda world: world.account.drop(current_chunk(world), "data"),
    "a chunk is text": lambda world: world.account.change(
        current_chunk(world), "data", {"S": "text"}
    ),
    "a bit is flipped": lambda world: flip_a_bit(world),
    "chunks are swapped": lambda world: swap_chunks(world),
}
POINTER_DAMAGE: dict[str, Callable[[World], None]] = {
    "no current": lambda world: world.account.drop(POINTER_KEY, "current"),
    "no history": lambda world: world.account.drop(POINTER_KEY, "history"),
    "no fence": lambda world: world.account.drop(POINTER_KEY, "fence"),
    "current is no JSON": lambda world: world.account.change(POINTER_KEY, "current", {"S": "{"}),
    "current is a list": lambda world: world.account.change(POINTER_KEY, "current", {"S": "[]"}),
    "history is a number": lambda world: world.account.change(POINTER_KEY, "history", {"S": "7"}),
    "current lacks a field": lambda world: world.account.change(
        POINTER_KEY, "current", {"S": '{"version": "x"}'}
    ),
    "history is of another kind": lambda world: world.account.change(
        POINTER_KEY, "history", {"N": "7"}
    ),
}


def damaged(world: World, damage: Callable[[World], None], *, is_pointer: bool) -> Tally:
    tally, saved = Tally(1), world.save()
    damage(world)
    problems = answered(world, "warm", world.warm())[1]
    if is_pointer:
        try:
            world.cold().snapshot()
        except StoreError:
            pass
        except Exception as exc:  # noqa: BLE001 - the test reports whatever a reader raises
            problems.append(f"F18: a cold reader fails with {exc!r}")
    else:
        problems += answered(world, "cold", world.cold())[1]
        problems += [] if world.stale else ["F18: the cold reader reported no error"]
        problems += [
            problem for problem in healed(world, TESTED) if "is in the history" not in problem
        ]
    tally.add("damaged", problems)
    world.restore(saved)
    return tally


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


FEW = tuple(a_candidate(n) for n in (1, 2, 3))
OTHERS = tuple(a_candidate(n) for n in range(100, 107))
MANY = (*chart(TESTED), *(a_candidate(n) for n in range(100, 120)))


def check_fails(world: World, candidates: tuple[Candidate, ...], gate: str, opens: bool) -> Tally:
    tally, before = Tally(1), world.account.pointer()
    refused = world.run(TESTED, candidates=candidates)
    reason = refused.report.reason if refused.report else None
    problems = broken(world)
    if refused.outcome != "REFUSED" or not str(reason).startswith(f"{gate}: "):
        problems.append(f"F15: {refused.outcome} {reason}")
    if world.account.pointer() != before:
        problems.append("F15: the last good catalog is gone")
    world.forward(60)
    forced = world.run(TESTED, candidates=candidates, is_forced=True)
    if forced.outcome != ("PUBLISHED" if opens else "REFUSED"):
        problems.append(f"F15: with force {forced.outcome}")
    world.now = scheduled_time(TESTED + 1)
    again = world.run(TESTED + 1, candidates=() if opens else candidates)
    if again.outcome != "REFUSED":
        problems.append(f"F15: after the forced run {again.outcome}")
    tally.add(gate, [*problems, *broken(world)])
    return tally


def finished(world: World) -> set[str]:
    """The media keys of archived tracks, which must not be fetched again."""
    ids = [key.removeprefix("TRACK#") for key in world.account.keys("TRACK#")]
    records = world.account.get_many(ids)
    done = [each.track_id for each in records.values() if each.media]
    return {key for track_id in done for key in (preview_key(track_id), cover_key(track_id))}


def uploads(calls: tuple[Call, ...]) -> set[str]:
    return {call.keys[0] for call in calls if call.operation == "PutObject"}


def every_bucket_fault(world: World, attempts: int, modes: Sequence[Mode]) -> Tally:
    """F11: each mode at each object; stored objects are not uploaded again."""
    process = world.process("writer", attempts)
    calls = recorded_calls(world, process)
    numbers = [number for number, call in enumerate(calls) if call.service == "s3"]
    tally, saved = Tally(len(numbers)), world.save()
    for number in numbers:
        for mode in modes:
            world.restore(saved)
            run = world.run(TESTED, process=process, faults=at(number, mode))
            problems = [*misreported(world, run), *broken(world)]
            done = finished(world)
            again = world.clean(TESTED + 1)
            repeated = uploads(again.calls) & done
            problems += [f"F11: {key} is uploaded again" for key in sorted(repeated)]
            problems += [*broken(world), *healed(world, TESTED + 2)]
            tally.add(f"{mode} at {number} ({calls[number]}), {attempts} attempts", problems)
    world.restore(saved)
    return tally
