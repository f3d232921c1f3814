"""The catalog of one run: accepted tracks, their duplicates, and media rejections."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tiktok_music.archive import MediaFacts
from tiktok_music.refresh.candidate import Candidate, best_place
from tiktok_music.refresh.curation.languages.rule import Language
from tiktok_music.refresh.curation.text_rules import TextRules, language_of
from tiktok_music.refresh.media.pipeline import GroupMedia
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.track import Track


@dataclass(frozen=True, slots=True)
class Accepted:
    """A candidate that passed every rule, with its language and media."""

    candidate: Candidate
    language: Language
    media: MediaFacts

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


def catalog_of(groups: Sequence[GroupMedia], rules: TextRules) -> Catalog:
    """The catalog of all groups that have media."""
    return Catalog(
        accepted=tuple(_accepted(groups, rules)),
        duplicates=tuple(duplicate for group in groups for duplicate in _duplicates(group)),
        rejections=tuple(rejection for group in groups for rejection in group.rejections),
        first_tries=sum(group.first_tries for group in groups),
        first_failures=sum(group.first_failures for group in groups),
        new_media=sum(group.is_new for group in groups),
        deferred=sum(group.is_deferred for group in groups),
    )


def _accepted(groups: Iterable[GroupMedia], rules: TextRules) -> Iterable[Accepted]:
    """The canonical tracks; each has the best place of its group."""
    for group in groups:
        if group.canonical is not None and group.media is not None:
            canonical = replace(group.canonical, place=best_place(group.group.members))
            yield Accepted(canonical, language_of(canonical, rules), group.media)


def _duplicates(result: GroupMedia) -> Iterable[DuplicateTrack]:
    """The other members of a group, without those that are rejected by their own media."""
    if result.canonical is None:
        return
    for member in result.untried():
        if member is not result.canonical:
            evidence = result.group.evidence.get(member.tiktok_id, "")
            media = result.duplicates_media.get(member.tiktok_id)
            yield DuplicateTrack(member, result.canonical, evidence, media)
