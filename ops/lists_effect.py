"""Effect of a change of the operator overrides: one chart, judged before and after it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ops.deployment import Deployment, text_rules
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
    """Sounds whose verdict would change; `judged_on` describes the chart that was judged."""

    changes: tuple[Change, ...]
    judged_on: str


def effect_of(
    deployment: Deployment, before: tuple[ListEntry, ...], after: tuple[ListEntry, ...]
) -> Effect:
    """The effect on the chart of the last recorded run, else on the current snapshot.

    A snapshot lacks the rejected sounds: its effect shows only tracks that leave.
    """
    now = datetime.now(UTC)
    recording, judged_on = _last_chart(deployment)
    if recording is None:
        return Effect((), judged_on)
    stores = (deployment.archive, deployment.ledger, deployment.publisher)
    rules = text_rules(deployment.stack, before, now)
    verdicts_before = replay(recording, rules, stores)
    verdicts_after = replay(recording, replace(rules, lists=OperatorLists.at(after, now)), stores)
    return Effect(tuple(changes_of(verdicts_before, verdicts_after)), judged_on)


def _last_chart(deployment: Deployment) -> tuple[Recording | None, str]:
    for run in deployment.reports.list_runs():
        packed = _packed(deployment, run["scheduledAt"]) if run.get("isRecorded") else None
        if packed is not None:
            return unpack_recording(packed), f"the run of {run['scheduledAt']}"
    try:
        current = deployment.pointer().current
    except SnapshotMissing:
        return None, "nothing: there is no recorded run and no snapshot"
    rows = Index(deployment.publisher.load(current)).rows
    records = deployment.archive.get_many([row["id"] for row in rows])
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
    return (
        recording,
        "the current snapshot, as no run is recorded: tracks that would join are unknown",
    )


def _packed(deployment: Deployment, scheduled_at: str) -> bytes | None:
    try:
        return deployment.reports.get_recording(datetime.fromisoformat(scheduled_at))
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
