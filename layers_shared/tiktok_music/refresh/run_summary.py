"""Summaries of a run, pure: figures for the gates, the report, a verdict for every row."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tiktok_music.refresh.build_catalog import PreparedCatalog
from tiktok_music.refresh.gates import CatalogFigures, Past
from tiktok_music.refresh.library_figures import library_figures
from tiktok_music.refresh.media.check import NOT_CHECKED, MediaCheck
from tiktok_music.refresh.publication.current_catalog import CurrentCatalog
from tiktok_music.refresh.publication.publish import Published
from tiktok_music.refresh.report import ChartReport, Outcome, RefreshReport
from tiktok_music.refresh.row_verdict import RowStatus, RowVerdict


@dataclass(frozen=True, slots=True)
class RunResult:
    """The result of a run. `reason` is None if it published, `prepared` is None without a chart.

    `charts` are the charts beside the default one.
    """

    outcome: Outcome
    reason: str | None = None
    prepared: PreparedCatalog | None = None
    published: Published | None = None
    charts: tuple[ChartReport, ...] = ()
    checked: MediaCheck = NOT_CHECKED


def gate_figures(
    prepared: PreparedCatalog,
    current: CurrentCatalog,
    ids: Sequence[str],
    *,
    gzipped_bytes: int,
    overlap: float | None,
    now: datetime,
) -> CatalogFigures:
    """The figures that the publish gates check; `ids` would be published, in `gzipped_bytes`."""
    pointer, catalog = current.pointer, prepared.catalog
    return CatalogFigures(
        ids=tuple(ids),
        gzipped_bytes=gzipped_bytes,
        chart=prepared.chart.figures(),
        past=Past.of((pointer.current, *pointer.history)) if pointer else Past(),
        overlap=overlap,
        since_last=now - pointer.current.published_at if pointer else timedelta(),
        first_tries=catalog.first_tries,
        first_failures=catalog.first_failures,
    )


def report_of(
    result: RunResult, scheduled_at: datetime, started_at: datetime, seconds: Mapping[str, float]
) -> RefreshReport:
    """The report of a run; `seconds` is wall time per stage."""
    report = RefreshReport(
        result.outcome,
        result.reason,
        scheduled_at,
        started_at,
        seconds,
        charts=result.charts,
        media_check=result.checked,
    )
    if result.prepared is not None:
        report = _with_rows(report, result.prepared)
    if result.published is not None:
        report = replace(
            report,
            version=result.published.descriptor.version,
            added=result.published.added,
            removed=result.published.removed,
            unchanged_runs=result.published.unchanged_runs,
        )
    return report


def _with_rows(report: RefreshReport, prepared: PreparedCatalog) -> RefreshReport:
    catalog, curation = prepared.catalog, prepared.curation
    return replace(
        report,
        rows=prepared.chart.rows,
        accepted=len(catalog.accepted),
        new_media=catalog.new_media,
        preview_methods=Counter(
            each.media.method for each in prepared.media if each.is_new and each.media
        ),
        deferred=catalog.deferred,
        rejections=prepared.rejections(),
        duplicates=catalog.duplicates,
        separated=prepared.separated,
        unknown_languages=curation.unknown_languages,
        new_fields=prepared.chart.new_fields,
        unreadable_fields=prepared.chart.unreadable_fields,
        empty_parts=prepared.chart.empty_parts,
        failed_sources=prepared.chart.failed_sources,
        library=library_figures(prepared),
    )


def verdicts_of(prepared: PreparedCatalog) -> tuple[RowVerdict, ...]:
    """A verdict for every sound with an id, each once, in the order of the chart."""
    decided = {each.tiktok_id: each for each in _decided(prepared)}
    curated = {each.tiktok_id: each for each in prepared.curation.candidates}
    ids = dict.fromkeys(candidate.tiktok_id for candidate in prepared.chart.candidates)
    return tuple(
        decided.get(tiktok_id) or RowVerdict.of(curated[tiktok_id], RowStatus.UNTRIED)
        for tiktok_id in ids
    )


def _decided(prepared: PreparedCatalog) -> Iterator[RowVerdict]:
    """The last verdict of an id counts: a repeated id of an accepted sound is accepted."""
    for duplicate in prepared.catalog.duplicates:
        yield replace(
            RowVerdict.of(duplicate.candidate, RowStatus.DUPLICATE),
            duplicate_of=duplicate.canonical.tiktok_id,
            evidence=duplicate.evidence,
        )
    for accepted in prepared.catalog.accepted:
        yield RowVerdict.of(accepted.candidate, RowStatus.ACCEPTED)
    stages = (prepared.curation.rejections(), prepared.withdrawn, prepared.catalog.rejections)
    for rejection in (each for stage in stages for each in stage):
        if rejection.tiktok_id is not None:
            yield RowVerdict.of_rejection(rejection)
