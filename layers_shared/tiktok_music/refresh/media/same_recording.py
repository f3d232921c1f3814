"""Duplicates found by sound: joins groups whose published audio is the same recording."""

import base64
from collections.abc import Callable, Sequence

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.groups import DuplicateGroup, join_groups
from tiktok_music.refresh.media.pipeline import GroupMedia
from tiktok_music.refresh.media.sound.fingerprint import Fingerprint, FingerprintIndex


def join_same_recordings(
    results: Sequence[GroupMedia], is_settled: Callable[[Candidate], bool]
) -> list[GroupMedia]:
    """Joins groups of the same recording; the canonical track is the most used one with media.

    Two groups are the same recording if the fingerprints of their media match (bit error rate at
    most 0.30 over at least 8 s) and their titles do not name versions that sound alike. Settled
    candidates were compared with each other in an earlier run: only the others are looked up, as
    lookups are most of the CPU of a run with nothing new.
    """
    groups = [result.group for result in results]
    joined = join_groups(groups, _pairs(results, is_settled))
    if len(joined) == len(groups):
        return list(results)
    return [_result_of(group, results) for group in joined]


def _pairs(
    results: Sequence[GroupMedia], is_settled: Callable[[Candidate], bool]
) -> list[tuple[str, str, str]]:
    fingerprints = [
        (result.canonical, fingerprint)
        for result in results
        if result.canonical is not None and (fingerprint := _fingerprint(result)) is not None
    ]
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
    if result.media is None or not result.media.fingerprint:
        return None
    return Fingerprint(base64.b64decode(result.media.fingerprint))


def _result_of(group: DuplicateGroup, results: Sequence[GroupMedia]) -> GroupMedia:
    """The result of a joined group: all rejections, and the best of the canonical tracks."""
    members = {member.tiktok_id for member in group.members}
    parts = [result for result in results if result.group.canonical.tiktok_id in members]
    if len(parts) == 1:
        return parts[0]
    order = {member.tiktok_id: place for place, member in enumerate(group.members)}
    with_media = [part for part in parts if part.canonical is not None]
    best = min(
        with_media, key=lambda part: order[part.canonical.tiktok_id] if part.canonical else 0
    )
    return GroupMedia(
        group,
        best.canonical,
        best.media,
        rejections=tuple(rejection for part in parts for rejection in part.rejections),
        tried=sum(part.tried for part in parts),
        is_new=any(part.is_new for part in parts),
        duplicates_media={
            part.canonical.tiktok_id: part.media
            for part in with_media
            if part is not best and part.canonical is not None and part.media is not None
        },
    )
