"""Duplicates found by sound: joins groups whose published audio is the same recording."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.groups import DuplicateGroup, join_groups
from tiktok_music.refresh.media.pipeline import GroupMedia
from tiktok_music.refresh.media.sound.fingerprint import (
    Fingerprint,
    FingerprintIndex,
    decoded_fingerprint,
)


def join_same_recordings(
    results: Sequence[GroupMedia],
    is_settled: Callable[[Candidate], bool],
    seniority: Callable[[Candidate], Any],
) -> list[GroupMedia]:
    """Joins groups of the same recording; the most senior track with media is the canonical one.

    `seniority` is a sort key, the smallest first; ties are decided by the user count.

    Two groups are the same recording if the fingerprints of their media match (bit error rate at
    most 0.30 over at least 8 s) and their titles do not name versions that sound alike. Settled
    candidates were compared with each other in an earlier run: only the others are looked up, as
    lookups are most of the CPU of a run with nothing new.
    """
    groups = [result.group for result in results]
    joined = join_groups(groups, _pairs(results, is_settled))
    if len(joined) == len(groups):
        return list(results)
    places = {result.group.canonical.tiktok_id: place for place, result in enumerate(results)}
    return [
        _result_of(group, [results[place] for place in _places_in(group, places)], seniority)
        for group in joined
    ]


def _places_in(group: DuplicateGroup, places: Mapping[str, int]) -> list[int]:
    return sorted({places[each.tiktok_id] for each in group.members if each.tiktok_id in places})


def _pairs(
    results: Sequence[GroupMedia], is_settled: Callable[[Candidate], bool]
) -> list[tuple[str, str, str]]:
    fingerprints = [
        (result.canonical, fingerprint)
        for result in results
        if result.canonical is not None and (fingerprint := _fingerprint(result)) is not None
    ]
    if all(is_settled(canonical) for canonical, _ in fingerprints):
        return []
    index = FingerprintIndex()
    for canonical, fingerprint in fingerprints:
        index.add(canonical.tiktok_id, fingerprint)
    return [
        (match.key, canonical.tiktok_id, f"same recording (bit error {match.bit_error_rate:.2f})")
        for canonical, fingerprint in fingerprints
        if not is_settled(canonical)
        for match in index.same_recording(fingerprint)
        if match.key != canonical.tiktok_id
    ]


def _fingerprint(result: GroupMedia) -> Fingerprint | None:
    return decoded_fingerprint(result.media.fingerprint) if result.media else None


def _result_of(
    group: DuplicateGroup, parts: Sequence[GroupMedia], seniority: Callable[[Candidate], Any]
) -> GroupMedia:
    """The result of a joined group under its incumbent, with the highest user count of all."""
    if len(parts) == 1:
        return parts[0]
    order = {member.tiktok_id: place for place, member in enumerate(group.members)}
    with_media = [(part.canonical, part.media) for part in parts if part.canonical and part.media]
    best, media = min(with_media, key=lambda each: (seniority(each[0]), order[each[0].tiktok_id]))
    users = max(member.user_count for member in group.members)
    canonical = replace(best, user_count=users)
    others = [member for member in group.members if member.tiktok_id != best.tiktok_id]
    evidence = dict(group.evidence)
    joint = evidence.pop(best.tiktok_id, None)
    if joint is not None:
        evidence.setdefault(group.canonical.tiktok_id, joint)
    return GroupMedia(
        DuplicateGroup((canonical, *others), evidence, group.work_key),
        canonical,
        media,
        rejections=tuple(rejection for part in parts for rejection in part.rejections),
        tried=sum(part.tried for part in parts),
        first_tries=sum(part.first_tries for part in parts),
        first_failures=sum(part.first_failures for part in parts),
        is_new=any(part.is_new for part in parts),
        duplicates_media={
            **{name: facts for part in parts for name, facts in part.duplicates_media.items()},
            **{other.tiktok_id: facts for other, facts in with_media if other is not best},
        },
    )
