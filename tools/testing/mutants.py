"""Mutation testing: `python -m tools.testing.mutants [MODULE…]` tests the tests of the core.

Each mutation of a module is run against its tests in a forked process; one that no test notices
survives, and needs a reason in `survivors.toml`. Results are remembered in .local/mutants while
module and tests stay the same, so that an interrupted run continues.
"""

import hashlib
import json
import math
import os
import signal
import sys
import time
import tomllib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from tools.testing.mutated_module import run_tests
from tools.testing.mutations import Mutation, mutations

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "layers_shared"
RESULTS = ROOT / ".local/mutants"
SURVIVORS = Path(__file__).with_name("survivors.toml")
UNIT, REFRESH = "tests/unit", "tests/unit/refresh"
# The modules of the core, and the tests that must notice every change of them, quick ones first.
TESTS: dict[str, tuple[str, ...]] = {
    "snapshot": (f"{UNIT}/test_snapshot.py", f"{UNIT}/test_response_size.py"),
    "pointer_moves": (f"{UNIT}/test_pointer_moves.py",),
    "resolve": (f"{UNIT}/test_resolve.py", f"{UNIT}/test_resolve_publish.py"),
    "api_key": (f"{UNIT}/test_api_key.py", f"{UNIT}/test_keys.py"),
    "api.auth": (f"{UNIT}/test_keys.py", f"{UNIT}/test_api_key.py"),
    "api.rate_limit": (f"{UNIT}/test_rate_limit.py", f"{UNIT}/test_keys.py"),
    "refresh.gates": (f"{UNIT}/test_gates.py",),
    "refresh.publication.publish": (
        f"{REFRESH}/test_publishing.py",
        f"{REFRESH}/test_archive.py",
        f"{REFRESH}/test_outcomes.py",
        f"{REFRESH}/test_over_time.py",
    ),
    "refresh.publication.archive_records": (f"{REFRESH}/test_archive_records.py",),
    "adapters.dynamo_publisher": (
        "tests/contracts/test_publisher_contract.py",
        "tests/contracts/test_dynamo_calls.py",
    ),
    "adapters.safe_http": (
        "tests/integration/test_safe_http.py",
        "tests/integration/test_hostile_addresses.py",
    ),
}
# Imported once, before the forks; none of them is part of this project.
PRELOADED = (
    "boto3",
    "jsonschema",
    "mangum",
    "moto",
    "moto.dynamodb",
    "moto.s3",
    "numpy",
    "pydantic",
    "pynamodb.models",
    "pytest",
    "rapidfuzz",
    "starlette.applications",
)
# A mutant that loops endlessly counts as noticed after so many times the CPU time of the tests,
# however busy the machine is; one that waits, after so many times their duration.
PATIENCE = 4
LEAST_CPU_SECONDS = 10
LEAST_SECONDS = 120.0


class Limits(NamedTuple):
    """Limits on the tests of one mutant."""

    cpu_seconds: int
    seconds: float


NO_LIMITS = Limits(600, 3600.0)


def main(names: Sequence[str]) -> int:
    """Prints every survivor without a reason and the share noticed; 1 if there is one."""
    unknown = [name for name in names if name not in TESTS]
    if unknown:
        print(f"{unknown[0]} is none of {', '.join(TESTS)}", file=sys.stderr)
        return 2
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a fork copies no threads
    for name in PRELOADED:
        import_module(name)
    accepted = {**tomllib.loads(SURVIVORS.read_text())}
    is_complete = True
    made = noticed = 0
    for name in names or TESTS:
        found = list(mutations(_source(name).read_text()))
        survivors = _survivors(name, found)
        made, noticed = made + len(found), noticed + len(found) - len(survivors)
        reasons = accepted.get(name, {})
        print(f"{name}: {len(found) - len(survivors)} of {len(found)} noticed", flush=True)
        for each in (each for each in survivors if each not in reasons):
            print(f"  no test notices: {each}")
        for each in (each for each in reasons if each not in survivors):
            print(f"  is noticed now, and has no place in {SURVIVORS.name}: {each}")
        is_complete &= set(survivors) == set(reasons)
    print(f"in all {noticed} of {made} mutants noticed, {noticed / made:.1%}")
    if not is_complete:
        print(f"a mutant that no test notices needs a test, or a reason in {SURVIVORS.name}")
    return 0 if is_complete else 1


def _source(name: str) -> Path:
    return SOURCE / "tiktok_music" / f"{name.replace('.', '/')}.py"


def _survivors(name: str, found: Iterable[Mutation]) -> list[str]:
    """The names of the mutations that no test notices."""
    remembered = RESULTS / f"{name}-{_digest(name)}.jsonl"
    remembered.parent.mkdir(parents=True, exist_ok=True)
    lines = remembered.read_text().splitlines() if remembered.exists() else []
    outcomes: dict[str, bool] = dict(json.loads(line) for line in lines)
    left = [each for each in found if each.name not in outcomes]
    limits = _limits(name) if left else NO_LIMITS
    with remembered.open("a") as file:
        for done, mutation in enumerate(left, start=1):
            outcomes[mutation.name] = not _passes(name, mutation, limits)[0]
            file.write(json.dumps([mutation.name, outcomes[mutation.name]]) + "\n")
            file.flush()
            if done % 20 == 0:
                print(f"  {name}: {done} of {len(left)} mutants tested", flush=True)
    return [each.name for each in found if not outcomes[each.name]]


def _digest(name: str) -> str:
    """Changes with the module, its tests and what they share."""
    shared = sorted((ROOT / "tests").glob("*.py"))
    paths = [_source(name), *(ROOT / each for each in TESTS[name]), *shared]
    return hashlib.sha256(b"".join(each.read_bytes() for each in paths)).hexdigest()[:12]


def _limits(name: str) -> Limits:
    """Runs the tests without a mutation, which must pass."""
    passes, cpu_seconds, seconds = _passes(name, None, NO_LIMITS)
    if not passes:
        raise SystemExit(f"the tests of {name} fail without a mutation: {' '.join(TESTS[name])}")
    return Limits(
        max(math.ceil(PATIENCE * cpu_seconds), LEAST_CPU_SECONDS),
        max(PATIENCE * seconds, LEAST_SECONDS),
    )


def _passes(name: str, mutation: Mutation | None, limits: Limits) -> tuple[bool, float, float]:
    """Runs the tests of a module in a fork; False if one fails, or they do not end within limits.

    Also returns the seconds of CPU that they took, and their duration.
    """
    started_at = time.monotonic()
    child = os.fork()
    if child == 0:
        os.setpgrp()
        run_tests(f"tiktok_music.{name}", mutation, TESTS[name], limits.cpu_seconds)
    ended = 0
    while not ended:
        ended, status, used = os.wait4(child, os.WNOHANG)
        seconds = time.monotonic() - started_at
        if not ended and seconds > limits.seconds:
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
        time.sleep(0.02)
    return os.waitstatus_to_exitcode(status) == 0, used.ru_utime + used.ru_stime, seconds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
