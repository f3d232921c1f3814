"""The catalog that a chart makes: rules, then media; nothing of it is published yet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.refresh.catalog import Catalog, catalog_of
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.curation import Curation
from tiktok_music.refresh.gates import CatalogFigures
from tiktok_music.refresh.media_stage import GroupMedia
from tiktok_music.refresh.media_step import media_of
from tiktok_music.refresh.parts import DraftParts, media_parts
from tiktok_music.refresh.publishing import Served
from tiktok_music.refresh.report import RefreshReport
from tiktok_music.refresh.same_recording import join_same_recordings
from tiktok_music.refresh.shortlist import shortlist
from tiktok_music.refresh.stopwatch import Stopwatch
from tiktok_music.refresh.verdict import Rejection


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
    parts: DraftParts,
    chart: Chart,
    watch: Stopwatch,
    *,
    has_time: Callable[[], bool],
    is_forced: bool = False,
) -> Draft:
    """Judges a chart, and gets its tracks the media that they lack while there is time.

    Forced, it compares the sound of all tracks again, also of those that it compared before.
    """
    listed = shortlist(chart, parts.rules, parts.archive)
    parts.progress.advance("rules", listed.sounds, listed.sounds)
    watch.lap("rules")
    known = listed.known
    media = join_same_recordings(
        media_of(listed.curation.groups, known, media_parts(parts), has_time, is_forced=is_forced),
        is_settled=lambda each: not is_forced and _is_active(known.get(each.track_id)),
    )
    watch.lap("media")
    catalog = catalog_of(media, parts.rules)
    return Draft(chart, known, listed.retired, listed.curation, tuple(media), catalog)


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
