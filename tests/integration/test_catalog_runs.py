"""The commands for past runs, lists and takedowns, over moto, after refreshes of made-up charts."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from tests.builders import MEDIA, NOON, a_candidate
from tests.conftest import REGION
from tests.fakes import (
    FakeDownloader,
    FakeMediaEncoder,
    FakeMediaStore,
    FakeProgress,
    FakeSource,
)
from tests.served import Run, served, table
from tiktok_music.adapters.dynamo_ledger import DynamoMediaLedger
from tiktok_music.adapters.dynamo_lists import DynamoOperatorLists
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_runs import DynamoRunReports
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.api.schedule import next_run
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import SourceUnavailable
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind, OperatorLists
from tiktok_music.refresh.curation.text_rules import RuleSettings, TextRules
from tiktok_music.refresh.dependencies import RefreshDependencies
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.publication.archive_records import rows_of
from tiktok_music.refresh.refresh import refresh
from tiktok_music.refresh.report import RefreshReport
from tiktok_music.refresh.trigger import Trigger
from tiktok_music.track import track_id_of

RULES = TextRules.load(RuleSettings())
PROFANE = a_candidate(7, title="Fuck It")


@dataclass
class Refreshes:
    """Refreshes over moto's tables and invented charts; `on_flip` runs before a publish."""

    rows: DynamoRows
    source: FakeSource = field(default_factory=FakeSource)
    scheduled: list[datetime] = field(default_factory=list)
    # Now when the test starts, not when its module is imported: the command compares a refresh's
    # lease of 16 minutes with the real clock, and the whole suite may take longer than that.
    last_run: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def run(self, *chart: Candidate, hours_ago: float = 0.0) -> RefreshReport:
        """One refresh, whose scheduled time was so long ago."""
        self.source.candidates = chart
        scheduled_at = self.last_run - timedelta(hours=hours_ago)
        self.scheduled.append(scheduled_at)
        trigger = Trigger(
            f"run-{scheduled_at}", scheduled_at, is_forced=False, remaining_seconds=lambda: 900.0
        )
        return refresh(self._dependencies(scheduled_at), trigger)

    def _dependencies(self, now: datetime) -> RefreshDependencies:
        rows, store = self.rows, FakeMediaStore()
        lists = OperatorLists.at(DynamoOperatorLists(rows, "catalog").entries(), now)
        return RefreshDependencies(
            source=self.source,
            rules=replace(RULES, lists=lists),
            tools=MediaTools(FakeDownloader(), FakeMediaEncoder(), store),
            archive=DynamoTrackArchive(rows, "catalog"),
            ledger=DynamoMediaLedger(rows, "catalog"),
            publisher=DynamoPublisher(rows, "catalog"),
            reports=DynamoRunReports(rows, "catalog"),
            gates=GateLimits(min_tracks=1),
            media_base_url=MEDIA,
            progress=FakeProgress(),
            now=lambda: now,
            seconds=lambda: 0.0,
        )


@pytest.fixture
def refreshes(stores: DynamoRows, monkeypatch: pytest.MonkeyPatch) -> Refreshes:
    monkeypatch.setenv("MIN_TRACKS", "1")
    return Refreshes(stores)


def chart(*numbers: int) -> tuple[Candidate, ...]:
    return tuple(a_candidate(number) for number in numbers)


def listed(rows: DynamoRows) -> list[str]:
    """The titles of the current snapshot."""
    publisher = DynamoPublisher(rows, "catalog")
    pointer = publisher.current()
    assert pointer is not None
    return [str(row["title"]) for row in rows_of(publisher.load(pointer.current)).values()]


def entries(rows: DynamoRows) -> tuple[ListEntry, ...]:
    return DynamoOperatorLists(rows, "catalog").entries()


def everything(name: str = "catalog") -> list[Any]:
    """All items of a table."""
    items = boto3.client("dynamodb", region_name=REGION).scan(TableName=name)["Items"]
    return sorted(items, key=lambda item: str(item["pk"]["S"]))


def one_line(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


# ---------------------------------------------------------------- runs


def test_status_lists_the_last_runs_of_any_outcome(catalog: Run, refreshes: Refreshes) -> None:
    refreshes.run(*chart(1, 2), PROFANE, hours_ago=24)
    refreshes.source.problem = SourceUnavailable("upstream is down")
    refreshes.run(hours_ago=12)
    refreshes.source.problem = None
    refreshes.run(*chart(1, 2, 3))

    status = json.loads(catalog("status", "--json", "--runs", "2").stdout)
    table = catalog("status")

    assert [(run["outcome"], run["reason"]) for run in status["runs"]] == [
        ("PUBLISHED", None),
        ("SOURCE_FAILED", "upstream is down"),
    ]
    assert (status["isLate"], status["refreshUnderWay"]) == (False, False)
    assert table.exit_code == 0
    assert "upstream is down" in table.stdout


def test_status_exits_with_1_if_the_last_run_was_refused(
    catalog: Run, refreshes: Refreshes
) -> None:
    refreshes.run(*chart(1, 2, 3), hours_ago=12)
    refreshes.run()

    result = catalog("status", "--json")

    assert (result.exit_code, json.loads(result.stdout)["alarms"]) == (1, [])
    assert result.stderr.startswith("the last run ended REFUSED: FLOOR: 0")


def test_status_before_the_first_publish_lists_the_runs_that_failed(
    catalog: Run, refreshes: Refreshes
) -> None:
    refreshes.source.problem = SourceUnavailable("no such key")
    refreshes.run()

    result = catalog("status")

    assert (result.exit_code, "no such key" in result.stdout) == (2, True)
    assert "has no snapshot yet: run the first refresh" in result.stderr


def test_a_report_is_found_by_time_by_prefix_and_by_version(
    catalog: Run, refreshes: Refreshes
) -> None:
    first = refreshes.run(*chart(1, 2), hours_ago=12)
    refreshes.run(*chart(1, 2, 3), PROFANE)
    time = refreshes.scheduled[0].isoformat()

    by_default = json.loads(catalog("report", "--json").stdout)
    found = [
        json.loads(catalog("report", name, "--json").stdout)["version"]
        for name in (time, time.replace("+00:00", "Z"), time[:16], first.version or "")
    ]
    unknown, shown = catalog("report", "2020-01-01"), catalog("report", time)

    assert (by_default["rejected"], found) == ({"PROFANITY": 1}, [first.version] * 4)
    assert (unknown.exit_code, "the last runs: " in unknown.stderr) == (2, True)
    assert catalog("report", "yesterday").exit_code == 2
    assert "matches no run and no version" in catalog("report", "yesterday").stderr
    assert f"run of {time}" in shown.stdout
    assert "2 rows, 2 accepted" in shown.stdout


def test_a_replay_shows_the_verdicts_of_the_current_rules_and_writes_nothing(
    catalog: Run, refreshes: Refreshes, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshes.run(*chart(1, 2), a_candidate(3, title="Damn Fine"), PROFANE, hours_ago=12)
    refreshes.run(*chart(4))
    before = everything()

    same = json.loads(catalog("replay", refreshes.scheduled[0].isoformat(), "--json").stdout)
    monkeypatch.setenv("REJECT_MILD_WORDS", "true")
    result = catalog("replay", refreshes.scheduled[0].isoformat(), "--json")

    replayed = json.loads(result.stdout)
    assert same["changes"] == []
    assert (replayed["then"], replayed["now"]) == (
        {"accepted": 3, "merged": 0, "rejected": 1, "untried": 0},
        {"accepted": 2, "merged": 0, "rejected": 2, "untried": 0},
    )
    [change] = replayed["changes"]
    assert (change["change"], change["tiktokId"]) == ("leaves", a_candidate(3).tiktok_id)
    assert change["then"] == {"title": "Damn Fine", "author": "Mira 3", "verdict": "accepted"}
    assert {name: change["now"][name] for name in ("verdict", "reason", "field", "word")} == {
        "verdict": "rejected",
        "reason": "PROFANITY",
        "field": "title",
        "word": "damn",
    }
    table = catalog("replay", refreshes.scheduled[0].isoformat()).stdout
    assert "the verdict of 1 of 4 sounds differs" in one_line(table)
    assert everything() == before


def test_a_run_without_a_recording_is_reported(catalog: Run, refreshes: Refreshes) -> None:
    nothing = catalog("replay")
    refreshes.source.problem = SourceUnavailable("upstream is down")
    refreshes.run()

    failed = catalog("replay", refreshes.scheduled[0].isoformat())

    assert (nothing.exit_code, "no run is recorded yet" in nothing.stderr) == (2, True)
    assert (failed.exit_code, "it got no chart" in failed.stderr) == (2, True)


def test_a_damaged_recording_is_reported(catalog: Run, refreshes: Refreshes) -> None:
    refreshes.run(*chart(1))
    table = boto3.resource("dynamodb", region_name=REGION).Table("catalog")
    key = f"RUN#{refreshes.scheduled[0].isoformat()}#INPUT#0"
    table.update_item(
        Key={"pk": key},
        UpdateExpression="SET sha256 = :other",
        ExpressionAttributeValues={":other": "ab"},
    )

    result = catalog("replay")

    assert (result.exit_code, "is incomplete" in result.stderr) == (2, True)
    assert catalog("why", a_candidate(1).tiktok_id).exit_code == 0


def test_why_shows_the_verdict_of_each_run(catalog: Run, refreshes: Refreshes) -> None:
    duplicate = a_candidate(2, title="Lantern Street 1", author="Mira 1", user_count=1)
    refreshes.run(a_candidate(1), duplicate, hours_ago=12)
    refreshes.run(a_candidate(1), replace(duplicate, takedown="status is not 1"))

    [story] = json.loads(catalog("why", duplicate.tiktok_id, "--json").stdout)

    assert [
        (run["verdict"], run.get("reason"), run.get("mergedInto")) for run in story["runs"]
    ] == [
        ("rejected", "UNAVAILABLE", None),
        ("merged", None, a_candidate(1).tiktok_id),
    ]
    assert story["chart"]["takedown"] == "status is not 1"
    assert (story["chart"]["hasPreview"], "previewUrls" in story["chart"]) == (True, False)
    assert "UNAVAILABLE" in catalog("why", duplicate.tiktok_id).stdout


def test_why_looks_at_the_last_four_recorded_runs_and_skips_those_without(
    catalog: Run, refreshes: Refreshes
) -> None:
    for hours_ago in (60, 48, 36, 24):
        refreshes.run(a_candidate(1), hours_ago=hours_ago)
    refreshes.source.problem = SourceUnavailable("upstream is down")
    refreshes.run(hours_ago=12)

    [story] = json.loads(catalog("why", a_candidate(1).tiktok_id, "--json").stdout)

    recorded = [each.isoformat() for each in refreshes.scheduled[3::-1]]
    assert [run["scheduledAt"] for run in story["runs"]] == recorded


# ---------------------------------------------------------------- lists


def test_an_entry_shows_its_effect_before_it_asks(catalog: Run, refreshes: Refreshes) -> None:
    refreshes.run(*chart(1, 2), PROFANE)
    words = ("lists", "add", "deny", "--pattern", "mira 1 - *", "--reason", "asked for")

    declined = catalog(*words, input="n\n")
    dry_run = catalog(*words, "--dry-run", "--json")
    confirmed = catalog(*words, input="y\n")

    effect = json.loads(dry_run.stdout)
    assert (declined.exit_code, "1 would leave the list, 0 would join it" in declined.stdout) == (
        1,
        True,
    )
    assert "nothing changed" in declined.stderr
    assert (effect["written"], [each["change"] for each in effect["changes"]]) == (
        False,
        ["leaves"],
    )
    assert effect["judgedOn"] == f"the run of {refreshes.scheduled[0].isoformat()}"
    assert (confirmed.exit_code, "they apply from the next refresh on" in confirmed.stdout) == (
        0,
        True,
    )
    assert entries(refreshes.rows) == (ListEntry(ListKind.DENY, "asked for", pattern="mira 1 - *"),)
    assert "already there: entry 1" in catalog(*words).stdout


def test_an_allow_entry_shows_the_track_that_would_join(catalog: Run, refreshes: Refreshes) -> None:
    refreshes.run(*chart(1), PROFANE)

    added = catalog(
        "lists", "add", "allow", "--track", PROFANE.tiktok_id, "--reason", "a name", "--yes"
    )
    removed = catalog("lists", "remove", "1", "--yes")

    assert "0 would leave the list, 1 would join it" in added.stdout
    assert f"1: allow {PROFANE.tiktok_id}" in removed.stdout
    assert entries(refreshes.rows) == ()


def test_removing_an_entry_brings_back_what_it_denied(catalog: Run, refreshes: Refreshes) -> None:
    refreshes.run(*chart(1, 2), hours_ago=12)
    catalog("lists", "add", "deny", "--track", a_candidate(1).tiktok_id, "--reason", "x", "--yes")
    refreshes.run(*chart(1, 2))

    result = catalog("lists", "remove", "1", "--dry-run")

    assert "0 would leave the list, 1 would join it" in result.stdout
    assert (len(entries(refreshes.rows)), "nothing was written" in result.stdout) == (1, True)


def test_without_a_recording_the_effect_is_judged_on_the_current_snapshot(
    catalog: Run, refreshes: Refreshes
) -> None:
    refreshes.run(*chart(1, 2))
    boto3.resource("dynamodb", region_name=REGION).Table("catalog").delete_item(Key={"pk": "RUNS"})

    result = catalog(
        "lists", "add", "deny", "--pattern", "mira 2 - *", "--reason", "x", "--dry-run"
    )

    assert "1 would leave the list" in result.stdout
    assert "judged on the current snapshot, as no run is recorded" in one_line(result.stdout)


def test_lists_are_loaded_from_a_file_even_over_unreadable_ones(
    catalog: Run, refreshes: Refreshes, tmp_path: Any
) -> None:
    boto3.resource("dynamodb", region_name=REGION).Table("catalog").put_item(
        Item={"pk": "LISTS", "document": "{broken"}
    )
    file = tmp_path / "lists.json"
    file.write_text('{"entries": [{"kind": "deny", "tiktokId": "13660", "reason": "x"}]}')

    listed_broken, loaded = catalog("lists", "list"), catalog("lists", "load", str(file), "--yes")

    assert (listed_broken.exit_code, loaded.exit_code) == (2, 0)
    assert "the current entries cannot be read" in loaded.stderr
    assert entries(refreshes.rows) == (ListEntry(ListKind.DENY, "x", "13660"),)
    [change] = json.loads(catalog("audit", "--json").stdout)
    what = {"file": str(file), "entries": 1}
    assert (change["command"], change["what"]) == ("lists load", what)
    missing = catalog("lists", "load", str(tmp_path / "none.json"))
    assert (missing.exit_code, "does not exist" in one_line(missing.output)) == (2, True)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("deny",), "give either --track or --pattern"),
        (("deny", "--track", "13660", "--pattern", "a b c"), "give either --track or --pattern"),
        (("deny", "--track", "13660", "--title", "x"), "--title is required for kind title"),
        (("title", "--track", "13660"), "--title is required for kind title"),
        (("title", "--pattern", "abc", "--title", "x"), "kind title needs --track"),
        (("deny", "--track", "song"), "'song' is no TikTok id, track id or link"),
        (("deny", "--track", "13660", "--until", "2020-01-01"), "is in the past"),
        (("deny", "--pattern", "*"), "a pattern needs 3 letters"),
        (("ban", "--pattern", "abc"), "is not one of"),
    ],
)
def test_an_invalid_entry_is_reported_in_terms_of_the_options(
    catalog: Run, stores: DynamoRows, words: tuple[str, ...], problem: str
) -> None:
    result = catalog("lists", "add", *words, "--reason", "x", "--yes")

    assert (result.exit_code, problem in one_line(result.output)) == (2, True)
    assert entries(stores) == ()


def test_a_track_id_is_stored_in_canonical_form(catalog: Run, refreshes: Refreshes) -> None:
    refreshes.run(*chart(1, 2))
    upper_case = a_candidate(1).track_id.upper()

    result = catalog("lists", "add", "deny", "--track", upper_case, "--reason", "x", "--yes")

    assert "1 would leave the list" in result.stdout
    stored = ListEntry(ListKind.DENY, "x", a_candidate(1).track_id)
    assert entries(refreshes.rows) == (stored,)


def test_an_entry_with_an_end_and_a_link_is_stored_as_given(
    catalog: Run, stores: DynamoRows
) -> None:
    link = "https://www.tiktok.com/music/Lovely-7662052657323182081"
    catalog(
        "lists", "add", "title", "--track", link, "--title", "Lovely", "--reason", "typo",
        "--until", "2999-01-01", "--yes",
    )  # fmt: skip

    track_id = track_id_of("7662052657323182081")
    ends = datetime(2999, 1, 1, tzinfo=UTC)
    assert entries(stores) == (
        ListEntry(ListKind.TITLE, "typo", track_id, title="Lovely", expires_at=ends),
    )
    assert catalog("lists", "remove", "7").exit_code == 2


# ---------------------------------------------------------------- takedowns


def status_of(rows: DynamoRows, number: int) -> tuple[TrackStatus, str | None]:
    record = DynamoTrackArchive(rows, "catalog").get_many([a_candidate(number).track_id])
    found = record[a_candidate(number).track_id]
    return found.status, found.retired_reason


def test_a_takedown_takes_effect_with_the_next_refresh_as_it_says(
    catalog: Run, refreshes: Refreshes
) -> None:
    refreshes.run(*chart(1, 2, 3), hours_ago=11)

    result = catalog("retire", a_candidate(1).tiktok_id, "--reason", "Acme asked", "--yes")

    due = next_run(timedelta(hours=12), refreshes.last_run)
    assert f"leaves the list with the next refresh, due {due:%Y-%m-%d %H:%M} UTC" in result.stdout
    assert "run this again with --now" in result.stdout
    assert len(listed(refreshes.rows)) == 3
    refreshes.run(*chart(1, 2, 3))
    assert listed(refreshes.rows) == ["Lantern Street 2", "Lantern Street 3"]


def test_a_takedown_at_once_replaces_the_current_snapshot(
    catalog: Run, refreshes: Refreshes
) -> None:
    refreshes.run(*chart(1, 2, 3), hours_ago=12)
    refreshes.run(*chart(1, 2, 3, 4))
    publisher = DynamoPublisher(refreshes.rows, "catalog")
    before = publisher.current()
    assert before is not None

    result = json.loads(
        catalog(
            "retire", a_candidate(1).tiktok_id, "--reason", "Acme", "--now", "--yes", "--json"
        ).stdout
    )

    after = publisher.current()
    assert after is not None
    assert listed(refreshes.rows) == [f"Lantern Street {number}" for number in (2, 3, 4)]
    withdrawn = before.current._replace(is_withdrawn=True)
    assert after.current.version == result["version"]
    assert after.history == (withdrawn, *before.history)
    publisher.sweep()
    assert publisher.load(withdrawn).descriptor == withdrawn
    rollback = catalog("rollback", withdrawn.version, "--reason", "x", "--yes")
    assert (rollback.exit_code, "that was retired at once" in rollback.stderr) == (2, True)
    states = [row["state"] for row in json.loads(catalog("snapshots", "--json").stdout)]
    assert states == ["current", "withdrawn", None]
    assert after.current.scheduled_at == before.current.scheduled_at
    assert after.current.published_at == before.current.published_at + timedelta(seconds=1)
    assert after.fence > after.current.fence > before.fence
    assert status_of(refreshes.rows, 1) == (TrackStatus.RETIRED, "Acme")
    again = catalog("retire", a_candidate(1).tiktok_id, "--reason", "Acme", "--now", "--yes")
    assert (again.exit_code, "it is not listed" in again.stdout) == (0, True)
    assert publisher.current() == after
    diff = json.loads(catalog("diff", before.history[0].version, "--json").stdout)
    assert [change["id"] for change in diff["removed"]] == [a_candidate(1).track_id]


def test_a_retired_track_that_is_still_listed_can_be_removed_at_once(
    catalog: Run, refreshes: Refreshes
) -> None:
    refreshes.run(*chart(1, 2, 3))
    words = ("retire", a_candidate(1).tiktok_id, "--reason", "Acme", "--yes")

    first, second = catalog(*words), catalog(*words, "--now")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "already retired: Acme" in second.stdout
    assert "without it is served within 36 seconds" in second.stdout
    assert listed(refreshes.rows) == ["Lantern Street 2", "Lantern Street 3"]


def test_a_takedown_does_not_depend_on_the_lists(catalog: Run, refreshes: Refreshes) -> None:
    refreshes.run(*chart(1, 2, 3))
    table("catalog").put_item(Item={"pk": "LISTS", "document": "{broken"})

    result = catalog("retire", a_candidate(1).tiktok_id, "--reason", "Acme", "--now", "--yes")

    assert (result.exit_code, len(listed(refreshes.rows))) == (0, 2)


def test_a_change_drops_expired_entries(catalog: Run, stores: DynamoRows) -> None:
    past = ListEntry(ListKind.DENY, "for a day", "7662052657323182081", expires_at=NOON)
    DynamoOperatorLists(stores, "catalog").save((past,), before=())

    words = ("lists", "add", "deny", "--pattern", "mira - *", "--reason", "Acme", "--yes")
    result = catalog(*words)

    assert "1 entries stored" in result.stdout
    assert entries(stores) == (ListEntry(ListKind.DENY, "Acme", pattern="mira - *"),)


def test_a_takedown_keeps_the_pin(catalog: Run, refreshes: Refreshes) -> None:
    refreshes.run(*chart(1, 2, 3))
    version, _ = served(refreshes.rows)
    catalog("pin", version, "--reason", "x", "--yes")

    catalog("retire", a_candidate(1).tiktok_id, "--reason", "Acme", "--now", "--yes")

    assert (served(refreshes.rows)[1], len(listed(refreshes.rows))) == (True, 2)
    assert refreshes.run(*chart(1, 2, 3), hours_ago=-1).outcome == "REFUSED"


def test_a_publish_check_keeps_a_takedown_from_emptying_the_list(
    catalog: Run, refreshes: Refreshes
) -> None:
    refreshes.run(*chart(1))

    result = catalog("retire", a_candidate(1).tiktok_id, "--reason", "Acme", "--now", "--yes")

    assert (result.exit_code, listed(refreshes.rows)) == (2, ["Lantern Street 1"])
    assert "the track is retired but still served: publish check failed: FLOOR" in result.stderr
    assert status_of(refreshes.rows, 1) == (TrackStatus.RETIRED, "Acme")


def test_a_running_refresh_loses_to_a_takedown_at_once(
    catalog: Run, refreshes: Refreshes, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshes.run(*chart(1, 2, 3), hours_ago=12)
    words = ("retire", a_candidate(1).tiktok_id, "--reason", "Acme", "--yes")
    messages: list[str] = []
    write = DynamoPublisher.write_chunks

    def intervene(self: DynamoPublisher, snapshot: Any) -> None:
        monkeypatch.setattr(DynamoPublisher, "write_chunks", write)
        messages.extend((catalog(*words).stderr, catalog(*words, "--now").stdout))
        write(self, snapshot)

    monkeypatch.setattr(DynamoPublisher, "write_chunks", intervene)
    report = refreshes.run(*chart(1, 2, 3, 4))

    assert "a refresh is running and would overwrite the change" in messages[0]
    assert "without it is served within 36 seconds" in messages[1]
    assert (report.outcome, listed(refreshes.rows)) == (
        "LOST",
        ["Lantern Street 2", "Lantern Street 3"],
    )


def test_a_takedown_retries_after_a_publish_in_between(
    catalog: Run, refreshes: Refreshes, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshes.run(*chart(1, 2, 3), hours_ago=12)
    point = DynamoPublisher.point
    calls = []

    def pointed(self: DynamoPublisher, pointer: Any, before: Any) -> None:
        calls.append(pointer)
        if len(calls) == 1:
            catalog("pin", before.current.version, "--reason", "x", "--yes")
        point(self, pointer, before)

    monkeypatch.setattr(DynamoPublisher, "point", pointed)
    result = catalog("retire", a_candidate(1).tiktok_id, "--reason", "Acme", "--now", "--yes")

    assert (result.exit_code, len(calls)) == (0, 3)
    assert (served(refreshes.rows)[1], len(listed(refreshes.rows))) == (True, 2)


def test_a_takedown_can_be_undone(catalog: Run, refreshes: Refreshes) -> None:
    refreshes.run(*chart(1, 2, 3), hours_ago=12)
    words = ("retire", a_candidate(1).tiktok_id, "--reason")
    catalog(*words, "Acme", "--now", "--yes")

    result = catalog(*words, "Acme was mistaken", "--undo", "--yes")

    status, note = status_of(refreshes.rows, 1)
    today = datetime.now(UTC)
    assert (result.exit_code, status) == (0, TrackStatus.OFF_CHART)
    assert note == f"taken back {today:%Y-%m-%d}: Acme was mistaken; retired {today:%Y-%m-%d}: Acme"
    assert entries(refreshes.rows) == ()
    refreshes.run(*chart(1, 2, 3))
    assert (len(listed(refreshes.rows)), status_of(refreshes.rows, 1)) == (
        3,
        (TrackStatus.ACTIVE, note),
    )
    assert catalog(*words, "x", "--undo", "--yes").exit_code == 2


def test_undoing_a_takedown_before_the_next_refresh_restores_the_record(
    catalog: Run, refreshes: Refreshes
) -> None:
    refreshes.run(*chart(1, 2))
    other = ("lists", "add", "deny", "--track", a_candidate(1).tiktok_id, "--reason", "a quarrel")
    catalog(*other, "--yes")
    words = ("retire", a_candidate(1).track_id, "--reason")
    catalog(*words, "Acme", "--yes")

    result = catalog(*words, "mistake", "--undo", "--yes")

    assert status_of(refreshes.rows, 1)[0] is TrackStatus.ACTIVE
    assert "entry 1 of `catalog lists list` still denies it: a quarrel" in result.stdout


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--reason", " "), "--reason is empty"),
        (("--reason", "x", "--undo", "--now"), "omit --now"),
    ],
)
def test_an_invalid_takedown_is_reported(
    catalog: Run, stores: DynamoRows, words: tuple[str, ...], problem: str
) -> None:
    result = catalog("retire", "13660", *words, "--yes")

    assert (result.exit_code, problem in one_line(result.output)) == (2, True)


def test_a_rollback_to_a_version_with_a_retired_track_warns(
    catalog: Run, refreshes: Refreshes
) -> None:
    refreshes.run(*chart(1, 2, 3), hours_ago=12)
    older, _ = served(refreshes.rows)
    refreshes.run(*chart(1, 2, 3, 4))
    catalog("retire", a_candidate(1).tiktok_id, "--reason", "Acme", "--now", "--yes")

    result = catalog("rollback", older, "--reason", "x", input="n\n")

    assert (result.exit_code, f"{older} lists tracks retired since" in result.stderr) == (1, True)
    assert "Lantern Street 1" not in listed(refreshes.rows)
