"""Measures the CPU of the rules on invented charts of growing size.

    python -m tools.evaluation.measure_rules [CANDIDATES ...]

Prints CPU seconds of the rules on words, the grouping of duplicates and the language rule. Titles
have the words of two labelled titles, authors are those of the labelled pairs.
"""

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.groups import group_duplicates
from tiktok_music.refresh.curation.text_rules import (
    RuleSettings,
    TextRules,
    judge_text,
    language_of,
)
from tools.evaluation.measure_duplicates import read_pairs

_DATA = Path(__file__).resolve().parents[2] / "tests" / "data"
_SIZES = (2_500, 5_000, 10_000, 20_000)


def invented_chart(size: int) -> list[Candidate]:
    """The first half of one title with the second half of another one, and any author."""
    generator = random.Random(7)  # noqa: S311 - not a secret
    pairs = read_pairs(_DATA / "duplicate_pairs_development.tsv")
    pool = [candidate for pair in pairs for candidate in (pair.first, pair.second)]
    words = [candidate.title.split() for candidate in pool]
    chart = []
    for number in range(size):
        first, second = generator.choice(words), generator.choice(words)
        title = " ".join((*first[: len(first) // 2], *second[len(second) // 2 :]))
        author = generator.choice(pool).author
        users = generator.randint(0, 10**6)
        chart.append(Candidate(str(10**12 + number), title, author, user_count=users))
    return chart


def cpu_seconds(step: Callable[[], object]) -> float:
    start = time.process_time()
    step()
    return time.process_time() - start


def main(sizes: list[int]) -> None:
    rules = TextRules.load(RuleSettings())
    print(f"{'candidates':>10} {'words':>7} {'groups':>7} {'language':>8} {'total':>7} s of CPU")
    for size in sizes or _SIZES:
        words, groups, language = measured(invented_chart(size), rules)
        total = words + groups + language
        print(f"{size:>10,} {words:>7.2f} {groups:>7.2f} {language:>8.2f} {total:>7.2f}")


def measured(chart: list[Candidate], rules: TextRules) -> tuple[float, float, float]:
    return (
        cpu_seconds(lambda: [judge_text(each, rules) for each in chart]),
        cpu_seconds(lambda: group_duplicates(chart)),
        cpu_seconds(lambda: [language_of(each, rules) for each in chart]),
    )


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]])
