"""`make life`: simulates a year of scheduled runs and prints the figures."""

import argparse
import asyncio
import logging
import sys
import time
from contextlib import nullcontext

from tests.life.stores import moto_stores
from tests.life.year import simulate


def main() -> int:
    parser = argparse.ArgumentParser(prog="make life", description=__doc__)
    parser.add_argument("--slots", type=int, default=730, help="scheduled runs (default: a year)")
    parser.add_argument("--moto", action="store_true", help="the adapters over moto, not fakes")
    parser.add_argument("--seed", type=int, default=20261122)
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    started = time.monotonic()
    asyncio.set_event_loop(asyncio.new_event_loop())
    with moto_stores() if given.moto else nullcontext() as stores:
        figures = simulate(given.slots, given.seed, stores)
    print("\n".join(figures.lines()))
    print(f"seed {given.seed}, {time.monotonic() - started:.0f} s")
    is_clean = not (figures.violations or figures.refused_legitimate or figures.passed_bad)
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
