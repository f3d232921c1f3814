"""The operator's commands over moto, as an operator types them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from ops.cli import app
from ops.console import camel_keys
from tests.builders import a_candidate, a_key, a_record, a_snapshot, a_track, some_facts
from tests.conftest import REGION
from tests.served import Run, publish, served
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_ledger import DynamoMediaLedger
from tiktok_music.adapters.dynamo_lists import DynamoOperatorLists
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.adapters.dynamo_runs import DynamoRunReports
from tiktok_music.adapters.dynamo_tracks import DynamoTrackArchive
from tiktok_music.api_key import parse_authorization
from tiktok_music.archive import TrackStatus, record_to
from tiktok_music.pointer_moves import advanced
from tiktok_music.publish_facts import publish_to
from tiktok_music.refresh.curation.operator_lists import ListEntry, ListKind
from tiktok_music.refresh.media.ledger import FailureClock, failure_of
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason
from tiktok_music.refresh.report import Outcome, RefreshReport


def test_status_shows_the_current_snapshot(catalog: Run, stores: DynamoRows) -> None:
    [_, version] = publish(stores, 13, 1)

    result = catalog("status", "--json")

    status = json.loads(result.output)
    assert result.exit_code == 0
    assert {name: status[name] for name in ("version", "tracks", "pinned", "versionsKept")} == {
        "version": version,
        "tracks": 2,
        "pinned": False,
        "versionsKept": 2,
    }
    assert status["ageHours"] == 1.0


def test_status_exits_with_1_if_the_snapshot_is_late(catalog: Run, stores: DynamoRows) -> None:
    publish(stores, 15)

    result = catalog("status")

    assert (result.exit_code, "late: the snapshot is 15.0 hours old" in result.output) == (1, True)


def test_snapshots_are_listed_newest_first(catalog: Run, stores: DynamoRows) -> None:
    versions = publish(stores, 25, 13, 1)

    rows = json.loads(catalog("snapshots", "--json").output)

    assert [row["version"] for row in rows] == versions[::-1]
    assert [row["state"] for row in rows] == ["current", None, None]
    assert versions[0] in catalog("snapshots").output


def test_a_rollback_serves_the_older_version(catalog: Run, stores: DynamoRows) -> None:
    first, _ = publish(stores, 13, 1)

    result = catalog("rollback", first, "--reason", "x", "--yes")

    assert (result.exit_code, served(stores)) == (0, (first, False))


def test_a_rollback_asks_for_confirmation(catalog: Run, stores: DynamoRows) -> None:
    first, second = publish(stores, 13, 1)

    result = catalog("rollback", first, "--reason", "x", input="n\n")

    assert (result.exit_code, served(stores)) == (1, (second, False))


def test_a_rollback_to_an_unknown_version_lists_the_stored_ones(
    catalog: Run, stores: DynamoRows
) -> None:
    [version] = publish(stores, 1)

    result = catalog("rollback", "0000000099-abc", "--reason", "x", "--yes")

    assert (result.exit_code, result.output) == (
        2,
        f"catalog: 0000000099-abc is not stored; stored versions: {version}\n",
    )


def test_a_pin_holds_until_unpin(catalog: Run, stores: DynamoRows) -> None:
    first, _ = publish(stores, 13, 1)

    catalog("pin", first, "--reason", "x", "--yes")
    assert served(stores) == (first, True)
    assert "pinned" in catalog("snapshots").output

    catalog("unpin")
    assert served(stores) == (first, False)
    assert catalog("unpin").output == "not pinned\n"


def test_a_key_is_shown_once_and_works_until_it_is_revoked(
    catalog: Run, stores: DynamoRows
) -> None:
    made = catalog("keys", "create", "--organization", "org_1", "--name", "Acme", "--tier", "pilot")
    text = made.stdout.strip()
    presented = parse_authorization(f"Bearer {text}")
    assert presented is not None
    keys = DynamoKeys(stores, "keys")
    key = keys.get(presented.key_id)
    assert key is not None
    assert (key.is_opened_by(presented), key.scopes, key.tier) == (
        True,
        frozenset({"publish:read"}),
        "pilot",
    )

    listed = catalog("keys", "list")
    assert (presented.key_id in listed.output, text in listed.output) == (True, False)
    for verb, state in (("suspend", "suspended"), ("resume", "active"), ("revoke", "revoked")):
        assert catalog("keys", verb, presented.key_id, "--reason", "x", "--yes").exit_code == 0
        changed = keys.get(presented.key_id)
        assert changed is not None
        assert changed.state == state
    assert catalog("keys", "resume", presented.key_id, "--yes").exit_code == 2


def test_an_organisation_is_suspended_with_all_its_keys(catalog: Run, stores: DynamoRows) -> None:
    make = ("keys", "create", "--name", "Acme", "--json", "--organization")
    ids = [json.loads(catalog(*make, "org_1").stdout)["keyId"] for _ in range(3)]
    other = json.loads(catalog(*make, "org_2").stdout)["keyId"]
    catalog("keys", "revoke", ids[0], "--reason", "x", "--yes")

    suspended = catalog("keys", "suspend", "--organization", "org_1", "--yes")

    keys = DynamoKeys(stores, "keys")
    states = {key.key_id: key.state for key in keys.list_all()}
    assert suspended.stdout == "suspended 2 keys of org_1; takes effect within 30 seconds\n"
    assert states == {
        ids[0]: "revoked",
        ids[1]: "suspended",
        ids[2]: "suspended",
        other: "active",
    }
    refused = catalog(*make, "org_1")
    assert refused.exit_code == 2
    assert refused.stderr == (
        "catalog: org_1 is suspended (all keys); run catalog keys resume --organization org_1\n"
    )
    repeated = catalog("keys", "suspend", "--organization", "org_1", "--yes")
    assert repeated.stdout == "all keys of org_1 are already suspended\n"
    again = catalog("keys", "resume", "--organization", "org_1", "--yes", "--json")
    assert [each["state"] for each in json.loads(again.stdout)] == ["active"] * 2
    assert catalog(*make, "org_1").exit_code == 0


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "give the id of a key, or --organization"),
        (("ABCDEFGHIJKLMNOP", "--organization", "org_1"), "give the id of a key, or"),
        (("--organization", "org_9"), "org_9 has no key"),
    ],
)
def test_suspend_needs_one_key_or_one_organisation(
    catalog: Run, words: tuple[str, ...], problem: str
) -> None:
    result = catalog("keys", "suspend", *words, "--yes")

    assert (result.exit_code, problem in result.stderr) == (2, True), result.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--scope", "publish:all"), "'publish:all' is not one of publish:read"),
        (("--tier", "gold"), "'gold' is not one of standard, pilot, partner"),
    ],
)
def test_a_key_with_invalid_options_is_not_created(
    catalog: Run, words: tuple[str, ...], problem: str
) -> None:
    result = catalog("keys", "create", "--organization", "o", "--name", "n", *words)

    assert (result.exit_code, problem in " ".join(result.output.split())) == (2, True)


def test_a_catalog_without_a_snapshot_is_reported(catalog: Run) -> None:
    assert catalog("status").output == (
        "catalog: table catalog has no snapshot yet: run the first refresh (catalog refresh)\n"
    )


def test_without_a_deployment_the_error_lists_the_ways_to_choose_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    for name in ("CATALOG_TABLE", "KEYS_TABLE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(app, ["status"])

    assert result.exit_code == 2
    assert result.output.startswith("catalog: no catalog chosen: use --stack NAME")


def test_a_diff_shows_added_removed_and_moved_tracks(catalog: Run, stores: DynamoRows) -> None:
    publisher = DynamoPublisher(stores, "catalog")
    versions = []
    for tracks in ((a_track(1), a_track(2)), (a_track(3), a_track(2), a_track(4))):
        snapshot = a_snapshot(*tracks, fence=publisher.next_fence())
        publisher.write_chunks(snapshot)
        before = publisher.current()
        publisher.flip(advanced(before, snapshot.descriptor), before)
        versions.append(snapshot.descriptor.version)

    diff = json.loads(catalog("diff", *versions, "--json").output)
    table = catalog("diff", versions[0][:12]).output

    ids = {name: [change["id"] for change in diff[name]] for name in ("added", "removed", "moved")}
    assert ids == {
        "added": [a_track(3).track_id, a_track(4).track_id],
        "removed": [a_track(1).track_id],
        "moved": [a_track(2).track_id],
    }
    assert f"{versions[0]} → {versions[1]}: 2 added, 1 removed, 1 moved, 0 updated" in table
    assert "is not stored; stored versions: " in catalog("diff", "0000000099").output
    assert "is ambiguous; stored versions: " in catalog("diff", "00000000").output


def test_why_shows_everything_stored_about_a_track(catalog: Run, stores: DynamoRows) -> None:
    versions = publish(stores, 13, 1)
    record = a_record(0)
    archive = DynamoTrackArchive(stores, "catalog")
    alias = a_record(7, status=TrackStatus.ALIAS, canonical_id=record.track_id)
    archive.save_many([record, alias])

    by_id, by_tiktok_id, by_link, by_title = (
        json.loads(catalog("why", words, "--json").output)
        for words in (record.track_id, record.tiktok_id, record.link, "song 0")
    )

    assert by_id == by_tiktok_id == by_link == by_title
    [story] = by_id
    stored = json.loads(json.dumps(camel_keys(record_to(record))))
    stored["canonicalId"] = stored.pop("survivorId")
    assert (story["record"], story["aliasOf"]) == (stored, None)
    assert [(row["version"], row["rank"]) for row in story["snapshots"]] == [
        (versions[1], 1),
        (versions[0], 1),
    ]
    [merged] = json.loads(catalog("why", alias.track_id, "--json").output)
    assert merged["aliasOf"] == {
        "trackId": record.track_id,
        "title": "Song 0",
        "status": "active",
    }
    assert "not listed in any stored version" in catalog("why", alias.track_id).output


def test_why_shows_the_last_verdict_and_the_media_ledger(catalog: Run, stores: DynamoRows) -> None:
    publish(stores, 1)
    pointer = DynamoPublisher(stores, "catalog").current()
    assert pointer is not None
    moment = pointer.current.scheduled_at
    bad = a_candidate(5, title="Four Minutes of Nothing")
    finding = Finding(RejectionReason.AUDIO_SILENT, "silence", measured=-70.0, limit=-60.0)
    report = RefreshReport(
        Outcome.PUBLISHED, None, moment, moment, {}, rejections=(Rejection.of(bad, finding),)
    )
    DynamoRunReports(stores, "catalog").save_report(moment, report.to_dict())
    failure = failure_of(bad, finding, FailureClock(moment, timedelta(hours=12)), None)
    assert failure is not None
    DynamoMediaLedger(stores, "catalog").save_failures([failure])

    [story] = json.loads(catalog("why", "minutes of nothing", "--json").output)

    assert (story["trackId"], story["record"], story["snapshots"]) == (bad.track_id, None, [])
    assert (story["lastVerdict"]["reason"], story["lastVerdict"]["measured"]) == (
        "AUDIO_SILENT",
        -70.0,
    )
    assert story["mediaFailure"]["finding"]["reason"] == "AUDIO_SILENT"
    assert "lastVerdict.detail" in catalog("why", bad.tiktok_id).output


def test_why_reports_an_unknown_track(catalog: Run, stores: DynamoRows) -> None:
    publish(stores, 1)

    result = catalog("why", "13660")

    assert (result.exit_code, result.output) == (2, "catalog: '13660' not found\n")


def test_a_retired_track_is_indexed_and_its_record_has_the_reason(
    catalog: Run, stores: DynamoRows
) -> None:
    record = a_record(1)
    archive = DynamoTrackArchive(stores, "catalog")
    archive.save_many([record, a_record(2, status=TrackStatus.ALIAS, canonical_id=record.track_id)])
    before = datetime.now(UTC)

    result = catalog("retire", record.link, "--reason", "asked for by its author", "--yes")

    assert (result.exit_code, "it is not listed, and no refresh will list it" in result.output) == (
        0,
        True,
    )
    retired = archive.get_many([record.track_id])[record.track_id]
    assert retired == replace(
        record,
        status=TrackStatus.RETIRED,
        retired_at=retired.retired_at,
        retired_reason="asked for by its author",
    )
    assert retired.retired_at is not None
    assert before <= retired.retired_at <= datetime.now(UTC)
    assert archive.list_retired() == [retired]
    again, duplicate, unknown = (
        " ".join(catalog("retire", words, "--reason", "x", "--yes").output.replace("│", "").split())
        for words in (record.track_id, a_record(2).track_id, "13660")
    )
    assert "already retired: asked for by its author" in again
    assert "is a duplicate: retire its canonical track" in duplicate
    assert "was never listed" in unknown


def test_a_takedown_asks_for_confirmation(catalog: Run, stores: DynamoRows) -> None:
    archive = DynamoTrackArchive(stores, "catalog")
    archive.save_many([a_record(1)])

    result = catalog("retire", a_record(1).track_id, "--reason", "x", input="n\n")

    assert result.exit_code == 1
    assert archive.get_many([a_record(1).track_id]) == {a_record(1).track_id: a_record(1)}
    assert DynamoOperatorLists(stores, "catalog").entries() == ()


def test_a_rotated_key_has_the_settings_of_the_old_one_which_still_works(
    catalog: Run, stores: DynamoRows
) -> None:
    text, old = a_key(tier="pilot")
    keys = DynamoKeys(stores, "keys")
    keys.save(old)

    result = catalog("keys", "rotate", old.key_id)

    presented = parse_authorization(f"Bearer {result.stdout.strip()}")
    assert presented is not None
    new = keys.get(presented.key_id)
    assert new is not None
    assert new._replace(created_at=None) == old._replace(
        key_id=presented.key_id, secret_sha256=presented.secret_sha256
    )
    assert (keys.get(old.key_id), result.stdout.strip() != text) == (old, True)
    assert f"catalog keys revoke {old.key_id}" in result.stderr
    catalog("keys", "suspend", old.key_id, "--yes")
    assert catalog("keys", "rotate", old.key_id).exit_code == 2


def test_a_stack_gives_its_tables_and_the_settings_of_its_function(catalog: Run) -> None:
    outputs = {
        "CatalogTable": "catalog",
        "KeysTable": "keys",
        "RefreshFunction": "refresh",
    }
    template = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    cloudformation = boto3.client("cloudformation", region_name=REGION)
    cloudformation.create_stack(StackName="demo", TemplateBody=json.dumps(template))
    role = boto3.client("iam", region_name=REGION).create_role(
        RoleName="refresh", AssumeRolePolicyDocument="{}", Path="/"
    )
    boto3.client("lambda", region_name=REGION).create_function(
        FunctionName="refresh",
        Runtime="python3.13",
        Role=role["Role"]["Arn"],
        Handler="handler.handler",
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
        Environment={"Variables": {"CATALOG_TABLE": "catalog", "SOURCE": "charts"}},
    )

    result = catalog("doctor", "--stack", "demo", "--json")

    [line] = json.loads(result.stdout)
    assert (result.exit_code, line["ok"]) == (1, False)
    assert "SOURCE has 'charts', not one of aweme" in line["found"]
    assert "CATALOG_TABLE" not in line["found"]
    assert "AWS_REGION" not in line["found"]
    assert "the stack other cannot be read" in catalog("status", "--stack", "other").stderr


def test_errors_of_aws_are_reported_with_a_hint(
    catalog: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_stack = catalog("status", "--stack", "other")
    monkeypatch.setenv("CATALOG_TABLE", "elsewhere")
    no_table = catalog("status")
    monkeypatch.setenv("AWS_PROFILE", "unknown")
    no_profile = catalog("doctor", "--stack", "demo")

    assert "the stack other cannot be read" in no_stack.stderr
    assert "(ResourceNotFoundException) (not found here: is the region right?" in no_table.stderr
    assert "aws configure list-profiles" in no_profile.stderr
    assert {each.exit_code for each in (no_stack, no_table, no_profile)} == {2}


def test_profile_and_region_are_chosen_before_the_command(
    catalog: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)

    result = catalog("--region", "eu-west-3", "status")

    assert (result.exit_code, "is the region right?" in result.stderr) == (2, True)


@pytest.mark.parametrize("answer", ["", "n\n"])
def test_without_confirmation_nothing_changes(
    catalog: Run, stores: DynamoRows, answer: str
) -> None:
    _, key = a_key()
    DynamoKeys(stores, "keys").save(key)

    result = catalog("keys", "revoke", key.key_id, "--reason", "x", input=answer)

    assert (result.exit_code, DynamoKeys(stores, "keys").get(key.key_id)) == (1, key)
    assert ("(use --yes)" in result.stderr) == (answer == "")


def test_keys_print_json_and_accept_a_whole_key_as_id(catalog: Run, stores: DynamoRows) -> None:
    words = ("keys", "create", "--organization", "org_1", "--name", "Acme", "--json")
    made = json.loads(catalog(*words).stdout)

    suspended = json.loads(catalog("keys", "suspend", made["key"], "--yes", "--json").stdout)

    assert suspended == {
        "keyId": made["keyId"],
        "environment": "live",
        "organization": "org_1",
        "name": "Acme",
        "scopes": ["publish:read"],
        "tier": "standard",
        "state": "suspended",
        "browserOrigins": [],
        "createdAt": made["createdAt"],
        "expiresAt": None,
        "isExpired": False,
    }
    again = catalog("keys", "suspend", made["keyId"])
    assert (again.exit_code, again.stdout) == (0, f"{made['keyId']} is already suspended\n")
    assert (
        "--name is empty" in catalog("keys", "create", "--organization", "o", "--name", "").output
    )


def test_a_pointer_moved_in_between_is_reported(
    catalog: Run, stores: DynamoRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = publish(stores, 13, 1)
    next_fence = DynamoPublisher.next_fence

    def slow(self: DynamoPublisher) -> int:
        monkeypatch.setattr(DynamoPublisher, "next_fence", next_fence)
        catalog("pin", second, "--reason", "x", "--yes")
        return next_fence(self)

    monkeypatch.setattr(DynamoPublisher, "next_fence", slow)
    result = catalog("rollback", first, "--reason", "x", "--yes")

    assert (result.exit_code, served(stores)) == (2, (second, True))
    assert "nothing changed; check catalog status" in result.stderr


FIGURES = {
    "rows": 4,
    "fullClip": 2,
    "trendingClipOnly": 1,
    "noClip": 1,
    "joined": {"listed": 1, "sameId": 0, "sameRecording": 2, "sameCredits": 0},
    "publishableShare": 0.5,
    "changedClips": 1,
}


def save_run(stores: DynamoRows, hours_ago: int, library: dict[str, Any]) -> str:
    """Stores the report of a run, which `doctor --publish` reads."""
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=hours_ago)
    reports = DynamoRunReports(stores, "catalog")
    report = RefreshReport(Outcome.PUBLISHED, None, at, at, {}, library=library)
    reports.save_report(at, report.to_dict())
    reports.save_run({"scheduledAt": at.isoformat(), "outcome": "PUBLISHED"})
    return at.isoformat()


def test_doctor_shows_the_newest_figures_on_direct_publish(
    catalog: Run, stores: DynamoRows
) -> None:
    missing = catalog("doctor", "--publish")
    save_run(stores, 25, {**FIGURES, "rows": 9})
    newest = save_run(stores, 13, FIGURES)
    save_run(stores, 1, {})

    as_json = catalog("doctor", "--publish", "--json")
    text = catalog("doctor", "--publish")

    assert (missing.exit_code, "is cml in SOURCE" in missing.output) == (2, True)
    assert json.loads(as_json.output) == {"scheduledAt": newest, **FIGURES}
    assert (text.exit_code, "tracks joined by sameRecording" in text.output) == (0, True)


def test_why_tells_the_evidence_of_a_join(catalog: Run, stores: DynamoRows) -> None:
    record = a_record(1, publish=some_facts())
    DynamoTrackArchive(stores, "catalog").save_many([record])

    [found] = json.loads(catalog("why", record.track_id, "--json").output)
    text = catalog("why", record.track_id).output

    assert found["record"]["publish"] == camel_keys(publish_to(some_facts()))
    assert "sameRecording" in next(line for line in text.splitlines() if "evidence" in line)
    clips = json.dumps(found["record"]["publish"]["clips"], separators=(",", ":"))
    assert f"record.publish.clips{clips}" in "".join(text.split())


@pytest.mark.parametrize("kind", ["deny-join", "allow-join"])
def test_a_join_is_denied_or_allowed_by_an_entry(
    catalog: Run, stores: DynamoRows, kind: str
) -> None:
    publish(stores, 1)
    track, song = "7662052657323182081", "6985271847240321025"
    of_song = ("--song", song) if kind == "allow-join" else ()

    added = catalog("lists", "add", kind, "--track", track, "--reason", "heard", "--yes", *of_song)
    listed = catalog("lists", "list").output
    wrong = catalog(
        "lists", "add", "deny", "--track", track, "--song", song, "--reason", "heard", "--yes"
    )

    assert (added.exit_code, wrong.exit_code) == (0, 2)
    assert "--song is for kind allow-join with --track" in " ".join(wrong.output.split())
    assert DynamoOperatorLists(stores, "catalog").entries() == (
        ListEntry(ListKind(kind), "heard", track, song=song if of_song else None),
    )
    assert (f"{track} = {song}" in listed) is bool(of_song)
