"""The catalog that a chart makes: rules, then media; nothing of it is published yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.refresh.catalog import Catalog, catalog_of
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.curation.shortlist import Shortlist
from tiktok_music.refresh.curation.text_rules import Curation, TextRules
from tiktok_music.refresh.gates import CatalogFigures
from tiktok_music.refresh.media.same_recording import join_same_recordings
from tiktok_music.refresh.media.stage import GroupMedia
from tiktok_music.refresh.publication.publish import Served
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.refresh.report import RefreshReport


@dataclass(frozen=True, slots=True)
class Draft:
    """What became of every row of a chart; `known` is what the archive has of its sounds.

    `media` has every group that passed the rules, `catalog` what may be published of them.
    """

    chart: Chart
    known: Mapping[str, TrackRecord]
    retired: tuple[Rejection, ...]
    curation: Curation
    media: tuple[GroupMedia, ...]
    catalog: Catalog

    def rejections(self) -> tuple[Rejection, ...]:
        """Everything that was dropped, in the order of the stages."""
        return (
            *self.chart.rejections,
            *self.retired,
            *self.curation.rejections(),
            *self.catalog.rejections,
        )


def draft(
    chart: Chart,
    listed: Shortlist,
    media: Sequence[GroupMedia],
    rules: TextRules,
    *,
    is_forced: bool = False,
) -> Draft:
    """The catalog of a chart, its shortlist and the media of its groups. Pure.

    Forced, the sound of all tracks is compared again, also of those that were compared before.
    """
    joined = join_same_recordings(
        media, is_settled=lambda each: not is_forced and _is_active(listed.known.get(each.track_id))
    )
    catalog = catalog_of(joined, rules)
    return Draft(chart, listed.known, listed.retired, listed.curation, tuple(joined), catalog)


def _is_active(record: TrackRecord | None) -> bool:
    return record is not None and record.status is TrackStatus.ACTIVE


def figures_of(drafted: Draft, served: Served) -> CatalogFigures:
    """What the gates look at."""
    chart, catalog = drafted.chart, drafted.catalog
    return CatalogFigures(
        ids=tuple(track.track_id for track in catalog.tracks()),
        last_ids=frozenset(served.rows),
        rows=chart.rows,
        invalid_rows=len(chart.rejections),
        media_tried=catalog.media_tried,
        media_failed=catalog.media_tried - catalog.new_media,
    )


def told_of(drafted: Draft, report: RefreshReport) -> RefreshReport:
    """The report with what became of every row."""
    catalog, curation = drafted.catalog, drafted.curation
    return replace(
        report,
        rows=drafted.chart.rows,
        accepted=len(catalog.accepted),
        new_media=catalog.new_media,
        deferred=catalog.deferred,
        rejections=drafted.rejections(),
        merges=tuple(double.merge() for double in catalog.doubles),
        unknown_languages=curation.unknown_languages,
        new_fields=drafted.chart.new_fields,
    )
