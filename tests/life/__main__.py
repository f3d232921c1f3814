"""`make life`: simulates a year of scheduled runs and prints the figures."""

import argparse
import logging
import sys
import time

from tests.life.year import simulate


def main() -> int:
    parser = argparse.ArgumentParser(prog="make life", description=__doc__)
    parser.add_argument("--slots", type=int, default=730, help="scheduled runs (default: a year)")
    parser.add_argument("--seed", type=int, default=20261122)
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    started = time.monotonic()
    figures = simulate(given.slots, given.seed)
    print("\n".join(figures.lines()))
    print(f"seed {given.seed}, {time.monotonic() - started:.0f} s")
    is_clean = not (figures.violations or figures.refused_legitimate or figures.passed_bad)
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
