"""The catalog of one run: accepted tracks, their duplicates, and media rejections."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tiktok_music.archive import MediaFacts, TrackRecord
from tiktok_music.publish_facts import PublishFacts
from tiktok_music.refresh.candidate import Candidate, best_place
from tiktok_music.refresh.clip_joins import ClipsOnChart, joined_facts
from tiktok_music.refresh.curation.languages.rule import Language
from tiktok_music.refresh.curation.text_rules import TextRules, language_of
from tiktok_music.refresh.media.pipeline import GroupMedia
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.track import Track


@dataclass(frozen=True, slots=True)
class Accepted:
    """A candidate that passed every rule, with its language, media and publish facts."""

    candidate: Candidate
    language: Language
    media: MediaFacts
    publish: PublishFacts | None = None

    def track(self) -> Track:
        """The track as listed; its duration is that of the published preview."""
        candidate = self.candidate
        return Track(
            track_id=candidate.track_id,
            title=candidate.title,
            author=candidate.author,
            album=candidate.album,
            duration_seconds=self.media.duration_seconds,
            language=self.language.code,
            user_count=candidate.user_count,
            is_commerce_music=bool(candidate.is_commerce_music),
            place=candidate.place,
        )


@dataclass(frozen=True, slots=True)
class DuplicateTrack:
    """A candidate that is the same recording as the canonical one; its id becomes an alias.

    `evidence` names the rule that matched; `media` is present for duplicates found by sound.
    """

    candidate: Candidate
    canonical: Candidate
    evidence: str
    media: MediaFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The result of rules and media.

    `first_tries` counts candidates whose media was fetched for the first time, `first_failures`
    those of them without good media, `new_media` groups with new media, `deferred` groups left
    without media when time ran out.
    """

    accepted: tuple[Accepted, ...]
    duplicates: tuple[DuplicateTrack, ...]
    rejections: tuple[Rejection, ...]
    first_tries: int
    first_failures: int
    new_media: int
    deferred: int

    def tracks(self) -> list[Track]:
        return [accepted.track() for accepted in self.accepted]


def catalog_of(
    groups: Sequence[GroupMedia], rules: TextRules, known: Mapping[str, TrackRecord]
) -> Catalog:
    """The catalog of all groups that have media; `known` are the archive's records."""
    return Catalog(
        accepted=tuple(_accepted(groups, rules, known)),
        duplicates=tuple(duplicate for group in groups for duplicate in _duplicates(group)),
        rejections=tuple(rejection for group in groups for rejection in group.rejections),
        first_tries=sum(group.first_tries for group in groups),
        first_failures=sum(group.first_failures for group in groups),
        new_media=sum(group.is_new for group in groups),
        deferred=sum(group.is_deferred for group in groups),
    )


def _accepted(
    groups: Sequence[GroupMedia], rules: TextRules, known: Mapping[str, TrackRecord]
) -> Iterable[Accepted]:
    """The canonical tracks; each has the best place of its group, and its publish facts."""
    clips = ClipsOnChart.of(groups)
    for group in groups:
        if group.canonical is not None and group.media is not None:
            canonical = replace(group.canonical, place=best_place(group.group.members))
            record = known.get(canonical.track_id)
            publish = joined_facts(group, clips, record, rules.lists)
            yield Accepted(canonical, language_of(canonical, rules), group.media, publish)


def _duplicates(result: GroupMedia) -> Iterable[DuplicateTrack]:
    """The other members of a group, without those that are rejected by their own media."""
    if result.canonical is None:
        return
    for member in result.untried():
        if member is not result.canonical:
            evidence = result.group.evidence.get(member.tiktok_id, "")
            media = result.duplicates_media.get(member.tiktok_id)
            yield DuplicateTrack(member, result.canonical, evidence, media)
