"""Faults of a run with several charts: every chart stays at one whole version."""

import json
from collections.abc import Iterator

import pytest

from tests.builders import a_candidate
from tests.fakes import FakeSource
from tests.faults.conftest import IS_FULL, Figures
from tests.faults.invariants import broken
from tests.faults.sweeps import Tally, recorded_calls
from tests.faults.wire import MODES, Mode, at
from tests.faults.world import TESTED, World, empty_world, scheduled_time
from tiktok_music.archive import TrackStatus
from tiktok_music.charts import Coordinates
from tiktok_music.errors import SnapshotCorrupt, SourceUnavailable
from tiktok_music.refresh.candidate import Candidate

CHARTS = tuple(Coordinates(source="cml", country=country, period=7) for country in ("GB", "FR"))
# Charts move in every run, share sounds with each other and with the default one.
STEP = 1 if IS_FULL else 60


def rows_at(slot: int, number: int) -> tuple[Candidate, ...]:
    shared = [2, 3, 2_000 + slot, 2_001 + slot]
    own = [3_000 + 100 * number + slot, 3_001 + 100 * number + slot]
    places = enumerate([*shared, *own], start=1)
    return tuple(a_candidate(n, place=place, user_count=0) for place, n in places)


def at_slot(world: World, slot: int) -> None:
    """Sets the upstream charts of a slot."""
    for number, chart in enumerate(CHARTS):
        world.charts[chart] = FakeSource(rows_at(slot, number))


@pytest.fixture(scope="module")
def charted() -> Iterator[World]:
    with empty_world() as world:
        for slot in range(TESTED):
            at_slot(world, slot)
            run = world.clean(slot)
            assert run.report is not None
            assert {str(each.outcome) for each in run.report.charts} == {"PUBLISHED"}
        world.warm().snapshot()
        world.now = scheduled_time(TESTED)
        at_slot(world, TESTED)
        yield world


@pytest.fixture
def world(charted: World) -> Iterator[World]:
    saved = charted.save()
    yield charted
    charted.restore(saved)
    at_slot(charted, TESTED)


def listed(world: World, problems: list[str]) -> set[str]:
    """The ids of every chart now; adds what is wrong with a pointer, its versions or records."""
    process = world.process("look")
    process.wire.begin()
    ids: set[str] = set()
    for chart in CHARTS:
        publisher = process.charts.publisher(chart.chart_id)
        pointer = publisher.current()
        if pointer is None:
            problems.append(f"I2: the pointer of {chart.chart_id} is gone")
            continue
        for descriptor in (pointer.current, *pointer.history):
            try:
                body = json.loads(publisher.load(descriptor).plain())
            except SnapshotCorrupt as exc:
                problems.append(f"I1: {chart.chart_id}: {exc}")
                continue
            if descriptor == pointer.current:
                ids |= {row["id"] for row in body["tracks"]}
    known = world.account.get_many(sorted(ids))
    problems += [f"I4: {each} does not resolve" for each in sorted(ids - known.keys())]
    problems += [f"I5: {name} has no media" for name, record in known.items() if not record.media]
    return ids


def misfiled(world: World) -> list[str]:
    """Records that are not as the charts are: active on none, or off the chart on one."""
    problems: list[str] = []
    ids = listed(world, problems)
    pointer = world.account.pointer()
    assert pointer is not None
    process = world.process("look")
    body = json.loads(process.publisher.load(pointer.current).plain())
    ids |= {row["id"] for row in body["tracks"]}
    keys = [key.partition("#")[2] for key in world.account.keys("TRACK#")]
    for track_id, record in world.account.get_many(keys).items():
        if (record.status is TrackStatus.ACTIVE) != (track_id in ids):
            problems.append(f"I4: {track_id} is {record.status}, listed: {track_id in ids}")
    return problems


def left(world: World, slot: int) -> list[str]:
    """The charts that are not of this slot's run."""
    process = world.process("look")
    process.wire.begin()
    pointers = {each.chart_id: process.charts.publisher(each.chart_id).current() for each in CHARTS}
    return [
        f"F4: {name} is not of the run"
        for name, pointer in pointers.items()
        if pointer is None or pointer.current.scheduled_at != scheduled_time(slot)
    ]


def after_fault(world: World, number: int, mode: Mode) -> list[str]:
    """Violations after a fault, after the repeated run, and after the next one."""
    problems: list[str] = []
    world.run(TESTED, faults=at(number, mode))
    world.account.catch_up()
    problems += broken(world)
    listed(world, problems)
    world.forward(60)
    again = world.run(TESTED, process=world.process("again"))
    problems += [*broken(world), *left(world, TESTED)]
    if again.outcome not in ("PUBLISHED", "ALREADY_DONE"):
        problems.append(f"F4: the repetition says {again.outcome}")
    at_slot(world, TESTED + 1)
    following = world.clean(TESTED + 1)
    if following.outcome != "PUBLISHED":
        problems.append(f"I7: the next run says {following.outcome}: {following.error}")
    problems += [*broken(world), *left(world, TESTED + 1), *misfiled(world)]
    at_slot(world, TESTED)
    return problems


def test_no_fault_at_any_call_breaks_a_chart(world: World, figures: Figures) -> None:
    calls = recorded_calls(world, world.process())
    numbers = range(0, len(calls), STEP)
    tally, saved = Tally(len(numbers)), world.save()
    crashes = (Mode.CRASH_BEFORE, Mode.CRASH_AFTER)
    for number in numbers:
        modes = MODES if IS_FULL else crashes
        for mode in (modes[number % len(modes)],):
            world.restore(saved)
            problems = after_fault(world, number, mode)
            tally.add(f"{mode} at {number} ({calls[number]})", problems)

    tally.note = f"{len(CHARTS)} charts beside the default one, {len(calls)} calls"
    figures.require_clean("F1, F2 with several charts", tally)
    assert len(calls) > 100


def test_a_chart_that_fails_keeps_its_version_through_the_run(world: World) -> None:
    process = world.process("look")
    process.wire.begin()
    before = process.charts.publisher(CHARTS[0].chart_id).current()
    world.charts[CHARTS[0]] = FakeSource(problem=SourceUnavailable("no answer"))

    run = world.run(TESTED)

    process.wire.begin()
    assert run.outcome == "PUBLISHED"
    assert process.charts.publisher(CHARTS[0].chart_id).current() == before
    assert len(left(world, TESTED)) == 1
    entries = process.charts.listing().entries
    assert [each.problem for each in entries] == ["SOURCE_FAILED: no answer", None]


def test_runs_leave_no_chunk_of_an_expired_version(world: World) -> None:
    for slot in range(TESTED, TESTED + 3):
        at_slot(world, slot)
        world.clean(slot)

    process = world.process("look")
    process.wire.begin()
    for chart in CHARTS:
        pointer = process.charts.publisher(chart.chart_id).current()
        assert pointer is not None
        versions = {each.version for each in (pointer.current, *pointer.history)}
        keys = world.account.keys(f"SNAP#{chart.chart_id}#")
        assert {key.split("#")[2] for key in keys} == versions
