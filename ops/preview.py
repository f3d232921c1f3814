"""`catalog preview`: applies the text rules to a list of tracks, without media or AWS."""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ops.console import echo, print_json, print_table
from tiktok_music.adapters.operator_list_rows import parse_lists
from tiktok_music.adapters.static_source import parse_line, parse_static_row
from tiktok_music.adapters.upstream_rows import rejected_row
from tiktok_music.errors import CatalogError
from tiktok_music.refresh.curation.operator_lists import NO_LISTS, OperatorLists
from tiktok_music.refresh.curation.row_judgement import JudgedRow, judge_rows
from tiktok_music.refresh.curation.text_rules import RuleSettings, TextRules

# Rows of the table; --json prints all.
MAX_ROWS_SHOWN = 1_000


def preview(
    file: Annotated[str, typer.Argument(help="JSON lines of tracks; - for standard input.")],
    pairs: Annotated[
        bool,
        typer.Option("--pairs", help="Treat each line, a JSON array, as a separate catalog."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON per input line, in order.")
    ] = False,
    mild: Annotated[bool, typer.Option("--mild", help="Also reject milder words.")] = False,
    keep_generic: Annotated[
        bool, typer.Option("--keep-generic", help='Accept user sounds called "original sound".')
    ] = False,
    default_language: Annotated[
        str, typer.Option(help="ISO 639-1 code of tracks whose language is unknown.")
    ] = "en",
    lists: Annotated[Path | None, typer.Option(help="JSON document of operator overrides.")] = None,
) -> None:
    """Apply the rules that need no media (words, duplicates, language) to a list of tracks.

    A track is {"tiktokId", "title", "author", "album", "duration", "userCount", "language",
    "isCommerceMusic", …}; only the first two are required. Exits with 0 for any verdict.
    """
    try:
        rules = _rules(RuleSettings(default_language, mild, not keep_generic), lists)
        lines = _lines(file)
    except (CatalogError, OSError, UnicodeDecodeError) as exc:
        echo(f"catalog preview: {exc}", err=True)
        raise typer.Exit(2) from exc
    judged = _judged_pairs(lines, rules) if pairs else _judged_catalog(lines, rules)
    if as_json:
        for each in judged:
            print_json(_to_json(each), indent=None)
    else:
        _print_table(judged)


def _rules(settings: RuleSettings, lists: Path | None) -> TextRules:
    rules = TextRules.load(settings)
    if lists is None:
        return rules
    entries = parse_lists(lists.read_bytes(), str(lists))
    active = OperatorLists.at(entries, datetime.now(UTC)) if entries else NO_LISTS
    return TextRules(settings, rules.profanity, rules.language, active)


def _lines(file: str) -> list[str]:
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    return data.decode("utf-8-sig").removesuffix("\n").split("\n") if data else []


def _judged_catalog(lines: Iterable[str], rules: TextRules) -> Iterator[JudgedRow]:
    yield from judge_rows([parse_static_row(parse_line(line)) for line in lines], rules)


def _judged_pairs(lines: Iterable[str], rules: TextRules) -> Iterator[list[JudgedRow]]:
    for line in lines:
        rows = parse_line(line)
        if isinstance(rows, list):
            yield judge_rows([parse_static_row(row) for row in rows], rules)
        else:
            yield judge_rows([rejected_row({}, "the line is not a JSON array")], rules)


def _to_json(judged: JudgedRow | list[JudgedRow]) -> Any:
    if isinstance(judged, list):
        return [_to_json(row) for row in judged]
    verdict, language = judged
    finding = verdict.finding
    return {
        "tiktokId": verdict.tiktok_id or None,
        "verdict": str(verdict.status),
        "reason": str(finding.reason) if finding else None,
        "matched": {"field": finding.field, "word": finding.word}
        if finding and finding.field
        else None,
        "mergedInto": verdict.duplicate_of,
        "language": {
            "code": language.code,
            "source": str(language.source),
            "score": language.score,
        },
    }


def _print_table(judged: Iterable[JudgedRow | list[JudgedRow]]) -> None:
    shown: list[tuple[str, ...]] = []
    counts = {"accepted": 0, "merged": 0, "rejected": 0}
    for rows in judged:
        for row in rows if isinstance(rows, list) else [rows]:
            counts[str(row.verdict.status)] += 1
            if sum(counts.values()) <= MAX_ROWS_SHOWN:
                shown.append(_cells(row))
    print_table(("verdict", "title", "author", "language", "why"), shown)
    summary = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
    more = sum(counts.values()) - MAX_ROWS_SHOWN
    echo(summary + (f" ({more} rows not shown; --json has all)" if more > 0 else ""))


def _cells(row: JudgedRow) -> tuple[str, ...]:
    verdict, language = row
    why = verdict.finding.detail if verdict.finding else ""
    if verdict.duplicate_of is not None:
        why = f"{verdict.evidence}: {verdict.duplicate_of}"
    return (
        str(verdict.status),
        verdict.title,
        verdict.author,
        f"{language.code} ({language.source})",
        why,
    )
