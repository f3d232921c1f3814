"""Runs `make run` as a separate process, for tests over HTTP."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# A start takes half a minute on an idle machine, and several minutes when all cores are busy.
START_SECONDS = 600


@dataclass
class LocalRun:
    process: subprocess.Popen[str]
    lines: list[str]
    facts: dict[str, Any]
    run_file: Path


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "local", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


@contextmanager
def running(run_file: Path) -> Iterator[LocalRun]:
    """Starts the local run on a free port, and kills it at the end."""
    process = start("--port", "0", "--run-file", str(run_file))
    try:
        lines = read_until(process, "Ctrl-C")
        assert run_file.exists(), "\n".join(lines)
        yield LocalRun(process, lines, json.loads(run_file.read_text()), run_file)
    finally:
        process.kill()
        process.communicate()


def output(*arguments: str) -> tuple[int, str]:
    process = start(*arguments)
    text, _ = process.communicate(timeout=START_SECONDS)
    return process.returncode, text


def read_until(process: subprocess.Popen[str], last: str) -> list[str]:
    assert process.stdout is not None
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if line.startswith(last):
            break
    watchdog.cancel()
    return lines
