"""Gives each group of duplicates its lasting identity: the track that the catalog knows it as.

A recording keeps its id, title and cover while any of its uploads is on the chart: user counts of
uploads cross and uploads come and go, but the track stays.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.groups import DuplicateGroup

KNOWN_ALIAS = "known as an upload of this recording"
NO_CHART: Mapping[str, Candidate] = {}


def with_identity(
    group: DuplicateGroup,
    records: Mapping[str, TrackRecord],
    rejected_ids: Collection[str],
    off_chart_ids: Collection[str] = (),
    chart: Mapping[str, Candidate] = NO_CHART,
) -> DuplicateGroup | None:
    """The group under its incumbent: the listed track, else the one known for longest.

    `records` maps each known track id to its canonical record; `rejected_ids` are track ids that a
    rule rejects in this run, so that a sound which is taken down passes its place on. The
    canonical candidate gets the highest user count of the group. A group without an incumbent
    stays as it is. Members of `off_chart_ids` are listed tracks that the chart lacks today; a
    group of such members only is None. `chart` has the rows by track id: the incumbent of a group
    may be on the chart in another group, which `merge_same_tracks` joins to it.
    """
    on_chart = [each for each in group.members if each.track_id not in off_chart_ids]
    if not on_chart:
        return None
    incumbent = _incumbent(
        record
        for member in group.members
        if (record := records.get(member.track_id)) and record.track_id not in rejected_ids
    )
    if incumbent is None:
        return group
    users = max(member.user_count for member in on_chart)
    canonical = next((each for each in on_chart if each.track_id == incumbent.track_id), None)
    row = canonical or chart.get(incumbent.track_id) or candidate_of(incumbent)
    chosen = replace(row, user_count=users)
    others = [member for member in on_chart if member is not canonical]
    return DuplicateGroup((chosen, *others), _evidence(group, chosen), group.work_key)


def merge_same_tracks(groups: Iterable[DuplicateGroup]) -> tuple[DuplicateGroup, ...]:
    """Merges the groups of one track, in the order of their first appearance.

    An alias that only its sound joined to the track is a group of its own under that track.
    """
    merged: dict[str, DuplicateGroup] = {}
    for group in groups:
        first = merged.get(group.canonical.track_id)
        merged[group.canonical.track_id] = group if first is None else _united(first, group)
    return tuple(merged.values())


def _united(first: DuplicateGroup, second: DuplicateGroup) -> DuplicateGroup:
    users = max(first.canonical.user_count, second.canonical.user_count)
    others = (*first.members[1:], *second.members[1:])
    members = (replace(first.canonical, user_count=users), *others)
    return DuplicateGroup(members, {**second.evidence, **first.evidence}, first.work_key)


def candidate_of(record: TrackRecord) -> Candidate:
    """A candidate for a track that is not on the chart, as the archive knows it."""
    return Candidate(
        tiktok_id=record.tiktok_id,
        title=record.title,
        author=record.author,
        album=record.album,
        duration_seconds=record.media.duration_seconds if record.media else 0.0,
        is_commerce_music=record.is_commerce_music,
    )


def _incumbent(records: Iterable[TrackRecord]) -> TrackRecord | None:
    known = [record for record in records if record.status is not TrackStatus.RETIRED]
    return min(known, key=seniority, default=None)


def seniority(record: TrackRecord | None) -> tuple[int, float, str]:
    """Sorts the incumbent of a recording first: listed, then known for longest, then unknown."""
    if record is None:
        return 2, 0.0, ""
    is_listed = record.status is TrackStatus.ACTIVE
    return int(not is_listed), record.first_seen_at.timestamp(), record.track_id


def _evidence(group: DuplicateGroup, chosen: Candidate) -> dict[str, str]:
    """The former canonical member gets the evidence that joined the chosen one to it."""
    evidence = dict(group.evidence)
    joint = evidence.pop(chosen.tiktok_id, KNOWN_ALIAS)
    former = group.canonical.tiktok_id
    if former != chosen.tiktok_id:
        evidence.setdefault(former, joint)
    return evidence
