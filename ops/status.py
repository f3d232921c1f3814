"""`catalog status`: the current snapshot, its age, the last runs, and the alarms."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

from ops.alarms import AlarmState, AlarmValue, stack_alarms
from ops.audit import recent_changes
from ops.console import cell, echo, print_json, print_table, reports_errors
from ops.deployment import Deployment, open_deployment, refresh_interval
from ops.error_hints import hint_for, in_brackets
from ops.options import JsonOption, StackOption
from tiktok_music.api.freshness import degraded_after
from tiktok_music.api.schedule import Schedule
from tiktok_music.refresh.history.notify import TRY_AGAIN
from tiktok_music.refresh.report import Outcome
from tiktok_music.snapshot import Pointer

RUN_COLUMNS = ("scheduledAt", "outcome", "rows", "accepted", "rejected", "added", "removed")
POINTER_MOVES = ("rollback", "pin", "recover")
# Versions are stored for a week; a pinned one for as long as it is pinned.
DAYS_SEARCHED = 90
# Outcomes that need action if they are the last run's.
FAILED = TRY_AGAIN | {Outcome.REFUSED}
VERIFY = "catalog media verify asks for all"
Run = Mapping[str, Any]


@reports_errors
def status(
    runs: Annotated[int, typer.Option("--runs", help="Number of runs to list.", min=1)] = 6,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Show the current snapshot, its age, the last runs and, for a stack, its alarms.

    Exits with 1 if the snapshot is late, the last run failed or found published files missing, a
    chart beside the default one was not published, or an alarm is in state ALARM.
    """
    deployment, now = open_deployment(stack), datetime.now(UTC)
    listed = deployment.reports.list_runs()
    pointer = deployment.publisher.current()
    if pointer is None:
        if not as_json:
            _print_runs(listed[:runs])
        deployment.pointer()  # raises, and says what to do
        return
    listed = listed or _published_run(deployment, pointer)
    every = refresh_interval(stack)
    state = _state(deployment, pointer, every, now)
    alarms, note = _alarms(stack)
    if as_json:
        shown = {"runs": listed[:runs], "alarms": [alarm.to_dict() for alarm in alarms]}
        print_json({**state, **shown, "alarmsNote": note})
    else:
        print_table(("", ""), [(name, cell(value)) for name, value in state.items()])
        if state["newestVersion"] != state["version"]:
            echo(_older_sentence(state))
        _print_runs(listed[:runs])
        _print_alarms(alarms, note)
    problems = [*_problems(state, listed, alarms), *_failing_charts(deployment)]
    for problem in problems:
        echo(problem, err=True)
    if problems:
        raise typer.Exit(1)


def _state(
    deployment: Deployment, pointer: Pointer, every: timedelta, now: datetime
) -> dict[str, Any]:
    current = pointer.current
    age = now - current.published_at
    return {
        "catalog": deployment.name,
        "version": current.version,
        "tracks": current.track_count,
        "publishedAt": current.published_at.isoformat(timespec="seconds"),
        "ageHours": round(age / timedelta(hours=1), 1),
        "nextDue": Schedule.of(pointer).next_due(every, now).isoformat(timespec="minutes"),
        "isLate": age > degraded_after(every),
        "pinned": pointer.is_pinned,
        "versionsKept": 1 + len(pointer.history),
        "refreshUnderWay": deployment.publisher.is_leased(now),
        **_older_version(deployment, pointer, now),
    }


def _older_version(deployment: Deployment, pointer: Pointer, now: datetime) -> dict[str, Any]:
    """The newest version and, if an older one is served, since when and why; None if unknown."""
    current = pointer.current
    offered = [each for each in pointer.history if not each.is_withdrawn]
    newest = max((current, *offered), key=lambda version: version.fence)
    move: Mapping[str, Any] = {}
    if newest != current:
        changes = recent_changes(deployment, DAYS_SEARCHED)
        move = next((each for each in changes if _is_move_to(each, current.version)), {})
    since = datetime.fromisoformat(move["at"]) if move else None
    return {
        "newestVersion": newest.version,
        "olderSince": since.isoformat(timespec="seconds") if since else None,
        "olderForHours": round((now - since) / timedelta(hours=1), 1) if since else None,
        "olderBy": move.get("who"),
        "olderReason": move.get("reason"),
    }


def _is_move_to(change: Mapping[str, Any], version: str) -> bool:
    is_move = change["command"] in POINTER_MOVES and change["outcome"] == "done"
    return is_move and change["what"].get("version") == version


def _published_run(deployment: Deployment, pointer: Pointer) -> list[dict[str, Any]]:
    """The run that published the current snapshot, for tables without a run list yet."""
    report = deployment.reports.get_report(pointer.current.scheduled_at)
    if report is None:
        return []
    rejected = sum(report.get("rejected", {}).values())
    return [{**{name: report.get(name) for name in (*RUN_COLUMNS, "reason")}, "rejected": rejected}]


def _alarms(stack: str | None) -> tuple[list[AlarmState], str | None]:
    """The stack's alarms, and a note if there are none; the rest of the status needs none."""
    if stack is None:
        return [], "only a stack has alarms: --stack NAME"
    try:
        alarms = stack_alarms(stack, boto3.client("cloudwatch"))
    except (BotoCoreError, ClientError) as exc:
        return [], f"alarms cannot be read: {exc}{in_brackets(hint_for(exc))}"
    return alarms, None if alarms else f"the stack {stack} has no alarms: deploy it again"


def _problems(
    state: Mapping[str, Any], runs: Sequence[Run], alarms: Sequence[AlarmState]
) -> list[str]:
    problems = [
        f"{alarm.name} is in state ALARM: {alarm.reason}"
        for alarm in alarms
        if alarm.value is AlarmValue.ALARM
    ]
    if runs and runs[0]["outcome"] in FAILED:
        problems.append(f"the last run ended {runs[0]['outcome']}: {runs[0].get('reason')}")
    if runs and (missing := runs[0].get("mediaMissing")):
        problems.append(f"the last run found files of {missing} tracks missing: {VERIFY}")
    if state["isLate"]:
        problems.append(f"late: the snapshot is {state['ageHours']} hours old")
    return problems


def _failing_charts(deployment: Deployment) -> list[str]:
    return [
        f"chart {entry.chart_id} is not published since {entry.failing_since:%Y-%m-%d %H:%M} UTC: "
        f"{entry.problem}"
        for entry in deployment.charts.listing().entries
        if entry.failing_since is not None
    ]


def _older_sentence(state: Mapping[str, Any]) -> str:
    if state["olderSince"] is None:
        span = "since an unknown time (catalog audit has no record)"
    else:
        span = f"for {state['olderForHours']} hours, by {state['olderBy']}"
    reason = f": {state['olderReason']}" if state["olderReason"] else ""
    return f"an older version is served, {span}{reason}; the newest is {state['newestVersion']}"


def _print_runs(runs: Sequence[Run]) -> None:
    if runs:
        names = (*RUN_COLUMNS, "reason")
        rows = [[cell(run.get(name)) for name in names] for run in runs]
        print_table(("run", *names[1:]), rows)


def _print_alarms(alarms: Sequence[AlarmState], note: str | None) -> None:
    if note is not None:
        echo(note)
        return
    rows = [(each.name, str(each.value), each.description, each.reason) for each in alarms]
    print_table(("alarm", "state", "description", "reason"), rows)
