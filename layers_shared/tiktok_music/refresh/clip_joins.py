"""Joins tracks with clips of the commercial library, on evidence of id, sound and title.

A wrong song published in a customer's name is worse than automatic music: nothing is joined by
title alone or by sound alone. Pure.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.publish_evidence import STRENGTH, Evidence
from tiktok_music.publish_facts import ClipKind, PublishFacts, updated
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.description import Description, describe
from tiktok_music.refresh.curation.operator_lists import NO_LISTS, OperatorLists
from tiktok_music.refresh.curation.titles.folding import fold, squeeze
from tiktok_music.refresh.media.pipeline import GroupMedia
from tiktok_music.refresh.media.sound.fingerprint import (
    SAME_RECORDING_BIT_ERROR_RATE,
    Fingerprint,
    bit_error_rate,
    decoded_fingerprint,
)

# Credits agree only at the same length.
SAME_LENGTH_SECONDS = 2.0
# Edits of one recording that differ in a few words: 8 s of sound cannot tell them apart.
_EDITS = re.compile(r"\b(clean|explicit|censored|uncensored|radio edit)\b")


@dataclass(frozen=True, slots=True)
class ClipsOnChart:
    """The clips of the songs on a chart, by clip id, and the fingerprints of all known media.

    Of sounds in several charts, the facts have the countries of all.
    """

    songs: Mapping[str, PublishFacts] = field(default_factory=dict)
    fingerprints: Mapping[str, Fingerprint] = field(default_factory=dict)

    @classmethod
    def of(cls, results: Sequence[GroupMedia]) -> "ClipsOnChart":
        songs: dict[str, PublishFacts] = {}
        for member in (member for result in results for member in result.group.members):
            for clip_id in member.publish.clip_ids() if member.publish else ():
                songs[clip_id] = with_countries(songs.get(clip_id), member.publish)
        return cls(songs, {tiktok_id: each for tiktok_id, each in _fingerprints(results)})

    def song(self, song_id: str) -> PublishFacts | None:
        """The facts of a song by the id of a clip, or by its own."""
        of_song = (each for each in self.songs.values() if each.commercial_music_id == song_id)
        return self.songs.get(song_id) or next(of_song, None)

    def bit_error_rate(self, first: Candidate, second: Candidate) -> float | None:
        """None if one of the fingerprints is unknown, or they have no sound in common."""
        one = self.fingerprints.get(first.tiktok_id)
        other = self.fingerprints.get(second.tiktok_id)
        return bit_error_rate(one, other) if one and other else None


def joined_facts(
    result: GroupMedia,
    clips: ClipsOnChart,
    known: TrackRecord | None,
    lists: OperatorLists = NO_LISTS,
) -> PublishFacts | None:
    """The publish facts of a group, which belong to its canonical track, whichever that is.

    A run without the library takes nothing away: facts of earlier runs stay, unless the operator
    denies the join, or the same song is on the chart without evidence.
    """
    canonical, before = result.canonical, known.publish if known else None
    if canonical is None:
        return before
    if lists.denies_join(canonical):
        return canonical.publish if _is_listed(canonical.publish) else _listed_only(before)
    found = _best(_joins(result, canonical, clips, before, lists))
    if found is not None:
        return updated(found, before)
    songs = (member.publish for member in result.group.members if member.publish)
    is_refused = before is not None and any(before.is_same_song(song) for song in songs)
    return None if is_refused else before


def with_countries(facts: PublishFacts | None, other: PublishFacts | None) -> PublishFacts:
    """The facts of a sound in one or two rows of the library, with the countries of both."""
    if facts is None or other is None:
        found = facts or other
        if found is None:
            raise ValueError("a row without facts")
        return found
    return replace(facts, countries=tuple(sorted({*facts.countries, *other.countries})))


def evidence_of(
    track: Candidate, song: Candidate, clips: ClipsOnChart = ClipsOnChart()
) -> Evidence | None:
    """The evidence of sound, title and credits that a song is the recording of a track, or None.

    Fingerprints that disagree leave no evidence: they may be of other parts of one song, or of
    another song.
    """
    if not _are_one_title(track, song):
        return None
    rate = clips.bit_error_rate(track, song)
    if rate is not None:
        return Evidence.SAME_RECORDING if rate <= SAME_RECORDING_BIT_ERROR_RATE else None
    return Evidence.SAME_CREDITS if _have_same_credits(track, song) else None


def _joins(
    result: GroupMedia,
    canonical: Candidate,
    clips: ClipsOnChart,
    before: PublishFacts | None,
    lists: OperatorLists,
) -> Iterable[PublishFacts]:
    """Every join of the group that has evidence."""
    if canonical.publish is not None:
        yield canonical.publish
    elif canonical.tiktok_id in clips.songs:
        yield replace(clips.songs[canonical.tiktok_id], evidence=Evidence.SAME_ID)
    allowed = lists.allowed_join(canonical)
    if allowed and allowed.song:
        named = clips.song(allowed.song)
        yield from [replace(named, evidence=Evidence.SAME_RECORDING)] if named else []
    for member in result.group.members:
        if member.publish is None or member.tiktok_id == canonical.tiktok_id:
            continue
        reasons = [
            evidence_of(canonical, member, clips),
            _evidence_before(canonical, member, before),
            Evidence.SAME_RECORDING if allowed and not allowed.song else None,
        ]
        evidence = min((each for each in reasons if each), key=STRENGTH.__getitem__, default=None)
        if evidence is not None:
            yield replace(clips.songs[member.publish.clip.song_clip_id], evidence=evidence)


def _evidence_before(
    canonical: Candidate, member: Candidate, before: PublishFacts | None
) -> Evidence | None:
    """The evidence of an earlier run for the same song, whose clip may be another one today."""
    if before is None or member.publish is None or not before.is_same_song(member.publish):
        return None
    is_listed = _is_listed(before)
    is_trusted = before.evidence in STRENGTH and _are_one_title(canonical, member)
    return before.evidence if is_listed or is_trusted else None


def _best(joins: Iterable[PublishFacts]) -> PublishFacts | None:
    """The strongest join; of equal ones that with a full clip, then the oldest id."""

    def order(facts: PublishFacts) -> tuple[int, bool, int, str]:
        clip = facts.clip
        is_excerpt = clip.kind is not ClipKind.FULL
        return STRENGTH[facts.evidence], is_excerpt, len(clip.song_clip_id), clip.song_clip_id

    return min(joins, key=order, default=None)


def _is_listed(facts: PublishFacts | None) -> bool:
    return facts is not None and facts.evidence is Evidence.LISTED


def _listed_only(facts: PublishFacts | None) -> PublishFacts | None:
    return facts if _is_listed(facts) else None


def _are_one_title(track: Candidate, song: Candidate) -> bool:
    """True if the folded titles agree and no version, part, place or edit differs."""
    titles = [_title(describe(_under_own_title(each))) for each in (track, song)]
    return titles[0] is not None and titles[0] == titles[1]


def _under_own_title(candidate: Candidate) -> Candidate:
    """The candidate under upstream's title: the operator's does not change the recording."""
    return replace(candidate, title=candidate.upstream_title or candidate.title)


def _title(description: Description) -> tuple[object, ...] | None:
    if not description.readings:
        return None
    return (
        squeeze(description.readings[0].words),
        description.versions,
        squeeze(description.subtitle),
        description.venue,
        frozenset(_EDITS.findall(fold(description.candidate.title))),
    )


def _have_same_credits(track: Candidate, song: Candidate) -> bool:
    artists = [describe(each).readings[0].artists for each in (track, song)]
    lengths = (track.duration_seconds, song.duration_seconds)
    is_same_length = all(lengths) and abs(lengths[0] - lengths[1]) <= SAME_LENGTH_SECONDS
    return bool(artists[0] & artists[1]) and is_same_length


def _fingerprints(results: Sequence[GroupMedia]) -> Iterable[tuple[str, Fingerprint]]:
    for result in results:
        media: dict[str, MediaFacts] = dict(result.duplicates_media)
        if result.canonical and result.media:
            media[result.canonical.tiktok_id] = result.media
        for tiktok_id, facts in media.items():
            fingerprint = decoded_fingerprint(facts.fingerprint)
            if fingerprint is not None:
                yield tiktok_id, fingerprint
