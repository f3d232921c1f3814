"""Builds the catalog of a chart from the results of rules and media. Pure: nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.refresh.catalog import Catalog, catalog_of
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.curation.shortlist import Shortlist
from tiktok_music.refresh.curation.text_rules import Curation, TextRules
from tiktok_music.refresh.media.pipeline import GroupMedia
from tiktok_music.refresh.media.same_recording import join_same_recordings
from tiktok_music.refresh.rejection import Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedCatalog:
    """A catalog ready to be published, with the result of every row.

    `known` holds the archive's records of the chart's sounds, `media` every group that passed the
    text rules, `catalog` the tracks that may be published.
    """

    chart: Chart
    known: Mapping[str, TrackRecord]
    retired: tuple[Rejection, ...]
    curation: Curation
    media: tuple[GroupMedia, ...]
    catalog: Catalog

    def rejections(self) -> tuple[Rejection, ...]:
        """All rejected rows, in the order of the stages."""
        return (
            *self.chart.rejections,
            *self.retired,
            *self.curation.rejections(),
            *self.catalog.rejections,
        )


def build_catalog(
    chart: Chart,
    shortlist: Shortlist,
    media: Sequence[GroupMedia],
    rules: TextRules,
    *,
    is_forced: bool = False,
) -> PreparedCatalog:
    """The catalog of a chart, its shortlist and the media of its groups.

    Tracks that are active already were compared by sound in an earlier run and are skipped;
    `is_forced` compares all of them again.
    """

    def was_compared(track_id: str) -> bool:
        return not is_forced and _is_active(shortlist.known.get(track_id))

    joined = join_same_recordings(media, is_settled=lambda each: was_compared(each.track_id))
    return PreparedCatalog(
        chart=chart,
        known=shortlist.known,
        retired=shortlist.retired,
        curation=shortlist.curation,
        media=tuple(joined),
        catalog=catalog_of(joined, rules),
    )


def _is_active(record: TrackRecord | None) -> bool:
    return record is not None and record.status is TrackStatus.ACTIVE
