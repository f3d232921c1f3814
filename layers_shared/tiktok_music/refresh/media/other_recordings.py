"""Duplicates by text that sound different: splits groups whose stored media disagrees."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.groups import DuplicateGroup, is_by_title
from tiktok_music.refresh.media.pipeline import GroupMedia
from tiktok_music.refresh.media.sound.fingerprint import (
    OTHER_RECORDING_BIT_ERROR_RATE,
    bit_error_rate,
    decoded_fingerprint,
)


@dataclass(frozen=True, slots=True)
class SeparatedTrack:
    """A candidate that its title joins to `other`, although their fingerprints disagree."""

    candidate: Candidate
    other: Candidate
    evidence: str


def part_other_recordings(
    results: Sequence[GroupMedia], on_chart: Mapping[str, Candidate]
) -> tuple[list[GroupMedia], tuple[SeparatedTrack, ...]]:
    """Makes groups of their own of members that are other recordings than the canonical track.

    These are members that only their title joins to the group, and whose stored fingerprint
    differs from the canonical one at every offset (bit error rate above 0.40 over at least 8 s).
    Members without media stay, and so do songs of the commercial library, whose clip may be another
    part of the recording. `on_chart` are the candidates of the chart by TikTok id, with their
    own user counts; a group that retains none of them has no canonical track.
    """
    parted: list[GroupMedia] = []
    separated: list[SeparatedTrack] = []
    for result in results:
        leaving = tuple(_other_recordings(result))
        separated += leaving
        if not leaving:
            parted.append(result)
            continue
        ids = {each.candidate.tiktok_id for each in leaving}
        staying = _staying(result, ids, on_chart)
        # Without a canonical track, the group still has its rejections and counts.
        parted.append(staying or replace(result, canonical=None, media=None, is_new=False))
        parted += [_alone(result, on_chart[each]) for each in sorted(ids & on_chart.keys())]
    return parted, tuple(separated)


def _other_recordings(result: GroupMedia) -> Iterator[SeparatedTrack]:
    if result.canonical is None or result.media is None:
        return
    own = decoded_fingerprint(result.media.fingerprint)
    for member in result.group.members:
        evidence = result.group.evidence.get(member.tiktok_id, "")
        media = result.duplicates_media.get(member.tiktok_id)
        if own is None or media is None or member.publish or not is_by_title(evidence):
            continue
        other = decoded_fingerprint(media.fingerprint)
        rate = bit_error_rate(own, other) if other else None
        if rate is not None and rate > OTHER_RECORDING_BIT_ERROR_RATE:
            reason = f"{evidence}, but another sound (bit error {rate:.2f})"
            yield SeparatedTrack(member, result.canonical, reason)


def _staying(
    result: GroupMedia, leaving: set[str], on_chart: Mapping[str, Candidate]
) -> GroupMedia | None:
    """The group without the members that leave; the canonical track has the count of the rest."""
    rest = [each for each in result.group.members if each.tiktok_id not in leaving]
    counts = [on_chart[each.tiktok_id].user_count for each in rest if each.tiktok_id in on_chart]
    if not counts or result.canonical is None:
        return None
    left = [each for each in result.group.members if each.tiktok_id in leaving]
    canonical = replace(_with_own_title(result.canonical, left), user_count=max(counts))
    members = tuple(canonical if each == result.canonical else each for each in rest)
    evidence = {key: each for key, each in result.group.evidence.items() if key not in leaving}
    group = DuplicateGroup(members, evidence, result.group.work_key)
    return replace(result, group=group, canonical=canonical)


def _with_own_title(canonical: Candidate, left: Sequence[Candidate]) -> Candidate:
    """Takes back the operator's title of a member that leaves: it was given to the group."""
    is_foreign = any(each.upstream_title and each.title == canonical.title for each in left)
    if canonical.upstream_title is None or not is_foreign:
        return canonical
    return replace(canonical, title=canonical.upstream_title, upstream_title=None)


def _alone(result: GroupMedia, member: Candidate) -> GroupMedia:
    media = result.duplicates_media[member.tiktok_id]
    return GroupMedia(DuplicateGroup((member,), {}, result.group.work_key), member, media)
