"""One instance of the refresh function: a tick with everything new, and one with nothing new.

Started by bench.refresh as a process of its own, so that its CPU and memory are the function's.
"""

import importlib
import json
import os
import resource
import time
from pathlib import Path
from typing import Any

from botocore.client import BaseClient

from local.gateway import LocalContext

TICKS = ("2026-11-22T06:00:00Z", "2026-11-22T18:00:00Z")
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    puts = 0
    make_call = BaseClient._make_api_call  # type: ignore[attr-defined]  # botocore's own seam

    def counting(client: Any, operation: str, arguments: Any) -> Any:
        nonlocal puts
        puts += operation == "PutObject"
        return make_call(client, operation, arguments)

    BaseClient._make_api_call = counting  # type: ignore[attr-defined]
    began = time.process_time()
    handler = importlib.import_module("functions.refresh_music.handler").handler
    print(json.dumps({"init": time.process_time() - began}))
    for tick in TICKS:
        puts, own, decoders = 0, time.process_time(), decoder_seconds()
        wall = time.monotonic()
        context = LocalContext("refresh_music", 900, 3538)
        report = handler({"scheduledTime": tick}, context)
        told = {
            "report": report,
            "wall": time.monotonic() - wall,
            "own": time.process_time() - own,
            "decoders": decoder_seconds() - decoders,
            "peak_mb": own_peak_mb() + sum(peak_mb(pid) for pid in children()),
            "puts": puts,
        }
        print(json.dumps(told), flush=True)


def children() -> list[int]:
    """The decoder processes that are alive."""
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text().split()]


def decoder_seconds() -> float:
    """CPU of the decoders, living and ended."""
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
