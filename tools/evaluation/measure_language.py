"""Measures the language rule on labelled titles: accuracy, confusions, speed and memory."""

import argparse
import resource
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tiktok_music.refresh.curation.languages.rule import LanguageRule

_DATA = Path(__file__).resolve().parents[2] / "tests" / "data"
_SETS = (_DATA / "language_development.tsv", _DATA / "language_heldout.tsv")


class Labelled(NamedTuple):
    code: str
    title: str
    kind: str


def labelled(path: Path) -> list[Labelled]:
    """Reads rows of `language<TAB>title[<TAB>kind]`; lines that start with "# " are comments."""
    lines = path.read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("# "))
    return [Labelled(row[0], row[1], row[2] if len(row) > 2 else "") for row in rows]


def report(name: str, rows: list[Labelled], answers: list[str], is_verbose: bool) -> None:
    right = [row.code == answer for row, answer in zip(rows, answers, strict=True)]
    print(f"{name}: {sum(right) / len(rows):.3f} of {len(rows)} in {len({r.code for r in rows})}")
    by_code = {
        code: [ok for row, ok in zip(rows, right, strict=True) if row.code == code]
        for code in {r.code for r in rows}
    }
    mean = sum(sum(hits) / len(hits) for hits in by_code.values()) / len(by_code)
    print(
        f"  mean over languages {mean:.3f}, English {sum(by_code['en']) / len(by_code['en']):.3f}"
    )
    for kind in sorted({row.kind for row in rows}):
        hits = [ok for row, ok in zip(rows, right, strict=True) if row.kind == kind]
        print(f"  {kind or 'all'}: {sum(hits) / len(hits):.3f} of {len(hits)}")
    wrong = Counter((r.code, a) for r, a in zip(rows, answers, strict=True) if r.code != a)
    print("  confusions:", " ".join(f"{a}>{b}:{n}" for (a, b), n in wrong.most_common(40)))
    if is_verbose:
        for row, answer in zip(rows, answers, strict=True):
            if row.code != answer:
                print(f"    {row.code} {answer} {row.title}")


def memory_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "sets",
        nargs="*",
        type=Path,
        default=_SETS,
        help="labelled .tsv files (default: the sets in tests/data)",
    )
    parser.add_argument(
        "--charts", type=Path, help="also show the languages of this .tsv of title, artist, source"
    )
    parser.add_argument("--verbose", action="store_true", help="list every wrong answer")
    chosen = parser.parse_args()
    before, start = memory_megabytes(), time.perf_counter()
    rule = LanguageRule.load()
    seconds = time.perf_counter() - start
    print(f"load: {seconds:.2f} s, {memory_megabytes() - before:.0f} MB")
    for path in chosen.sets:
        rows = labelled(path)
        start = time.perf_counter()
        answers = [rule.identify(row.title, None).code for row in rows]
        each = (time.perf_counter() - start) / len(rows) * 1e6
        report(path.stem, rows, answers, chosen.verbose)
        print(f"  {each:.0f} µs a title")
    if chosen.charts:
        charts(rule, chosen.charts)


def charts(rule: LanguageRule, path: Path) -> None:
    """Prints the shares of languages by chart: nearly all of `hot100` is English."""
    found: dict[str, Counter[str]] = {}
    for line in path.read_text("utf-8").splitlines()[1:]:
        title, _, source = line.split("\t")
        found.setdefault(source, Counter())[rule.identify(title, None).code] += 1
    for source, counts in found.items():
        shares = " ".join(f"{code}:{n / counts.total():.3f}" for code, n in counts.most_common(9))
        print(f"{source} ({counts.total()}): {shares}")


if __name__ == "__main__":
    main()
