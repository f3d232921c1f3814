"""Executions of the state machine: real handlers, moto's S3 and DynamoDB, real media."""

import importlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from mypy_boto3_s3 import S3Client

from local.embedded_aws import BUCKET, CATALOG_TABLE, R2_SECRET, REGION, EmbeddedAws
from local.gateway import LocalContext
from local.stand_in import cover, music, silence
from tests.architecture.test_template import ROOT
from tests.events import EVENTS
from tests.peer import Exchange, Peer, running_peer
from tests.state_machine import Execution, StateMachine
from tiktok_music.adapters.dynamo_ledger import DynamoMediaLedger
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.s3_plans import S3Plans
from tiktok_music.archive import MediaFacts
from tiktok_music.errors import StoreUnavailable
from tiktok_music.track import track_id_of

PLANS = "plans-of-media"
PLAN, BATCH, REFRESH = (
    f"arn:aws:lambda:::function:{name}" for name in ("plan", "batch", "refresh")
)
HANDLERS = {PLAN: "media_plan", BATCH: "media_batch", REFRESH: "handler"}
SUBSTITUTIONS = {
    "Partition": "aws",
    "Concurrency": "7",
    "PlansBucket": PLANS,
    "PlanFunctionArn": PLAN,
    "BatchFunctionArn": BATCH,
    "RefreshFunctionArn": REFRESH,
}
FIRST: dict[str, Any] = json.loads((EVENTS / "media_plan.json").read_text())
LATER = {"scheduledTime": "2026-11-22T18:00:00Z"}
Row = dict[str, Any]


class Killed(BaseException):
    """Raised to end a process; no code catches it."""


def definition() -> dict[str, Any]:
    """The state machine's definition as CloudFormation deploys it."""
    text = (ROOT / "statemachine" / "refresh_media.asl.json").read_text()
    for name, value in SUBSTITUTIONS.items():
        text = text.replace(f"${{{name}}}", value)
    assert "${" not in text
    document: dict[str, Any] = json.loads(text)
    return document


def media_host(exchange: Exchange) -> None:
    """`/<number>/song` and `/<number>/cover`, different for every number; 0 is silent."""
    number, kind = exchange.path.partition("?")[0].strip("/").split("/")[-2:]
    seed = int(number)
    if kind == "cover":
        body, mime = cover(seed)
    else:
        body, mime = music(seed, 8) if seed else silence(8)
    exchange.reply(200, body, Content_Type=mime)


@dataclass
class Stack:
    """The resources of the template with the media map."""

    peer: Peer
    document: Path
    s3: S3Client
    wrapped: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    seconds: float = 900
    states: dict[str, Any] = field(default_factory=definition)

    def __post_init__(self) -> None:
        self.states["States"]["Media"]["ItemBatcher"]["MaxItemsPerBatch"] = 2
        functions = {arn: self._function(arn) for arn in HANDLERS}
        self.machine = StateMachine(self.states, functions, self.s3)

    def chart(self, *rows: Row) -> None:
        """Replaces the upstream chart."""
        self.document.write_text("\n".join(json.dumps(row) for row in rows))

    def row(self, number: int, title: str = "", author: str = "") -> Row:
        return {
            "tiktokId": id_of(number),
            "title": title or f"Lantern {'ABCDEFGHIJ'[number]}",
            "author": author or f"Harbour {number}",
            "userCount": 1_000 - number,
            "language": "English",
            "previewUrl": f"{self.peer.base_url}/{number}/song",
            "coverUrl": f"{self.peer.base_url}/{number}/cover",
        }

    def run(self, event: Any) -> tuple[Execution, list[Row]]:
        """Runs one execution; returns it with the reports of its refreshes."""
        self.machine.events.clear()
        execution = self.machine.run(event)
        reports = [self.call(arn, payload) for arn, payload in self.machine.events]
        return execution, reports

    def call(self, arn: str, event: Any) -> Row:
        """Invokes a function in a new instance."""
        module = importlib.import_module(f"functions.refresh_music.{HANDLERS[arn]}")
        handler: Callable[..., Row] = importlib.reload(module).handler
        return handler(event, LocalContext("f", self.seconds))

    def downloads(self) -> list[str]:
        """The requests to the media host since the last call."""
        asked = sorted(path for path, _ in self.peer.requests)
        self.peer.requests.clear()
        return asked

    def _function(self, arn: str) -> Callable[[Any], Any]:
        def function(event: Any) -> Any:
            wrapped = self.wrapped.get(arn)
            return wrapped(event) if wrapped else self.call(arn, event)

        return function


def id_of(number: int) -> str:
    return str(7_662_052_657_323_182_080 + number)


def files(*numbers: int) -> list[str]:
    return sorted(f"/{number}/{kind}" for number in numbers for kind in ("cover", "song"))


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stack]:
    aws = EmbeddedAws.start()
    document = tmp_path / "tracks.jsonl"
    settings = {
        **aws.environment(),
        "AWS_ENDPOINT_URL_S3": aws.endpoint_url,
        "CATALOG_TABLE": CATALOG_TABLE,
        "PLANS_BUCKET": PLANS,
        "SOURCE": "static",
        "SOURCE_LOCATION": str(document),
        "MEDIA_BASE_URL": "https://media.example.com",
        "R2_ENDPOINT_URL": aws.endpoint_url,
        "R2_BUCKET": BUCKET,
        "R2_SECRET": R2_SECRET,
        "MIN_TRACKS": "1",
        "ALLOW_PRIVATE_HOSTS": "true",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    aws.furnish("source-key")
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket=PLANS)
    with running_peer(media_host) as peer:
        yield Stack(peer, document, s3)
    aws.stop()


def results(stack: Stack) -> Any:
    """The output of the result writer."""
    return json.loads(
        stack.s3.get_object(Bucket=PLANS, Key="results/run/results.json")["Body"].read()
    )


def plans(stack: Stack) -> list[bytes]:
    """All written plans."""
    listed = stack.s3.list_objects_v2(Bucket=PLANS, Prefix="plans/").get("Contents", [])
    return [stack.s3.get_object(Bucket=PLANS, Key=each["Key"])["Body"].read() for each in listed]


def test_batches_get_the_media_and_the_refresh_publishes_without_a_download(stack: Stack) -> None:
    duplicate = stack.row(5, title="Lantern B", author="Harbour 1")
    profane = stack.row(6, title="Fuck It")
    stack.chart(*(stack.row(number) for number in (1, 2, 3, 4, 0)), duplicate, profane)

    execution = stack.machine.run(FIRST)

    assert (execution.status, execution.error, execution.waited_seconds) == ("SUCCEEDED", None, [])
    assert execution.visited == [
        "Plan",
        "AnythingToFetch",
        "Media",
        "Refresh",
        "WasAllWell",
        "Done",
    ]
    assert execution.concurrency == 7
    assert [len(batch["Items"]) for batch in execution.children] == [2, 2, 1]
    assert stack.downloads() == ["/0/song", *files(1, 2, 3, 4)]
    plan = execution.children[0]["BatchInput"]["plan"]
    assert plan.startswith("plans/2026-11-22T060000Z/")
    figures = {"plan": plan, "deferred": 0, "stored": 0, "unreadable": 0}
    whole = {**figures, "groups": 2, "newMedia": 2, "tried": 2, "rejected": {}}
    silent = {**figures, "groups": 1, "newMedia": 0, "tried": 1, "rejected": {"AUDIO_SILENT": 1}}
    assert sorted(results(stack), key=str) == sorted([whole, whole, silent], key=str)
    assert stack.machine.events == [(REFRESH, FIRST)]

    report = stack.call(*stack.machine.events[0])

    assert stack.downloads() == []
    members = (
        "outcome",
        "scheduledAt",
        "accepted",
        "newMedia",
        "deferred",
        "mergedCount",
        "rejected",
    )
    assert {name: report[name] for name in members} == {
        "outcome": "PUBLISHED",
        "scheduledAt": "2026-11-22T06:00:00+00:00",
        "accepted": 4,
        "newMedia": 0,
        "deferred": 0,
        "mergedCount": 1,
        "rejected": {"AUDIO_SILENT": 1, "PROFANITY": 1},
    }


def test_a_run_with_nothing_new_plans_nothing_and_still_publishes(stack: Stack) -> None:
    stack.chart(*(stack.row(number) for number in (1, 2)))
    stack.run(FIRST)
    stack.downloads()

    execution, reports = stack.run(LATER)

    assert execution.visited == ["Plan", "AnythingToFetch", "Refresh", "WasAllWell", "Done"]
    assert sorted(len(plan.splitlines()) for plan in plans(stack)) == [0, 2]
    assert [(each["outcome"], each["accepted"]) for each in reports] == [("PUBLISHED", 2)]
    assert stack.downloads() == []


def test_a_plan_is_never_overwritten(stack: Stack) -> None:
    stack.chart(stack.row(1))
    stack.call(PLAN, FIRST)
    stack.chart(stack.row(1), stack.row(2))
    stack.call(PLAN, FIRST)

    assert sorted(len(plan.splitlines()) for plan in plans(stack)) == [1, 2]


def test_a_finished_scheduled_run_fetches_no_chart(stack: Stack) -> None:
    stack.chart(stack.row(1))
    stack.run(FIRST)
    stack.document.unlink()

    execution, reports = stack.run(FIRST)

    assert execution.status == "SUCCEEDED"
    assert [each["outcome"] for each in reports] == ["ALREADY_DONE"]


def test_an_execution_by_hand_needs_no_time_and_may_be_forced(stack: Stack) -> None:
    stack.chart(stack.row(1))

    _, by_hand = stack.run({})
    _, again = stack.run(FIRST)
    _, forced = stack.run({**FIRST, "force": True})

    outcomes = [each["outcome"] for each in (*by_hand, *again, *forced)]
    assert outcomes == ["PUBLISHED", "ALREADY_DONE", "PUBLISHED"]


def test_candidates_newer_than_the_plan_are_fetched_by_the_refresh(stack: Stack) -> None:
    stack.chart(stack.row(1), stack.row(2))
    stack.machine.run(FIRST)
    stack.downloads()
    stack.chart(stack.row(2), stack.row(3))

    report = stack.call(*stack.machine.events[0])

    assert (report["outcome"], report["accepted"], report["newMedia"]) == ("PUBLISHED", 2, 1)
    assert stack.downloads() == files(3)


def test_a_retried_batch_fetches_only_what_is_not_in_the_ledger(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.chart(stack.row(1), stack.row(2))
    noted: list[str] = []
    note = DynamoMediaLedger.save_media

    def dying(ledger: DynamoMediaLedger, track_id: str, media: MediaFacts) -> None:
        noted.append(track_id)
        if len(noted) == 2:
            raise Killed
        note(ledger, track_id, media)

    monkeypatch.setattr(DynamoMediaLedger, "save_media", dying)

    execution, reports = stack.run(FIRST)

    lost = 1 if noted[1] == track_id_of(id_of(1)) else 2
    assert noted[1:] == [track_id_of(id_of(lost))] * 2
    assert execution.status == "SUCCEEDED"
    assert execution.waited_seconds == [20]
    assert [(end["newMedia"], end["stored"]) for end in results(stack)] == [(1, 1)]
    assert stack.downloads() == sorted(files(1, 2) + files(lost))
    assert [(each["accepted"], each["newMedia"]) for each in reports] == [(2, 0)]


def test_the_refresh_fetches_the_media_of_a_batch_that_failed_permanently(
    stack: Stack,
) -> None:
    stack.chart(*(stack.row(number) for number in (1, 2, 3, 4, 5)))
    stack.wrapped[BATCH] = failing_with(stack, id_of(5))

    execution, reports = stack.run(FIRST)

    assert execution.status == "SUCCEEDED"
    assert execution.waited_seconds == [20, 40, 80]
    errors = [end.get("Error") for end in results(stack)]
    assert errors == [None, None, "StoreUnavailable"]
    assert [(each["accepted"], each["newMedia"]) for each in reports] == [(5, 1)]


def test_the_refresh_runs_when_most_batches_and_the_execution_fail(
    stack: Stack,
) -> None:
    stack.chart(stack.row(1), stack.row(2))
    stack.wrapped[BATCH] = failing_with(stack, id_of(1))

    execution, reports = stack.run(FIRST)

    assert execution.visited[-3:] == ["Refresh", "WasAllWell", "Failed"]
    assert (execution.status, execution.error) == (
        "FAILED",
        "States.ExceedToleratedFailureThreshold",
    )
    assert [(each["outcome"], each["newMedia"]) for each in reports] == [("PUBLISHED", 2)]


def test_the_refresh_runs_when_the_plan_and_the_execution_fail(stack: Stack) -> None:
    stack.chart(stack.row(1))
    stack.s3.delete_bucket(Bucket=PLANS)

    execution, reports = stack.run(FIRST)

    assert execution.visited == ["Plan", "Refresh", "WasAllWell", "Failed"]
    assert (execution.status, execution.error) == ("FAILED", "StoreUnavailable")
    assert execution.waited_seconds == [60, 120]
    assert [(each["outcome"], each["newMedia"]) for each in reports] == [("PUBLISHED", 1)]


def test_a_batch_out_of_time_stops_and_reports_the_rest(stack: Stack) -> None:
    stack.seconds = 119
    event = batch_event(stack)

    report = stack.call(BATCH, event)

    assert report == {
        "plan": event["BatchInput"]["plan"],
        "groups": 2,
        "newMedia": 0,
        "stored": 0,
        "tried": 0,
        "deferred": 2,
        "rejected": {},
        "unreadable": 0,
    }
    assert stack.downloads() == []


def test_a_batch_event_prepares_the_first_good_member(stack: Stack) -> None:
    event = batch_event(stack)
    event["Items"].append({"members": [{"tiktokId": "../../etc"}]})

    report = stack.call(BATCH, event)

    assert (report["newMedia"], report["tried"], report["unreadable"]) == (2, 3, 1)
    assert report["rejected"] == {"AUDIO_SILENT": 1}
    noted = DynamoMediaLedger(DynamoRows(DynamoAccess(REGION)), CATALOG_TABLE).get_many(
        track_id_of(f"766205265732318208{digit}") for digit in (1, 2, 3)
    )
    assert [entry.media is not None for _, entry in sorted(noted.items())].count(True) == 2


def failing_with(stack: Stack, tiktok_id: str) -> Callable[[Any], Any]:
    """A batch function that fails for batches with that sound."""

    def function(event: Any) -> Any:
        if tiktok_id in json.dumps(event):
            raise StoreUnavailable("DynamoDB could not read the media ledger")
        return stack.call(BATCH, event)

    return function


def batch_event(stack: Stack) -> Any:
    """The recorded event, with its media on this machine: the first member of all is silent."""
    event = json.loads((EVENTS / "media_batch.json").read_text())
    members = [member for item in event["Items"] for member in item["members"]]
    for number, member in enumerate(members):
        member["previewUrls"] = [f"{stack.peer.base_url}/{number}/song?x-expires=1"]
        member["coverUrls"] = [f"{stack.peer.base_url}/{number}/cover?x-expires=1"]
    return event


def test_an_unavailable_plan_store_is_reported() -> None:
    with running_peer(lambda exchange: exchange.connection.close()) as peer:
        client = boto3.client(
            "s3",
            endpoint_url=peer.base_url,
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            config=Config(retries={"total_max_attempts": 1}),
        )
        with pytest.raises(StoreUnavailable, match=r"S3 could not write plans/1 \(\w+\)"):
            S3Plans(client, PLANS).save("plans/1", b"")
