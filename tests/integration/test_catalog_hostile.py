"""Every command over hostile words of upstream, and over unreadable items."""

import ast
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from ops.console import harmless
from tests.builders import a_key, a_record, a_snapshot, a_track
from tests.served import Run, publish, table
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_lists import DynamoOperatorLists
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_runs import DynamoRunReports
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.pointer_moves import advanced
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind
from tiktok_music.refresh.report import Outcome, RefreshReport

EVIL = "\x1b]0;pwned\x07\x1b[2J\x9b31m\x08\x7f\u202egnp [bold]x[/] [/red]"
TRACK = a_record(1).track_id
COMMANDS = [
    ("status",),
    ("snapshots",),
    ("report",),
    ("replay",),
    ("diff", "0000000001"),
    ("why", TRACK),
    ("why", "pwned"),
    ("keys", "list"),
    ("keys", "suspend", "ABCDEFGHIJKLMNOP", "--yes"),
    ("keys", "suspend", "--organization", EVIL, "--yes"),
    ("lists", "list"),
    ("lists", "remove", "1", "--dry-run"),
    ("retire", TRACK, "--reason", EVIL),
    ("retire", TRACK, "--reason", EVIL, "--undo"),
    ("rollback", "0000000001", "--reason", "x", "--yes"),
    ("pin", "0000000001", "--reason", "x", "--yes"),
    ("unpin",),
    ("recover", "--yes"),
]


def hostile_catalog(rows: DynamoRows) -> None:
    """Two versions, a run, a record, an entry and a key, all with hostile words."""
    [_] = publish(rows, 13)
    publisher = DynamoPublisher(rows, "catalog")
    before = publisher.current()
    assert before is not None
    track = a_track(1, title=EVIL, author=EVIL, album=EVIL)
    moment = before.current.published_at
    snapshot = a_snapshot(track, fence=publisher.next_fence(), published_at=moment)
    publisher.write_chunks(snapshot)
    publisher.flip(advanced(before, snapshot.descriptor), before)
    record = a_record(1, title=EVIL, author=EVIL, album=EVIL, language_source=EVIL)
    DynamoTrackArchive(rows, "catalog").save_many([record])
    reports = DynamoRunReports(rows, "catalog")
    report = RefreshReport(Outcome.SOURCE_FAILED, EVIL, moment, moment, {})
    row = {"tiktokId": record.tiktok_id, "title": EVIL, "author": EVIL, "evidence": EVIL}
    reports.save_report(
        moment,
        {
            **report.to_dict(),
            "examples": [{**row, "reason": EVIL, "detail": EVIL}],
            "merged": [{**row, "mergedInto": EVIL}],
            "rejected": {EVIL: 1},
        },
    )
    entry = {"scheduledAt": moment.isoformat(), "outcome": "SOURCE_FAILED", "reason": EVIL}
    reports.save_run(entry)
    DynamoOperatorLists(rows, "catalog").save(
        (ListEntry(ListKind.DENY, EVIL, "7662052657323182081"),), before=()
    )
    _, key = a_key(key_id="ABCDEFGHIJKLMNOP", organization_id=EVIL, organization_name=EVIL)
    DynamoKeys(rows, "keys").save(key)


def commands_in(text: str) -> list[str]:
    """The control and direction characters of an output, which should have none."""
    return [
        each
        for each in text
        if (unicodedata.category(each) == "Cc" and each not in "\n\t")
        or unicodedata.bidirectional(each)
        in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI"}
    ]


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_no_word_of_upstream_commands_a_terminal(
    catalog: Run, stores: DynamoRows, as_json: bool
) -> None:
    hostile_catalog(stores)

    shown = ""
    for words in COMMANDS:
        result = catalog(*words, *(["--json"] if as_json else []), input="n\n")
        assert isinstance(result.exception, SystemExit | None), (words, result.exception)
        assert commands_in(result.stdout + result.stderr) == [], words
        shown += result.stdout
    assert shown.count("u001b]0;pwned") > 5


def test_a_preview_of_hostile_rows_commands_no_terminal(catalog: Run, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"tiktokId": "13660", "title": EVIL, "author": EVIL}))

    for option in ((), ("--json",)):
        result = catalog("preview", str(rows), *option)
        assert (result.exit_code, commands_in(result.output)) == (0, [])


def test_harmless_text_keeps_its_letters() -> None:
    text = "Ünïcødé 音楽 عربى\tx\n"

    assert (harmless(text), harmless("\x1b[2J\x9b")) == (text, "\\u001b[2J\\u009b")


def test_every_command_prints_through_the_console() -> None:
    printing = re.compile(r"\b(typer\.echo|typer\.secho|click\.echo|sys\.stdout\.write)\(")
    for module in Path("ops").glob("*.py"):
        text = module.read_text()
        calls = [each.func for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Call)]
        names = {each.id for each in calls if isinstance(each, ast.Name)}
        if module.name != "console.py":
            assert (module.name, printing.findall(text), names & {"print", "Console"}) == (
                module.name, [], set(),
            )  # fmt: skip


BROKEN: dict[str, dict[str, Any]] = {
    "RUNS null": {"pk": "RUNS", "runs": "null"},
    "RUNS of texts": {"pk": "RUNS", "runs": '["a"]'},
    "RUNS of nothing": {"pk": "RUNS", "runs": "[{}]"},
    "RUNS without runs": {"pk": "RUNS"},
    "LISTS not JSON": {"pk": "LISTS", "document": "{"},
    "LISTS without a document": {"pk": "LISTS"},
    "LISTS a number": {"pk": "LISTS", "document": 5},
    "LOCK junk": {"pk": "LOCK", "holder": "x", "fence": 99, "lease_until": "soon"},
    "PTR empty": {"pk": "PTR", "version": "x", "fence": 1, "current": "{}", "history": "[]"},
    "TRACK bare": {"pk": f"TRACK#{TRACK}"},
    "MEDIA junk": {"pk": f"MEDIA#{TRACK}", "media": '"x"'},
    "KEY bare": {"pk": "KEY#ABCDEFGHIJKLMNOP"},
    "KEY foreign": {"pk": "note", "text": "hello"},
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_unreadable_item_never_ends_in_a_traceback(
    catalog: Run, stores: DynamoRows, name: str
) -> None:
    publish(stores, 13, 1)
    table("keys" if name.startswith("KEY") else "catalog").put_item(Item=BROKEN[name])

    for words in (
        *COMMANDS,
        ("lists", "add", "deny", "--track", "13660", "--reason", "x", "--yes"),
    ):
        result = catalog(*words, input="n\n")
        assert isinstance(result.exception, SystemExit | None), (words, result.exception)
