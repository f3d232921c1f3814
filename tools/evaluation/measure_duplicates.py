"""Scores the duplicate rules on labelled pairs.

    python -m tools.evaluation.measure_duplicates [FILE.tsv ...]

Columns of a file: label (duplicate or different), kind, then title, author and seconds of each.
"""

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.groups import group_duplicates

_DATA = Path(__file__).resolve().parents[2] / "tests" / "data"
_SPEED_CANDIDATES = 10_000


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two candidates; `is_duplicate` is the label."""

    is_duplicate: bool
    kind: str
    first: Candidate
    second: Candidate

    @property
    def is_joined(self) -> bool:
        """True if the rules join the candidates."""
        return len(group_duplicates((self.first, self.second))) == 1


def read_pairs(path: Path) -> list[LabelledPair]:
    """Reads the labelled pairs of a file; lines that begin with `#` are comments."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_pair(line.split("\t")) for line in lines if not line.startswith("#")]


def _pair(fields: list[str]) -> LabelledPair:
    label, kind, title, author, seconds, other_title, other_author, other_seconds = fields
    first = Candidate("10001", title, author, duration_seconds=float(seconds))
    second = Candidate("10002", other_title, other_author, duration_seconds=float(other_seconds))
    return LabelledPair(label == "duplicate", kind, first, second)


def score(pairs: list[LabelledPair]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the joined pairs."""
    outcomes = Counter((pair.is_duplicate, pair.is_joined) for pair in pairs)
    right = outcomes[True, True]
    precision = right / max(1, right + outcomes[False, True])
    recall = right / max(1, right + outcomes[True, False])
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _print_mistakes(pairs: list[LabelledPair]) -> None:
    for pair in pairs:
        if pair.is_joined != pair.is_duplicate:
            label = "missed" if pair.is_duplicate else "wrong "
            first, second = pair.first, pair.second
            print(f"  {label} [{pair.kind}] {first.title} / {first.author}", end="")
            print(f"  ||  {second.title} / {second.author}")


def _title(generator: random.Random, pool: list[Candidate]) -> str:
    title = f"{generator.choice(pool).title} {generator.choice(pool).title}"
    return title[: generator.randint(8, 60)]


def _seconds_for(pairs: list[LabelledPair]) -> float:
    """CPU seconds to group an invented chart, with titles and authors combined from the pairs."""
    generator = random.Random(7)  # noqa: S311 - not a secret
    pool = [candidate for pair in pairs for candidate in (pair.first, pair.second)]
    chart = [
        Candidate(
            str(10_000 + number),
            _title(generator, pool),
            generator.choice(pool).author,
            user_count=generator.randint(0, 10**6),
        )
        for number in range(_SPEED_CANDIDATES)
    ]
    start = time.process_time()
    group_duplicates(chart)
    return time.process_time() - start


def main(arguments: list[str]) -> None:
    paths = [Path(argument) for argument in arguments]
    all_pairs: list[LabelledPair] = []
    for path in paths or sorted(_DATA.glob("duplicate_pairs_*.tsv")):
        pairs = read_pairs(path)
        all_pairs += pairs
        precision, recall, f1 = score(pairs)
        print(f"{path.name}: {len(pairs)} pairs, P {precision:.3f} R {recall:.3f} F1 {f1:.3f}")
        if "held_out" not in path.name:
            _print_mistakes(pairs)
    print(f"{_SPEED_CANDIDATES:,} candidates: {_seconds_for(all_pairs):.1f} s of CPU")


if __name__ == "__main__":
    main(sys.argv[1:])
