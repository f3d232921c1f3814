"""One instance of the refresh function: a run with only new tracks, then one without new tracks.

bench.refresh starts it as a separate process, so that its CPU and memory are the function's.
"""

import importlib
import json
import os
import resource
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from botocore.client import BaseClient

from local.gateway import LocalContext
from tiktok_music.adapters.media_downloads import HttpDownloader
from tiktok_music.adapters.media_workers import ProcessMediaEncoder
from tiktok_music.adapters.r2_media import R2MediaStore

SCHEDULED_TIMES = ("2026-11-22T06:00:00Z", "2026-11-22T18:00:00Z")
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")

# Methods whose CPU is counted, and their stage; a nested call counts for the outer stage.
STAGES: tuple[tuple[type, str, str], ...] = (
    (HttpDownloader, "_one", "fetching"),
    (ProcessMediaEncoder, "_ask", "talking to decoders"),
    (R2MediaStore, "save_once", "R2"),
    (BaseClient, "_make_api_call", "DynamoDB"),
)


class Clocks:
    """CPU seconds of this process by stage, over all threads, and the number of writes to R2."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.puts = 0
        self._running = threading.local()

    def watch(self, owner: type, method: str, stage: str) -> None:
        """Wraps a method of a class, so that its CPU time is counted for `stage`."""
        inner = getattr(owner, method)

        def clocked(*arguments: Any, **named: Any) -> Any:
            self.puts += arguments[1:2] == ("PutObject",)
            if getattr(self._running, "stage", None):
                return inner(*arguments, **named)
            self._running.stage = stage
            began = time.thread_time()
            try:
                return inner(*arguments, **named)
            finally:
                self._running.stage = None
                self.seconds[stage] += time.thread_time() - began

        setattr(owner, method, clocked)


def main() -> None:
    clocks = Clocks()
    for stage in STAGES:
        clocks.watch(*stage)
    began = time.process_time()
    handler = importlib.import_module("functions.refresh_music.handler").handler
    print(json.dumps({"init": time.process_time() - began}))
    for scheduled_time in SCHEDULED_TIMES:
        clocks.puts, own, decoders = 0, time.process_time(), decoder_seconds()
        clocks.seconds.clear()
        wall = time.monotonic()
        context = LocalContext("refresh_music", timeout_seconds=900, memory_limit_in_mb=3538)
        report = handler({"scheduledTime": scheduled_time}, context)
        measured = {
            "report": report,
            "wall": time.monotonic() - wall,
            "own": time.process_time() - own,
            "stages": clocks.seconds,
            "decoders": decoder_seconds() - decoders,
            "peak_mb": own_peak_mb() + sum(peak_mb(pid) for pid in children()),
            "puts": clocks.puts,
        }
        print(json.dumps(measured), flush=True)


def children() -> list[int]:
    """The ids of the running decoder processes."""
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text().split()]


def decoder_seconds() -> float:
    """CPU of the decoders, running and ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime + sum(cpu_seconds(pid) for pid in children())


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def own_peak_mb() -> float:
    return peak_mb(os.getpid())


def peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
