"""Trials of the parts that a refresh leans on: replicas, a silent store, damaged rows, the bucket,
the gates. Each gives a tally of what it went through and of what did not hold."""

import base64
import random
from collections.abc import Callable, Iterable, Sequence

from tests.builders import a_candidate
from tests.faults.invariants import answered, broken, misjudged, silent_or_wrong
from tests.faults.shim import Call, Mode, at
from tests.faults.sweeps import Tally, healed, recorded_calls
from tests.faults.world import TESTED, World, chart, moment
from tiktok_music.adapters.dynamo_snapshots import POINTER_KEY, chunk_key
from tiktok_music.errors import StoreError, StoreUnavailable
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.track import cover_key, preview_key

SILENCES = (Mode.TIMEOUT_BEFORE, Mode.ERROR_BEFORE, Mode.THROTTLE, Mode.LANDED_TIMEOUT)
# Where nothing is written yet that a reader could miss.
FIRST_CALLS = 13


def stale_replicas(
    world: World, counts: Iterable[int], *, is_flapping: bool, every_call: bool
) -> Tally:
    """F7: weak reads see what was there before, some times for each key."""
    tally, saved = Tally(), world.save()
    for count in counts:
        world.restore(saved)
        world.account.stale_reads, world.account.is_flapping = count, is_flapping

        def look(number: int, call: Call, count: int = count) -> None:
            if every_call or number > FIRST_CALLS:
                tally.boundaries += 1
                label = f"{count} stale reads before {number} ({call})"
                tally.add(label, silent_or_wrong(world))

        run = world.run(TESTED, on_call=look)
        problems = [] if run.outcome == "PUBLISHED" else [f"F7: the run says {run.outcome}"]
        for _ in range(count + 1):
            problems += silent_or_wrong(world)
        world.account.catch_up()
        tally.add(f"{count} stale reads", [*problems, *healed(world, TESTED + 1)])
    world.restore(saved)
    return tally


def silent_store(world: World, share: float, minutes: int, seed: int) -> Tally:
    """F8: that share of a reader's calls fails; who holds a snapshot serves it, a cold one says
    that the store is not there."""
    rng, tally = random.Random(seed), Tally(note=f"seed {seed}")

    def down(number: int, call: Call) -> Mode | None:
        return rng.choice(SILENCES) if rng.random() < share else None

    for minute in range(minutes):
        reader = world.warm()
        world.process("warm").line.begin(down)
        problems = answered(world, "warm", reader)[1]
        try:
            world.cold(down).snapshot()
        except StoreUnavailable:
            pass
        except Exception as exc:  # noqa: BLE001 - what a reader raises is what is looked for
            problems.append(f"F8: a cold reader fails with {exc!r}")
        tally.add(f"minute {minute}", problems)
    return tally


def current_chunk(world: World, index: int = 0) -> str:
    return chunk_key(world.kept()[0].version, index)


def flip_a_bit(world: World) -> None:
    data = bytearray(world.account.value(current_chunk(world), "data"))
    data[20] ^= 4
    world.account.change(current_chunk(world), "data", {"B": encoded(bytes(data))})


def swap_pieces(world: World) -> None:
    pieces = [world.account.value(current_chunk(world, index), "data") for index in (0, 1)]
    for index, piece in enumerate(reversed(pieces)):
        world.account.change(current_chunk(world, index), "data", {"B": encoded(piece)})


CHUNK_DAMAGE: dict[str, Callable[[World], None]] = {
    "a piece is gone": lambda world: world.account.drop(current_chunk(world, 1)),
    "a piece is cut": lambda world: world.account.change(
        current_chunk(world), "data", {"B": "AAAA"}
    ),
    "a piece has no data": lambda world: world.account.drop(current_chunk(world), "data"),
    "a piece is text": lambda world: world.account.change(
        current_chunk(world), "data", {"S": "text"}
    ),
    "a bit is flipped": lambda world: flip_a_bit(world),
    "pieces are swapped": lambda world: swap_pieces(world),
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
        except Exception as exc:  # noqa: BLE001 - what a reader raises is what is looked for
            problems.append(f"F18: a cold reader fails with {exc!r}")
    else:
        problems += answered(world, "cold", world.cold())[1]
        problems += [] if world.stale else ["F18: the cold reader told nobody"]
        problems += [problem for problem in healed(world, TESTED) if "is kept" not in problem]
    tally.add("damaged", problems)
    world.restore(saved)
    return tally


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


FEW = tuple(a_candidate(n) for n in (1, 2, 3))
OTHERS = tuple(a_candidate(n) for n in range(100, 107))
MANY = (*chart(TESTED), *(a_candidate(n) for n in range(100, 120)))


def gate_holds(world: World, candidates: tuple[Candidate, ...], gate: str, opens: bool) -> Tally:
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
    world.now = moment(TESTED + 1)
    again = world.run(TESTED + 1, candidates=() if opens else candidates)
    if again.outcome != "REFUSED":
        problems.append(f"F15: after the force {again.outcome}")
    tally.add(gate, [*problems, *broken(world)])
    return tally


def finished(world: World) -> set[str]:
    """The keys of the media of tracks that are archived: nothing of them is fetched again."""
    ids = [key.removeprefix("TRACK#") for key in world.account.keys("TRACK#")]
    records = world.account.get_many(ids)
    done = [each.track_id for each in records.values() if each.media]
    return {key for track_id in done for key in (preview_key(track_id), cover_key(track_id))}


def uploads(calls: tuple[Call, ...]) -> set[str]:
    return {call.keys[0] for call in calls if call.operation == "PutObject"}


def every_bucket_fault(world: World, attempts: int, modes: Sequence[Mode]) -> Tally:
    """F11: each mode at each object; what is there is not uploaded again."""
    process = world.process("writer", attempts)
    calls = recorded_calls(world, process)
    numbers = [number for number, call in enumerate(calls) if call.service == "s3"]
    tally, saved = Tally(len(numbers)), world.save()
    for number in numbers:
        for mode in modes:
            world.restore(saved)
            run = world.run(TESTED, process=process, faults=at(number, mode))
            problems = [*misjudged(world, run), *broken(world)]
            done = finished(world)
            again = world.clean(TESTED + 1)
            repeated = uploads(again.calls) & done
            problems += [f"F11: {key} is uploaded again" for key in sorted(repeated)]
            problems += [*broken(world), *healed(world, TESTED + 2)]
            tally.add(f"{mode} at {number} ({calls[number]}), {attempts} attempts", problems)
    world.restore(saved)
    return tally
