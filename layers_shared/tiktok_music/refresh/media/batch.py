"""The media of one batch of a plan: the media step of a refresh, and its report."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from tiktok_music.archive_lookup import ReadableArchive
from tiktok_music.errors import CatalogError
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.duplicates.groups import DuplicateGroup
from tiktok_music.refresh.gates import CatalogFigures, GateLimits, judge_media
from tiktok_music.refresh.media.pipeline import GroupMedia, MediaDependencies, fetch_media


@dataclass(frozen=True, slots=True)
class BatchDependencies:
    """The collaborators of one batch."""

    archive: ReadableArchive
    media: MediaDependencies
    gates: GateLimits


@dataclass(frozen=True, slots=True)
class BatchReport:
    """The results of a batch's groups, counted.

    `stored` groups had media already; `tried` counts candidates whose files were fetched,
    `rejected` those without media by reason; `deferred` groups are left because time ran out.
    """

    groups: int
    _: KW_ONLY
    new_media: int
    stored: int
    tried: int
    deferred: int
    rejected: dict[str, int]

    @classmethod
    def of(cls, media: Sequence[GroupMedia]) -> "BatchReport":
        reasons = Counter(
            str(rejection.finding.reason) for each in media for rejection in each.rejections
        )
        return cls(
            groups=len(media),
            new_media=sum(each.is_new for each in media),
            stored=sum(each.media is not None and not each.is_new for each in media),
            tried=sum(each.tried for each in media),
            deferred=sum(each.is_deferred for each in media),
            rejected=dict(sorted(reasons.items())),
        )

    def to_dict(self) -> dict[str, Any]:
        """The logged and returned form."""
        return {
            "groups": self.groups,
            "newMedia": self.new_media,
            "stored": self.stored,
            "tried": self.tried,
            "deferred": self.deferred,
            "rejected": self.rejected,
        }


class MediaBatchFailed(CatalogError):
    """Raised when so many files failed that the cause is a host or this code, not the files."""

    def __init__(self, report: BatchReport) -> None:
        failed = report.tried - report.new_media
        super().__init__(f"media failed for {failed} of {report.tried} sounds: {report.rejected}")
        self.report = report


def run_batch(
    groups: Sequence[Sequence[Candidate]],
    dependencies: BatchDependencies,
    has_time: Callable[[], bool],
) -> BatchReport:
    """Fetches the media of the groups while there is time.

    Safe to repeat: each outcome is saved at once. Raises MediaBatchFailed, with all outcomes saved,
    if the publish gate MEDIA would fail on these figures.
    """
    track_ids = (member.track_id for members in groups for member in members)
    media = fetch_media(
        [DuplicateGroup(tuple(members), {}, "") for members in groups],
        dependencies.archive.get_many(track_ids),
        dependencies.media,
        has_time,
    )
    report = BatchReport.of(media)
    figures = CatalogFigures(
        (),
        first_tries=sum(each.first_tries for each in media),
        first_failures=sum(each.first_failures for each in media),
    )
    if judge_media(figures, dependencies.gates) is not None:
        raise MediaBatchFailed(report)
    return report
