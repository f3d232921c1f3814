"""`make bench-growth`: measures how each step grows with the number of tracks.

    python -m bench.growth [TRACKS ...]

A process per size and part prints CPU milliseconds of each step and its peak memory; the last
column is the growth of the largest size beside the smallest one, divided by that of the tracks:
1.0 is linear. The list part is what an instance of the list function computes, the refresh part
that of a run with nothing new. No network, no DynamoDB.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Sequence

SIZES = (1_000, 10_000, 20_000, 100_000)
PARTS = ("list", "refresh")
MEMORY = "peak memory, MB"


def main(arguments: Sequence[str]) -> int:
    """Measures all sizes; with `--part NAME SIZE` only one, in this process, as JSON."""
    if arguments[:1] == ["--part"]:
        print(json.dumps(measured(arguments[1], int(arguments[2]))))
        return 0
    sizes = [int(argument) for argument in arguments] or SIZES
    for part in PARTS:
        results = []
        for size in sizes:
            print(f"measuring the {part} part with {size:,} tracks ...", file=sys.stderr)
            results.append(measured_apart(part, size))
        print_table(part, sizes, results)
    return 0


def measured_apart(part: str, size: int) -> dict[str, float]:
    """The figures of a process of its own, so that its memory is that of one size."""
    command = [sys.executable, "-m", "bench.growth", "--part", part, str(size)]
    result = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    figures: dict[str, float] = json.loads(result.stdout)
    return figures


def measured(part: str, size: int) -> dict[str, float]:
    if part == "list":
        from bench.growing_list import list_figures as figures_of
    else:
        from bench.growing_refresh import refresh_figures as figures_of
    figures = dict(figures_of(size))
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {**figures, MEMORY: peak_kb / 1024}


def print_table(part: str, sizes: Sequence[int], results: Sequence[dict[str, float]]) -> None:
    heads = "".join(f"{size:>11,}" for size in sizes)
    print(f"\n{part + ' part, ms of CPU':<34}{heads}{'growth':>9}")
    for name in results[0]:
        values = [result[name] for result in results]
        cells = "".join(f"{value:>11,.1f}" for value in values)
        growth = values[-1] / values[0] / (sizes[-1] / sizes[0]) if values[0] else 0.0
        print(f"{name:<34}{cells}{growth:>8.1f}x")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
