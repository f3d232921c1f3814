"""`catalog recover`: replaces a lost or broken pointer by one at a version that is whole."""

from typing import Any

from ops.audit import recorded
from ops.console import confirm, echo, print_json, print_table, reports_errors
from ops.deployment import open_deployment
from ops.options import DryRunOption, JsonOption, ReasonOption, StackOption, YesOption
from ops.versions import warn_of_retired
from tiktok_music.adapters.dynamo_recovery import Salvage
from tiktok_music.errors import SnapshotMissing
from tiktok_music.pointer_moves import recovered


@reports_errors
def recover(
    reason: str | None = ReasonOption,
    dry_run: bool = DryRunOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Replace a lost or broken pointer by one that names the versions that are stored completely.

    Writes nothing if the pointer and all its versions are whole. The current version stays, if it
    is whole; else the newest whole one is served.
    """
    deployment = open_deployment(stack)
    salvage = deployment.recovery.salvage(deployment.reports.list_runs())
    if salvage.is_sound:
        _print(salvage, "the pointer and its versions are whole: nothing to recover", as_json)
        return
    if not salvage.whole:
        raise SnapshotMissing("no version is stored completely: run a refresh (catalog refresh)")
    planned = recovered(salvage.whole, salvage.current, 0, is_pinned=salvage.is_pinned)
    if dry_run:
        _print(salvage, f"dry run: {planned.current.version} would be served", as_json)
        return
    warn_of_retired(deployment, planned.current)
    question = (
        f"{deployment.name}: serve {planned.current.version} of {len(salvage.whole)} versions?"
    )
    confirm(question, yes=yes)
    fence = max(deployment.publisher.next_fence(), salvage.whole[0].fence + 1)
    pointer = recovered(salvage.whole, salvage.current, fence, is_pinned=salvage.is_pinned)
    with recorded(deployment, "recover", {"version": pointer.current.version}, reason):
        deployment.recovery.replace(salvage, pointer)
    _print(salvage, f"{pointer.current.version} is served within 36 seconds", as_json)


def _print(salvage: Salvage, effect: str, as_json: bool) -> None:
    rows: list[dict[str, Any]] = [
        {"version": each.version, "state": "whole", "tracks": each.track_count}
        for each in salvage.whole
    ]
    rows += [{"version": each, "state": "broken", "tracks": None} for each in salvage.broken]
    if as_json:
        print_json({"versions": rows, "effect": effect})
        return
    print_table(
        ("version", "state", "tracks"),
        [tuple("" if each is None else str(each) for each in row.values()) for row in rows],
    )
    echo(effect)
