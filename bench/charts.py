"""`make bench-refresh CHARTS=50`: measures what many charts add to a refresh of their sounds.

The same sounds are refreshed twice: as one chart, and as the default chart with `CHARTS` charts of
100 rows beside it. Rules, joins, rendering and packing are the real ones; stores and media tools
are those of the tests, so that only the refresh itself is measured. CPU of this process.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bench.refresh import number_word
from tests.builders import a_candidate
from tests.fakes import FakeSource
from tests.refresh_world import World
from tiktok_music.charts import GENRES, Coordinates
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.text_rules import RuleSettings, TextRules
from tiktok_music.refresh.report import Outcome, RefreshReport

ROWS = 100
# Users saw mostly the same library in another order: so many sounds for each chart of 100 rows.
SOUNDS_PER_CHART = 40
RUNS = 3
RULES = TextRules.load(RuleSettings())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--charts", type=int, default=50)
    count = parser.parse_args().charts
    shuffled = random.Random(20261128)  # noqa: S311 - a fixed selection
    sounds = [a_sound(number) for number in range(ROWS + SOUNDS_PER_CHART * count)]
    charts = [shuffled.sample(sounds, ROWS) for _ in range(count)]
    listed = {each.tiktok_id for chart in (sounds[:ROWS], *charts) for each in chart}
    union = [each for each in sounds if each.tiktok_id in listed]
    print(f"{count} charts of {ROWS} rows beside the default one, {len(union)} sounds in all")
    print(f"{'CPU s of a refresh':<44} {'first':>8} {'again':>8}")
    alone = [measured(union, ()) for _ in range(RUNS)]
    together = [measured(sounds[:ROWS], charts) for _ in range(RUNS)]
    firsts = [statistics.median(each[0] for each in runs) for runs in (alone, together)]
    agains = [statistics.median(each[1] for each in runs) for runs in (alone, together)]
    names = ("the union as one chart", "the default chart, and the charts")
    for name, first, again in zip(names, firsts, agains, strict=True):
        print(f"  {name:<42} {first:>8.2f} {again:>8.2f}")
    print(f"  {'added':<42} {firsts[1] / firsts[0] - 1:>8.1%} {agains[1] / agains[0] - 1:>8.1%}")
    return 0


def a_sound(number: int) -> Candidate:
    title = f"Lantern {number_word(number)}"
    author = f"Harbour {number_word(number * 7 + 3)}"
    return a_candidate(number, title=title, author=author, user_count=1_000_000 - number)


def measured(
    default: Sequence[Candidate], charts: Sequence[Sequence[Candidate]]
) -> tuple[float, float]:
    """CPU seconds of a first refresh, and of one twelve hours later without new sounds."""
    world = World(charts=dict(zip(places(len(charts)), map(a_source, charts), strict=True)))
    seconds = []
    for _ in range(2):
        began = time.process_time()
        report = world.refresh(*default, rules=RULES)
        seconds.append(time.process_time() - began)
        require_published(report, len(charts))
        world.now += timedelta(hours=12)
    return seconds[0], seconds[1]


def places(count: int) -> list[Coordinates]:
    genres = [genre for genre in GENRES if genre != "all"]
    return [
        Coordinates(source="cml", country="US", genre=each, period=7) for each in genres[:count]
    ]


def a_source(rows: Sequence[Candidate]) -> FakeSource:
    placed = enumerate(rows, start=1)
    return FakeSource(tuple(replace(each, place=place, user_count=0) for place, each in placed))


def require_published(report: RefreshReport, charts: int) -> None:
    outcomes = [report.outcome, *(each.outcome for each in report.charts)]
    if outcomes != [Outcome.PUBLISHED] * (1 + charts):
        raise SystemExit(f"not published: {report.reason}, {report.charts}")


if __name__ == "__main__":
    sys.exit(main())
