"""F11 and F13: a failing bucket, and a function that runs out of time."""

from collections.abc import Callable

import pytest

from tests.faults.conftest import IS_FULL, Figures
from tests.faults.invariants import broken
from tests.faults.sweeps import Tally, healed
from tests.faults.trials import every_bucket_fault
from tests.faults.wire import MODES, Call, Mode
from tests.faults.world import TESTED, World, chart
from tiktok_music.refresh.trigger import PUBLISH_SECONDS
from tiktok_music.track import preview_key


@pytest.mark.parametrize("attempts", [1, 3] if IS_FULL else [1])
def test_no_snapshot_lists_an_object_that_is_not_stored(
    world: World, figures: Figures, attempts: int
) -> None:
    modes = MODES if IS_FULL else (Mode.CRASH_AFTER,)

    figures.require_clean(
        "F11 every fault at every object", every_bucket_fault(world, attempts, modes)
    )


@pytest.mark.parametrize("mode", [Mode.TIMEOUT_BEFORE, Mode.ERROR_BEFORE, Mode.THROTTLE])
def test_a_bucket_that_is_down_rejects_only_the_new_tracks(
    world: World, figures: Figures, mode: Mode
) -> None:
    def down(number: int, call: Call) -> Mode | None:
        return mode if call.service == "s3" else None

    run = world.run(TESTED, faults=down)

    tally = Tally(1)
    problems = [] if run.outcome == "PUBLISHED" else [f"F11: the run says {run.outcome}"]
    tally.add(f"{mode} of the bucket", [*problems, *broken(world), *healed(world, TESTED + 1)])
    figures.require_clean("F11 the bucket is down", tally)


def test_an_existing_object_with_other_bytes_is_kept_and_recorded(
    world: World, figures: Figures
) -> None:
    newcomer = chart(TESTED)[6].track_id
    assert world.account.media(preview_key(newcomer)) is None
    world.account.place_object(preview_key(newcomer), like=preview_key(chart(0)[0].track_id))

    world.run(TESTED)

    tally = Tally(1)
    tally.add("an object with other bytes", [*broken(world), *healed(world, TESTED + 1)])
    figures.require_clean("F11 an object with other bytes", tally)


def clock_from(number: int, seconds: float, world: World) -> Callable[[], float]:
    """The remaining time: 900 s until `number` downloads were made, then `seconds`."""
    return lambda: 900.0 if len(world.downloader.fetched) < number else seconds


@pytest.mark.parametrize("seconds", [0.0, 1.0, 29.0, 30.0, 120.0, 121.0])
@pytest.mark.parametrize("downloads", [0, 2])
def test_a_refresh_that_runs_out_of_time_stops_and_the_next_one_continues(
    world: World, figures: Figures, seconds: float, downloads: int
) -> None:
    newcomers = tuple(chart(TESTED + 20)[:7]) + tuple(chart(TESTED + 30)[5:7])

    run = world.run(TESTED, candidates=newcomers, remaining=clock_from(downloads, seconds, world))

    expected = "PUBLISHED" if seconds >= PUBLISH_SECONDS else "OUT_OF_TIME"
    problems = [] if run.outcome == expected else [f"F13: the run says {run.outcome}"]
    has_time = seconds > 120
    fetched = list(world.downloader.fetched)
    if not has_time and len(fetched) > downloads:
        problems.append(f"F13: {len(fetched) - downloads} downloads after the time was up")
    # Without time from the start, the rules end the run before any track is counted.
    is_counted = not has_time and (downloads or seconds >= PUBLISH_SECONDS)
    if (run.report.deferred if run.report else 0) != ((8 - downloads) // 2 if is_counted else 0):
        problems.append(f"F13: {run.report.deferred if run.report else None} tracks were left")
    again = world.run(TESTED + 1, candidates=newcomers, holder="request-2")
    repeated = set(fetched) & set(world.downloader.fetched[len(fetched) :])
    problems += [f"F13: {url} is fetched again" for url in sorted(repeated)]
    problems += [] if again.outcome == "PUBLISHED" else [f"F13: the next one says {again.outcome}"]
    tally = Tally(1)
    tally.add(f"{seconds} s after {downloads} downloads", [*problems, *broken(world)])
    figures.require_clean("F13 time runs out", tally)
