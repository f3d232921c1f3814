"""Wall time per stage of a run."""

from collections.abc import Callable


class Stopwatch:
    """`laps` maps a stage to its seconds, in the order in which the stages ended."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._last = seconds()
        self.laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Ends a stage and starts the next one."""
        now = self._seconds()
        self.laps[stage] = now - self._last
        self._last = now
