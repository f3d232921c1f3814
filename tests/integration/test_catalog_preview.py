"""`catalog preview`, as an operator types it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.cli import app

IDS = [str(7_662_052_657_323_182_080 + number) for number in range(9)]


def track(number: int, title: str, **more: Any) -> dict[str, Any]:
    return {"tiktokId": IDS[number], "title": title, **more}


def run(lines: list[str], *options: str) -> tuple[int, str]:
    text = "".join(f"{line}\n" for line in lines)
    result = CliRunner().invoke(app, ["preview", "-", *options], input=text.encode())
    return result.exit_code, result.output


def judged(lines: list[Any], *options: str) -> list[Any]:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    code, output = run(texts, "--json", *options)
    assert code == 0, output
    return [json.loads(line) for line in output.splitlines()]


def test_every_line_gets_its_verdict_in_order() -> None:
    lines = [
        track(1, "Sunset Drive", author="Mae & Co", userCount=5, language="English"),
        track(2, "SUNSET DRIVE (Official Audio)", author="Mae & Co", userCount=9),
        track(3, "What the Fuck", author="Loud Neighbours", language="English"),
        "nonsense",
        track(4, "original sound - mike", author="mike", language="English"),
    ]

    verdicts = judged(lines)

    english = {"code": "en", "source": "upstream", "score": 1.0}
    assert verdicts[0] == {
        "tiktokId": IDS[1],
        "verdict": "merged",
        "reason": None,
        "matched": None,
        "mergedInto": IDS[2],
        "language": english,
    }
    assert verdicts[2] == {
        "tiktokId": IDS[3],
        "verdict": "rejected",
        "reason": "PROFANITY",
        "matched": {"field": "title", "word": "fuck"},
        "mergedInto": None,
        "language": english,
    }
    assert [(each["tiktokId"], each["verdict"], each["reason"]) for each in verdicts] == [
        (IDS[1], "merged", None),
        (IDS[2], "accepted", None),
        (IDS[3], "rejected", "PROFANITY"),
        (None, "rejected", "INVALID_ROW"),
        (IDS[4], "rejected", "GENERIC_SOUND"),
    ]


def test_with_pairs_each_line_is_a_separate_catalog() -> None:
    pair = [track(1, "Low Tide", author="A", userCount=2), track(2, "low tide", author="a")]
    other = [track(3, "Low Tide", author="A"), track(4, "Low Tide (Live)", author="A")]

    verdicts = judged([pair, other, [], {"tiktokId": "1"}], "--pairs")

    assert [[(each["verdict"], each["mergedInto"]) for each in line] for line in verdicts] == [
        [("accepted", None), ("merged", IDS[1])],
        [("accepted", None), ("accepted", None)],
        [],
        [("rejected", None)],
    ]


def test_the_same_id_twice_is_one_track() -> None:
    verdicts = judged([track(1, "Low Tide", userCount=1), track(1, "Low Tide", userCount=8)])

    assert [(each["verdict"], each["mergedInto"]) for each in verdicts] == [
        ("merged", IDS[1]),
        ("accepted", None),
    ]


@pytest.mark.parametrize(
    "title",
    ["", "   ", "x" * 10_000, "🔥💃", "نسيم الليل", "\ud83d", "Ma\\u00f1ana", "\u202eevil", "\x00"],
)
def test_any_title_gets_a_verdict(title: str) -> None:
    [row] = judged([track(1, title)])

    assert row["verdict"] in ("accepted", "rejected")
    assert set(row["language"]) == {"code", "source", "score"}


def test_an_empty_line_is_rejected_in_its_place() -> None:
    assert [each["verdict"] for each in judged([track(1, "A"), "", track(2, "B")])] == [
        "accepted",
        "rejected",
        "accepted",
    ]


def test_the_table_shows_the_reason() -> None:
    code, output = run([json.dumps(track(1, "What the Fuck", author="Loud Neighbours"))])

    assert code == 0
    assert "rejected  What the Fuck  Loud Neighbours" in output
    assert "0 accepted, 0 merged, 1 rejected" in output


def test_generic_sounds_can_be_accepted() -> None:
    assert judged([track(1, "original sound")], "--keep-generic")[0]["verdict"] == "accepted"


def test_operator_overrides_apply(tmp_path: Path) -> None:
    lists = tmp_path / "lists.json"
    entry = {"kind": "deny", "reason": "asked for", "pattern": "*low tide"}
    lists.write_text(json.dumps({"entries": [entry]}))

    assert judged([track(1, "Low Tide")], "--lists", str(lists))[0]["reason"] == "DENIED"


def test_invalid_lists_are_reported(tmp_path: Path) -> None:
    lists = tmp_path / "lists.json"
    lists.write_text('{"entries": [{"kind": "deny", "reason": "x", "pattern": "*"}]}')

    code, output = run([], "--lists", str(lists))

    assert code == 2
    assert "entries.0: Value error, a pattern needs 3 letters besides *" in output


def test_a_missing_file_is_reported() -> None:
    result = CliRunner().invoke(app, ["preview", "/nowhere.jsonl"])

    assert (result.exit_code, "No such file" in result.output) == (2, True)


def test_the_console_script_is_installed_and_has_help() -> None:
    script = Path(sys.executable).parent / "catalog"

    for arguments in (["--help"], ["preview", "--help"]):
        result = subprocess.run([script, *arguments], capture_output=True, text=True, check=True)
        assert "Usage: catalog" in result.stdout
