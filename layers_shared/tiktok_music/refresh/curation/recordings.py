"""Gives each group of duplicates its lasting identity: the track that the catalog knows it as.

A recording keeps its id, title and cover while any of its uploads is on the chart: user counts of
uploads cross and uploads come and go, but the track stays.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.groups import DuplicateGroup
from tiktok_music.refresh.curation.last_known import FACTS, known_facts

KNOWN_ALIAS = "known as an upload of this recording"


def with_identity(
    group: DuplicateGroup,
    records: Mapping[str, TrackRecord],
    rejected_ids: Collection[str],
    off_chart_ids: Collection[str] = (),
) -> DuplicateGroup | None:
    """The group under its incumbent: the listed track, else the one known for longest.

    `records` maps each known track id to its canonical record; `rejected_ids` are track ids that a
    rule rejects in this run, so that a sound which is taken down passes its place on. The
    canonical candidate gets the highest user count of the group. A group without an incumbent
    stays as it is. Members of `off_chart_ids` are listed tracks that the chart lacks today; a
    group of such members only is None.
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
    chosen = replace(canonical or candidate_of(incumbent), user_count=users)
    others = [member for member in on_chart if member is not canonical]
    return DuplicateGroup((chosen, *others), _evidence(group, chosen), group.work_key)


def united(groups: Iterable[DuplicateGroup]) -> tuple[DuplicateGroup, ...]:
    """Unites the groups with the same canonical track, such as uploads that only sound alike."""
    by_canonical: dict[str, DuplicateGroup] = {}
    for group in groups:
        tiktok_id = group.canonical.tiktok_id
        other = by_canonical.get(tiktok_id)
        by_canonical[tiktok_id] = group if other is None else _union(other, group)
    return tuple(by_canonical.values())


def _union(first: DuplicateGroup, second: DuplicateGroup) -> DuplicateGroup:
    """Both groups under the canonical candidate of which upstream says more today."""
    pair = (first.canonical, second.canonical)
    users = max(each.user_count for each in pair)
    canonical = replace(min(pair, key=lambda each: len(each.silent)), user_count=users)
    members = (canonical, *first.members[1:], *second.members[1:])
    return DuplicateGroup(members, {**second.evidence, **first.evidence}, first.work_key)


def candidate_of(record: TrackRecord) -> Candidate:
    """A candidate for a track that is not on the chart, as the archive knows it."""
    facts = known_facts(record)
    return Candidate(
        tiktok_id=record.tiktok_id,
        title=record.upstream_title or record.title,
        author=facts["author"],
        album=facts["album"],
        duration_seconds=record.media.duration_seconds if record.media else 0.0,
        is_commerce_music=facts["is_commerce_music"],
        language_name=facts["language"],
        silent=frozenset(FACTS),
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
