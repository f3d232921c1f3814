"""The cause of a refresh, the time that its stages need, and whether it has to read the chart."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tiktok_music.pointer_moves import last_scheduled_at
from tiktok_music.refresh.build_catalog import MAX_CLOCK_SKEW
from tiktok_music.refresh.report import Outcome
from tiktok_music.snapshot import Pointer

# Media of a further group is started only above this: a download and its decoding fit into it.
RESERVE_SECONDS = 120.0
# A publish is started only above this: several attempts to write, read back and flip fit into it.
PUBLISH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Trigger:
    """The cause of a refresh: `holder` identifies the invocation, `scheduled_at` the run."""

    holder: str
    scheduled_at: datetime
    is_forced: bool
    remaining_seconds: Callable[[], float]


def skip_reason(
    pointer: Pointer | None, trigger: Trigger, now: datetime
) -> tuple[Outcome, str] | None:
    """The outcome of a run that does not read the chart, with its reason; None if it has to.

    A version scheduled in the future was published with a skewed clock and is ignored: it must
    not block runs with a correct one.
    """
    if pointer is None:
        return None
    version = pointer.current.version
    if pointer.is_pinned:
        return Outcome.REFUSED, f"PINNED: the operator holds the catalog at {version}"
    last = last_scheduled_at(pointer, max(now + MAX_CLOCK_SKEW, trigger.scheduled_at))
    if last is not None and last >= trigger.scheduled_at and not trigger.is_forced:
        return Outcome.ALREADY_DONE, f"version {version} is of this scheduled run or a later one"
    return None
