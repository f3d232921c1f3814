"""What a change of the operator's lists would do: one chart, judged with them before and after."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ops.deployment import Deployment, rules_with
from tiktok_music.api.index import Index
from tiktok_music.archive import TrackRecord
from tiktok_music.errors import RecordingCorrupt, SnapshotMissing
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import chart_of
from tiktok_music.refresh.curation.operator_lists import ListEntry, OperatorLists
from tiktok_music.refresh.history.recording import Recording, unpack_recording
from tiktok_music.refresh.history.replay import Change, changes_of, replay
from tiktok_music.refresh.row_verdict import RowStatus, RowVerdict


@dataclass(frozen=True, slots=True)
class Effect:
    """The sounds that would be judged otherwise; `judged_on` says in words what was looked at."""

    changes: tuple[Change, ...]
    judged_on: str


def effect_of(
    catalog: Deployment,
    before: tuple[ListEntry, ...],
    after: tuple[ListEntry, ...],
    stack: str | None,
) -> Effect:
    """The effect on the chart of the last recorded run; without one, on what is served.

    What is served knows nothing of what was left out: then only what leaves is told.
    """
    now = datetime.now(UTC)
    recording, judged_on = _last_chart(catalog)
    if recording is None:
        return Effect((), judged_on)
    stores = (catalog.archive, catalog.ledger)
    rules = rules_with(before, stack, now)
    was = replay(recording, rules, stores)
    becomes = replay(recording, replace(rules, lists=OperatorLists.at(after, now)), stores)
    return Effect(tuple(changes_of(was, becomes)), judged_on)


def _last_chart(catalog: Deployment) -> tuple[Recording | None, str]:
    for run in catalog.reports.list_runs():
        packed = _packed(catalog, run["scheduledAt"]) if run["isRecorded"] else None
        if packed is not None:
            return unpack_recording(packed), f"the run of {run['scheduledAt']}"
    try:
        current = catalog.pointer().current
    except SnapshotMissing:
        return None, "nothing: no run is recorded, and nothing is served"
    rows = Index(catalog.publisher.load(current)).rows
    records = catalog.archive.get_many([row["id"] for row in rows])
    candidates = [_candidate(record) for record in records.values()]
    verdicts = tuple(
        RowVerdict(each.tiktok_id, each.title, each.author, RowStatus.ACCEPTED)
        for each in candidates
    )
    recording = Recording(
        scheduled_at=current.scheduled_at,
        started_at=current.published_at,
        outcome="PUBLISHED",
        version=current.version,
        chart=chart_of(candidates),
        verdicts=verdicts,
    )
    return recording, "what is served: no run is recorded, and what would come is not known"


def _packed(catalog: Deployment, scheduled_at: str) -> bytes | None:
    try:
        return catalog.reports.get_recording(datetime.fromisoformat(scheduled_at))
    except RecordingCorrupt:
        return None


def _candidate(record: TrackRecord) -> Candidate:
    return Candidate(
        record.tiktok_id,
        record.title,
        record.author,
        album=record.album,
        user_count=record.user_count,
        is_commerce_music=record.is_commerce_music,
    )
