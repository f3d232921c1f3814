"""`catalog report|replay`: the report of a past run, and its chart under the current rules."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ops.console import console, echo, print_json, print_table, reports_errors
from ops.deployment import Deployment, open_deployment, text_rules
from ops.errors import CommandError
from ops.options import JsonOption, StackOption
from ops.progress import print_report
from ops.verdict_changes import changes_to_json, print_verdict_changes
from tiktok_music.adapters.dynamo_items import UNREADABLE
from tiktok_music.errors import NotFound, SnapshotMissing
from tiktok_music.refresh.history.recording import Recording, unpack_recording
from tiktok_music.refresh.history.replay import changes_of
from tiktok_music.refresh.history.replay import replay as replayed
from tiktok_music.refresh.row_verdict import RowStatus, RowVerdict

RunArgument = typer.Argument(
    metavar="RUN",
    help="Scheduled time of a run or a unique prefix of it (`catalog status` lists them), or the "
    "version that it published. Default: the last run.",
)
# Runs that a message lists if one is not found.
MAX_RUNS_NAMED = 5


@reports_errors
def report(
    run: Annotated[str | None, RunArgument] = None,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Show the report of a refresh: counts, examples of each rejection, duplicates, times."""
    deployment = open_deployment(stack)
    scheduled_at = scheduled_time(run, deployment)
    found = deployment.reports.get_report(scheduled_at)
    if found is None:
        raise NotFound(f"no report for {scheduled_at.isoformat()}; {_last_runs(deployment)}")
    if as_json:
        print_json(found)
    else:
        try:
            echo(f"run of {found['scheduledAt']}, started {found['startedAt']}")
            print_report(found, console())
        except UNREADABLE as exc:
            raise CommandError(
                f"the report of {scheduled_at.isoformat()} is unreadable in this release; --json "
                "prints it as it is stored"
            ) from exc


@reports_errors
def replay(
    run: Annotated[str | None, RunArgument] = None,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Apply the current rules and lists to a past run's chart. Writes nothing.

    Shows the sounds whose verdict differs from that run's. Its media results are reused.
    """
    deployment = open_deployment(stack)
    recording = recording_at(scheduled_time(run, deployment, is_recorded=True), deployment)
    now = datetime.now(UTC)
    rules = text_rules(stack, deployment.lists.entries(), now)
    stores = (deployment.archive, deployment.ledger, deployment.publisher)
    verdicts = replayed(recording, rules, stores)
    changes = changes_of(recording.verdicts, verdicts)
    if as_json:
        print_json({**_to_dict(recording, verdicts), "changes": changes_to_json(changes)})
        return
    print_verdict_changes(changes)
    state = _to_dict(recording, verdicts)
    names = tuple(str(verdict) for verdict in RowStatus)
    rows = [(when, *(str(state[when][name]) for name in names)) for when in ("then", "now")]
    print_table(("", *names), rows)
    echo(
        f"run of {state['scheduledAt']} ({state['outcome']}): the verdict of {len(changes)} of "
        f"{state['sounds']} sounds differs; not judged again, as unreadable in that run: "
        f"{state['unreadable']}"
    )


def scheduled_time(
    run: str | None, deployment: Deployment, *, is_recorded: bool = False
) -> datetime:
    """The scheduled time of a run given by time, prefix or version; raises NotFound."""
    runs = [
        each for each in deployment.reports.list_runs() if each.get("isRecorded") or not is_recorded
    ]
    if run is None and runs:
        return datetime.fromisoformat(runs[0]["scheduledAt"])
    if run is None and is_recorded:
        raise NotFound("no run is recorded yet: a refresh stores a recording, for 30 days")
    if run is None:
        return deployment.pointer().current.scheduled_at
    text = run.replace("Z", "+00:00")
    matching = [each["scheduledAt"] for each in runs if each["scheduledAt"].startswith(text)]
    if len(matching) == 1:
        return datetime.fromisoformat(matching[0])
    return _parse_time(text) or _time_of_version(run, deployment)


def recording_at(scheduled_at: datetime, deployment: Deployment) -> Recording:
    """The recording of a run; raises NotFound, RecordingCorrupt."""
    packed = deployment.reports.get_recording(scheduled_at)
    if packed is None:
        raise NotFound(
            f"the run of {scheduled_at.isoformat()} is not recorded: it got no chart, or is older "
            f"than 30 days; {_last_runs(deployment)}"
        )
    return unpack_recording(packed)


def _parse_time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)


def _time_of_version(name: str, deployment: Deployment) -> datetime:
    try:
        found = [each for each in deployment.versions() if each.version.startswith(name)]
    except SnapshotMissing:
        found = []
    if len(found) != 1:
        raise NotFound(f"{name} matches no run and no version; {_last_runs(deployment)}")
    return found[0].scheduled_at


def _last_runs(deployment: Deployment) -> str:
    times = [each["scheduledAt"] for each in deployment.reports.list_runs()[:MAX_RUNS_NAMED]]
    return f"the last runs: {', '.join(times)}" if times else "no runs yet"


def _to_dict(recording: Recording, now: Sequence[RowVerdict]) -> dict[str, Any]:
    return {
        "scheduledAt": recording.scheduled_at.isoformat(),
        "outcome": recording.outcome,
        "version": recording.version,
        "sounds": len(recording.verdicts),
        "unreadable": len(recording.chart.rejections),
        "then": _counts(recording.verdicts),
        "now": _counts(now),
    }


def _counts(verdicts: Sequence[RowVerdict]) -> dict[str, int]:
    counts = Counter(each.status for each in verdicts)
    return {str(verdict): counts[verdict] for verdict in RowStatus}
