"""`catalog report|replay`: what a past refresh did, and what today's rules say of its chart."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ops.console import console, print_json, print_table, told
from ops.deployment import Deployment, JsonOption, StackOption, open_deployment, rules_with
from ops.progress import print_report
from ops.verdict_changes import json_of_changes, print_verdict_changes
from tiktok_music.errors import NotFound, SnapshotMissing
from tiktok_music.refresh.history.recording import Recording, unpack_recording
from tiktok_music.refresh.history.replay import changes_of
from tiktok_music.refresh.history.replay import replay as replayed
from tiktok_music.refresh.row_verdict import RowStatus, RowVerdict

RunArgument = typer.Argument(
    metavar="RUN",
    help="The scheduled time of a run, or its beginning (`catalog status` lists them), or the "
    "version that it published; else the last.",
)
# What is shown of the runs where one is not found.
FEW_RUNS = 5


@told
def report(
    run: Annotated[str | None, RunArgument] = None,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """The report of a refresh: counts, examples of each rejection, duplicates, times."""
    catalog = open_deployment(stack)
    moment = moment_of(run, catalog)
    found = catalog.reports.get_report(moment)
    if found is None:
        raise NotFound(f"there is no report for {moment.isoformat()}; {_known(catalog)}")
    if as_json:
        print_json(found)
    else:
        typer.echo(f"run of {found['scheduledAt']}, begun {found['startedAt']}")
        print_report(found, console())


@told
def replay(
    run: Annotated[str | None, RunArgument] = None,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Put a past run's chart through today's rules and lists, without media. Writes nothing.

    Tells of which sounds they say something else than that run did. What media said then stands.
    """
    catalog = open_deployment(stack)
    recording = recording_at(moment_of(run, catalog, is_recorded=True), catalog)
    now = datetime.now(UTC)
    rules = rules_with(catalog.lists.entries(), stack, now)
    verdicts = replayed(recording, rules, (catalog.archive, catalog.ledger))
    changes = changes_of(recording.verdicts, verdicts)
    if as_json:
        print_json({**_told(recording, verdicts), "changes": json_of_changes(changes)})
        return
    print_verdict_changes(changes)
    state = _told(recording, verdicts)
    names = tuple(str(verdict) for verdict in RowStatus)
    rows = [(when, *(str(state[when][name]) for name in names)) for when in ("then", "now")]
    print_table(("", *names), rows)
    typer.echo(
        f"run of {state['scheduledAt']} ({state['outcome']}): the rules say something else of "
        f"{len(changes)} of {state['sounds']} sounds; not judged again, because they could not be "
        f"read then: {state['unreadable']}"
    )


def moment_of(run: str | None, catalog: Deployment, *, is_recorded: bool = False) -> datetime:
    """The scheduled time of the run that is meant; raises NotFound, which lists the last ones."""
    runs = [each for each in catalog.reports.list_runs() if each["isRecorded"] or not is_recorded]
    if run is None and runs:
        return datetime.fromisoformat(runs[0]["scheduledAt"])
    if run is None and is_recorded:
        raise NotFound("no run is recorded yet: a refresh records itself, and keeps it for 30 days")
    if run is None:
        return catalog.pointer().current.scheduled_at
    text = run.replace("Z", "+00:00")
    fitting = [each["scheduledAt"] for each in runs if each["scheduledAt"].startswith(text)]
    if len(fitting) == 1:
        return datetime.fromisoformat(fitting[0])
    return _moment(text) or _moment_of_version(run, catalog)


def recording_at(moment: datetime, catalog: Deployment) -> Recording:
    """The recording of a run; raises NotFound, RecordingCorrupt."""
    packed = catalog.reports.get_recording(moment)
    if packed is None:
        raise NotFound(
            f"the run of {moment.isoformat()} is not recorded: it got no chart, or is older than "
            f"30 days; {_known(catalog)}"
        )
    return unpack_recording(packed)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _moment_of_version(name: str, catalog: Deployment) -> datetime:
    try:
        kept = [each for each in catalog.kept() if each.version.startswith(name)]
    except SnapshotMissing:
        kept = []
    if len(kept) != 1:
        raise NotFound(f"{name} is no time of a run, and no version; {_known(catalog)}")
    return kept[0].scheduled_at


def _known(catalog: Deployment) -> str:
    times = [each["scheduledAt"] for each in catalog.reports.list_runs()[:FEW_RUNS]]
    return f"the last runs are {', '.join(times)}" if times else "no run is listed yet"


def _told(recording: Recording, now: Sequence[RowVerdict]) -> dict[str, Any]:
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
