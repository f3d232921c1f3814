"""Measures the profanity filter on the labelled sets, or lists the flagged rows of a file.

python -m tools.evaluation.measure_profanity [--misses] [--record] [--flags FILE.tsv]
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tiktok_music.refresh.curation.profanity.rule import ProfanityFilter, ProfanityMatch

_DATA = Path(__file__).resolve().parents[2] / "tests" / "data"
_SETS = ("development", "held_out")
Labelled = list[tuple[str, str, str]]


def labelled(name: str) -> Labelled:
    """Reads a labelled set: kind (profane, trap, ordinary), language, text."""
    path = _DATA / f"profanity_{name}.tsv"
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("# "):
            kind, language, text = line.split("\t")
            rows.append((kind, language, text))
    return rows


def report(name: str, rows: Labelled, filter_: ProfanityFilter) -> Iterator[str]:
    """Yields precision, recall and F1 of a set, then its false-positive rates."""
    flagged = {kind: 0 for kind in ("profane", "trap", "ordinary")}
    total = dict(flagged)
    for kind, _, text in rows:
        total[kind] += 1
        flagged[kind] += filter_.find(text) is not None
    wrong = flagged["trap"] + flagged["ordinary"]
    precision = flagged["profane"] / (flagged["profane"] + wrong)
    recall = flagged["profane"] / total["profane"]
    f1 = 2 * precision * recall / (precision + recall)
    yield f"{name}: {len(rows)} texts, P {precision:.3f}, R {recall:.3f}, F1 {f1:.3f}"
    for kind in ("trap", "ordinary"):
        share = flagged[kind] / total[kind]
        yield f"  {kind} flagged: {flagged[kind]} of {total[kind]} ({share:.1%})"


def misses(rows: Labelled, filter_: ProfanityFilter) -> Iterator[str]:
    """Yields every misjudged text of a set."""
    for kind, language, text in rows:
        match = filter_.find(text)
        if (match is not None) != (kind == "profane"):
            yield f"  {kind} {language}: {text} -> {match}"


def flags(path: Path, filter_: ProfanityFilter) -> Iterator[str]:
    """Yields flagged rows of title<TAB>artist: field, list entry, match, title, artist."""
    judges: tuple[tuple[str, Callable[[str], ProfanityMatch | None]], ...] = (
        ("title", filter_.find),
        ("author", filter_.find_in_name),
    )
    for line in path.read_text(encoding="utf-8").splitlines():
        title, author = [*line.split("\t"), ""][:2]
        for (field, judge), text in zip(judges, (title, author), strict=True):
            if match := judge(text):
                yield "\t".join((field, match.word, match.text, title, author))


def recorded(filter_: ProfanityFilter) -> Iterator[str]:
    """Yields the rows of the golden file: kind, list entry and text of each flagged text."""
    for name in _SETS:
        for kind, _, text in labelled(name):
            if match := filter_.find(text):
                yield f"{kind}\t{match.word}\t{text}\n"


def speed(rows: Labelled, filter_: ProfanityFilter) -> str:
    """Mean microseconds per text, and milliseconds to load the lists."""
    started = time.perf_counter()
    for _, _, text in rows:
        filter_.find(text)
    per_text = (time.perf_counter() - started) / len(rows) * 1e6
    started = time.perf_counter()
    ProfanityFilter.load()
    loaded = (time.perf_counter() - started) * 1e3
    return f"{per_text:.0f} µs per text, {loaded:.1f} ms to load"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--misses",
        action="store_true",
        help="also print the misjudged texts of the development set",
    )
    parser.add_argument(
        "--flags", type=Path, metavar="FILE.tsv", help="print only the flagged rows of a file"
    )
    parser.add_argument("--record", action="store_true", help="rewrite the golden file of flags")
    options = parser.parse_args()
    filter_ = ProfanityFilter.load()
    if options.record:
        with (_DATA / "profanity_corpus_flags.tsv").open("w", encoding="utf-8") as golden:
            golden.write("# What the lists flag in the labelled sets: kind, list entry, text.\n")
            golden.writelines(recorded(filter_))
    if options.flags:
        _print_lines(flags(options.flags, filter_))
        return
    for name in _SETS:
        rows = labelled(name)
        _print_lines(report(name, rows, filter_))
        if options.misses and name != "held_out":
            _print_lines(misses(rows, filter_))
    print(speed(labelled("development"), filter_))


def _print_lines(lines: Iterator[str]) -> None:
    for line in lines:
        print(line)


if __name__ == "__main__":
    main()
