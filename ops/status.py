"""`catalog status`: what is served, how old it is, the last runs, and the alarms."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from ops.alarm_signs import Sign, Watch
from ops.console import print_json, print_table, told
from ops.deployment import Deployment, JsonOption, StackOption, open_deployment, refresh_every
from tiktok_music.api.freshness import degraded_after
from tiktok_music.api.schedule import Schedule
from tiktok_music.snapshot import Pointer

RUN_COLUMNS = ("scheduledAt", "outcome", "rows", "accepted", "rejected", "added", "removed")


@told
def status(
    runs: Annotated[int, typer.Option("--runs", help="How many runs to list.", min=1)] = 6,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """What is served, how old it is, the last runs, the alarms that would fire.

    Exits with 1 when it is late or an alarm would fire.
    """
    catalog, now = open_deployment(stack), datetime.now(UTC)
    listed = catalog.reports.list_runs()
    pointer = catalog.publisher.current()
    if pointer is None:
        _print_runs(listed[:runs], as_json=as_json)
        catalog.pointer()  # which says what to do
        return
    listed = listed or _told_of(catalog, pointer)
    every = refresh_every(stack)
    age = now - pointer.current.published_at
    signs = list(Watch(listed, age, degraded_after(every), stack, now).signs())
    state = _state(catalog, pointer, every, now)
    if as_json:
        alarms = [_sign_json(sign) for sign in signs]
        print_json({**state, "runs": listed[:runs], "alarms": alarms})
    else:
        print_table(("", ""), [(name, str(value)) for name, value in state.items()])
        _print_runs(listed[:runs], as_json=False)
        _print_signs(signs)
    problems = _problems(state, signs)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)


def _state(
    catalog: Deployment, pointer: Pointer, every: timedelta, now: datetime
) -> dict[str, Any]:
    current = pointer.current
    age = now - current.published_at
    return {
        "catalog": catalog.where,
        "version": current.version,
        "tracks": current.track_count,
        "publishedAt": current.published_at.isoformat(timespec="seconds"),
        "ageHours": round(age / timedelta(hours=1), 1),
        "nextDue": Schedule.of(pointer).next_due(every, now).isoformat(timespec="minutes"),
        "isLate": age > degraded_after(every),
        "pinned": pointer.is_pinned,
        "versionsKept": 1 + len(pointer.history),
        "refreshUnderWay": catalog.publisher.is_leased(now),
    }


def _told_of(catalog: Deployment, pointer: Pointer) -> list[dict[str, Any]]:
    """The last published run, where no list of runs is kept yet."""
    report = catalog.reports.get_report(pointer.current.scheduled_at)
    if report is None:
        return []
    rejected = sum(report.get("rejected", {}).values())
    return [{**{name: report.get(name) for name in (*RUN_COLUMNS, "reason")}, "rejected": rejected}]


def _print_runs(runs: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    if runs and not as_json:
        names = (*RUN_COLUMNS, "reason")
        rows = [["" if run.get(name) is None else str(run[name]) for name in names] for run in runs]
        print_table(("run", *names[1:]), rows)


def _print_signs(signs: Sequence[Sign]) -> None:
    states = {True: "FIRES", False: "quiet", None: "not known"}
    rows = [(each.rule.name, states[each.fires], each.rule.meaning, each.found) for each in signs]
    print_table(("alarm", "", "fires when", "found"), rows)


def _sign_json(sign: Sign) -> dict[str, Any]:
    return {
        "alarm": sign.rule.name,
        "fires": sign.fires,
        "firesWhen": sign.rule.meaning,
        "found": sign.found,
    }


def _problems(state: Mapping[str, Any], signs: Sequence[Sign]) -> list[str]:
    firing = [f"{each.rule.name} would fire: {each.found}" for each in signs if each.fires]
    late = [f"late: no snapshot for {state['ageHours']} hours"] if state["isLate"] else []
    return [*firing, *late]
