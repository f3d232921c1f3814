"""Fetches lost files again: what is missing -> addresses of the chart -> bucket -> archive."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from ops.deployment import Deployment
from ops.lease import exclusive
from ops.progress import advance
from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.dependencies import RefreshDependencies
from tiktok_music.refresh.media.check import MediaCheck
from tiktok_music.refresh.media.draw import draw_stored
from tiktok_music.refresh.media.pipeline import IO_THREADS
from tiktok_music.refresh.media.ports import no_deadline
from tiktok_music.refresh.media.prepare import MediaTools, prepare_media
from tiktok_music.refresh.rejection import Finding
from tiktok_music.track import cover_key, preview_key

REFRESH_RUNNING = (
    "a refresh is running and would overwrite the facts of the new files, which are stored: run "
    "this again when `catalog status` shows that it has ended (16 minutes at most)"
)


class RepairState(StrEnum):
    """The result of one track. An edition is new if its files are not those described before."""

    PLANNED = "planned"
    RESTORED = "restored"
    NEW_EDITION = "newEdition"
    NOT_ON_CHART = "notOnChart"
    FAILED = "failed"

    def is_good(self) -> bool:
        return self in (RepairState.RESTORED, RepairState.NEW_EDITION)


WORDS = {
    RepairState.PLANNED: ("would be fetched", ""),
    RepairState.RESTORED: ("restored", ""),
    RepairState.NEW_EDITION: (
        "new edition",
        "other bytes than before: the archive has their facts",
    ),
    RepairState.NOT_ON_CHART: ("not repaired", "not on the chart now, so there is no address"),
    RepairState.FAILED: ("not repaired", ""),
}


@dataclass(frozen=True, slots=True)
class Repair:
    """One track and its result; `detail` says why it failed."""

    record: TrackRecord
    state: RepairState
    detail: str | None = None

    def words(self) -> tuple[str, str]:
        """The result and its reason, for people."""
        result, why = WORDS[self.state]
        return result, self.detail or why

    def to_dict(self) -> dict[str, Any]:
        return {
            "trackId": self.record.track_id,
            "title": self.record.title,
            "result": str(self.state),
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class PlannedRepair:
    """A track with its missing files; the candidate has addresses, None if it is off the chart.

    `media` are the facts that the archive has of its files.
    """

    record: TrackRecord
    media: MediaFacts
    keys: frozenset[str]
    candidate: Candidate | None

    def needs_download(self) -> bool:
        """True if more than small covers and waveform is missing, which are drawn."""
        track_id = self.record.track_id
        return not self.keys.isdisjoint((preview_key(track_id), cover_key(track_id)))

    def is_possible(self) -> bool:
        return self.candidate is not None or not self.needs_download()


def plan_repairs(
    check: MediaCheck, records: Mapping[str, TrackRecord], chart: Iterable[Candidate]
) -> list[PlannedRepair]:
    """One plan for each track with missing files, in their order."""
    addressed = {each.track_id: each for each in chart if each.has_addresses()}
    keys: dict[str, set[str]] = {}
    for each in check.missing:
        keys.setdefault(each.track_id, set()).add(each.key)
    return [
        PlannedRepair(record, record.media, frozenset(missing), addressed.get(track_id))
        for track_id, missing in keys.items()
        if (record := records[track_id]).media is not None
    ]


def repair_tracks(
    plans: Sequence[PlannedRepair], dependencies: RefreshDependencies, deployment: Deployment
) -> list[Repair]:
    """Stores the files, then the facts of those that differ.

    Raises LeaseHeld if a refresh runs then; the files are stored, and a second repair ends it.
    """
    found: dict[str, MediaFacts | str] = {}
    with ThreadPoolExecutor(IO_THREADS, thread_name_prefix="repair") as pool:
        results = pool.map(lambda plan: _fetched(plan, dependencies.tools), plans)
        for done, (plan, result) in enumerate(zip(plans, results, strict=True), start=1):
            found[plan.record.track_id] = result
            advance("repair", done, len(plans))
    _save_facts(plans, found, deployment)
    return [_repair_of(plan.record, found[plan.record.track_id]) for plan in plans]


def _fetched(plan: PlannedRepair, tools: MediaTools) -> MediaFacts | str:
    """The facts of the stored files, or why there are none."""
    old, track_id = plan.media, plan.record.track_id
    if plan.candidate is None or not plan.needs_download():
        drawn = draw_stored(track_id, tools, no_deadline)
        if drawn is None or not drawn.peaks_sha256:
            return "the small covers and the waveform cannot be drawn; the log says why"
        if old.drawn is not None:
            drawn = replace(drawn, offset_ms=old.drawn.offset_ms, start_ms=old.drawn.start_ms)
        return replace(old, drawn=drawn)
    new = prepare_media(plan.candidate, tools)
    if isinstance(new, Finding):
        return f"{new.reason}: {new.detail}"
    if (new.preview_sha256, new.cover_sha256) == (old.preview_sha256, old.cover_sha256):
        return replace(old, drawn=new.drawn or old.drawn)
    return replace(new, edition=old.edition + 1)


def _save_facts(
    plans: Sequence[PlannedRepair], found: Mapping[str, MediaFacts | str], deployment: Deployment
) -> None:
    """Writes the facts that differ, unless others changed them meanwhile."""
    changed = {
        plan.record.track_id: (plan.record.media, media)
        for plan in plans
        if isinstance(media := found[plan.record.track_id], MediaFacts)
        and media != plan.record.media
    }
    if not changed:
        return
    with exclusive(deployment, "repair", REFRESH_RUNNING):
        stored = deployment.archive.get_many(changed)
        deployment.archive.save_many(
            replace(stored[track_id], media=new)
            for track_id, (old, new) in changed.items()
            if track_id in stored and stored[track_id].media == old
        )
        for track_id, (_, new) in changed.items():
            deployment.ledger.save_media(track_id, new)


def _repair_of(record: TrackRecord, found: MediaFacts | str) -> Repair:
    if isinstance(found, str):
        return Repair(record, RepairState.FAILED, found)
    is_new = record.media is not None and found.edition > record.media.edition
    return Repair(record, RepairState.NEW_EDITION if is_new else RepairState.RESTORED)
