"""Concurrent invocations, one call at a time: a function chooses the next one, so that the same
choices give the same run."""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence

from tests.faults.wire import Call
from tests.faults.world import Hook, Run

Choice = Callable[[Sequence[str], Mapping[str, int]], str]


class Interleaver:
    """Runs each invocation in a thread that waits before every call until it is chosen."""

    def __init__(self, choose: Choice) -> None:
        self._choose = choose
        self._gates: dict[str, threading.Semaphore] = {}
        self._arrivals: queue.SimpleQueue[tuple[str, bool]] = queue.SimpleQueue()
        self._places: dict[str, int] = {}
        self._runs: dict[str, Run] = {}

    def run(self, invocations: Mapping[str, Callable[[Hook], Run]]) -> dict[str, Run]:
        """Starts the invocations in order, resumes one at a time; returns how each ended.

        `choose` gets the sorted names of the waiting invocations, and by name the number of the
        call that each waits before.
        """
        threads = []
        waiting: list[str] = []
        for name, invoke in invocations.items():
            self._gates[name] = threading.Semaphore(0)
            threads.append(threading.Thread(target=self._work, args=(name, invoke), name=name))
            threads[-1].start()
            self._arrive(waiting)
        while waiting:
            name = self._choose(sorted(waiting), self._places)
            waiting.remove(name)
            self._gates[name].release()
            self._arrive(waiting)
        for thread in threads:
            thread.join()
        return self._runs

    def _work(self, name: str, invoke: Callable[[Hook], Run]) -> None:
        def wait(number: int, call: Call) -> None:
            self._places[name] = number
            self._arrivals.put((name, True))
            self._gates[name].acquire()

        try:
            self._runs[name] = invoke(wait)
        finally:
            self._arrivals.put((name, False))

    def _arrive(self, waiting: list[str]) -> None:
        name, is_waiting = self._arrivals.get()
        if is_waiting:
            waiting.append(name)
