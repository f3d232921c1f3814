"""The catalog of one run: what passed, what was merged into it, what was dropped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tiktok_music.archive import MediaFacts
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.text_rules import TextRules, language_of
from tiktok_music.refresh.media.stage import GroupMedia
from tiktok_music.refresh.publication.archive_records import Accepted
from tiktok_music.refresh.rejection import Merge, Rejection
from tiktok_music.track import Track


@dataclass(frozen=True, slots=True)
class Double:
    """A candidate that is the same recording as an accepted one; some have media of their own."""

    candidate: Candidate
    survivor: Candidate
    evidence: str
    media: MediaFacts | None = None

    def merge(self) -> Merge:
        """As the report tells it."""
        double = self.candidate
        return Merge(
            double.tiktok_id, double.title, double.author, self.survivor.tiktok_id, self.evidence
        )


@dataclass(frozen=True, slots=True)
class Catalog:
    """The outcome of rules and media; `deferred` counts groups that time did not allow.

    `media_tried` counts the candidates whose media was fetched, `new_media` those where that went
    well.
    """

    accepted: tuple[Accepted, ...]
    doubles: tuple[Double, ...]
    rejections: tuple[Rejection, ...]
    media_tried: int
    new_media: int
    deferred: int

    def tracks(self) -> list[Track]:
        return [accepted.track() for accepted in self.accepted]


def catalog_of(results: Sequence[GroupMedia], rules: TextRules) -> Catalog:
    """The catalog that the groups with media make."""
    return Catalog(
        accepted=tuple(_accepted(results, rules)),
        doubles=tuple(double for result in results for double in _doubles(result)),
        rejections=tuple(rejection for result in results for rejection in result.rejections),
        media_tried=sum(result.tried for result in results),
        new_media=sum(result.is_new for result in results),
        deferred=sum(result.is_deferred for result in results),
    )


def _accepted(results: Iterable[GroupMedia], rules: TextRules) -> Iterable[Accepted]:
    for result in results:
        if result.survivor is not None and result.media is not None:
            language = language_of(result.survivor, rules)
            yield Accepted(result.survivor, language, result.media)


def _doubles(result: GroupMedia) -> Iterable[Double]:
    """Every other member of a group; those whose own media failed are rejections already."""
    if result.survivor is None:
        return
    failed = {rejection.tiktok_id for rejection in result.rejections}
    for member in result.group.members:
        if member is not result.survivor and member.tiktok_id not in failed:
            evidence = result.group.evidence.get(member.tiktok_id, "")
            media = result.doubles_media.get(member.tiktok_id)
            yield Double(member, result.survivor, evidence, media)
