"""Finds the refused runs that a write of the list of runs added. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

REFUSED = "REFUSED"
RunEntry = Mapping[str, Any]


def refused_runs(old: Sequence[RunEntry], new: Sequence[RunEntry]) -> list[RunEntry]:
    """The refused entries that the older list lacks, the oldest first.

    An attempt is identified by its scheduled and its start time: a later attempt at the same
    scheduled run replaces the entry, and is a refusal of its own.
    """
    known = {_attempt(entry) for entry in old}
    added = [each for each in new if each["outcome"] == REFUSED and _attempt(each) not in known]
    return added[::-1]


def _attempt(entry: RunEntry) -> tuple[str, str]:
    return str(entry["scheduledAt"]), str(entry.get("startedAt"))
