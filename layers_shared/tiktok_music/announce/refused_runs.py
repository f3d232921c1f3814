"""Finds the refused runs that a write of the list of runs added. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

REFUSED = "REFUSED"
# The reason of such a run begins with the check that failed.
PINNED = "PINNED:"
RunEntry = Mapping[str, Any]


def refused_runs(old: Sequence[RunEntry], new: Sequence[RunEntry]) -> list[RunEntry]:
    """The refused entries that the older list lacks, the oldest first.

    An attempt is identified by its scheduled and its start time: a later attempt at the same
    scheduled run replaces the entry, and is a refusal of its own. Runs of a pinned catalog, which
    the operator wanted, are left out.
    """
    known = {_attempt(entry) for entry in old}
    added = [each for each in new if _is_refused(each) and _attempt(each) not in known]
    return added[::-1]


def _is_refused(entry: RunEntry) -> bool:
    return entry["outcome"] == REFUSED and not str(entry.get("reason")).startswith(PINNED)


def _attempt(entry: RunEntry) -> tuple[str, str]:
    return str(entry["scheduledAt"]), str(entry.get("startedAt"))
