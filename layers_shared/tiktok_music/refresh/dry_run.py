"""Dry run of a refresh: reads the chart and the stores, fetches no media and writes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tiktok_music.refresh.build_catalog import PreparedCatalog, build_catalog
from tiktok_music.refresh.candidate import Candidate, best_place
from tiktok_music.refresh.curation.shortlist import make_shortlist
from tiktok_music.refresh.curation.text_rules import TextRules, language_of
from tiktok_music.refresh.dependencies import ReadOnlyDependencies
from tiktok_music.refresh.gates import judge_catalog
from tiktok_music.refresh.media.pipeline import known_media
from tiktok_music.refresh.publication.current_catalog import (
    CurrentCatalog,
    best_overlap,
    current_catalog,
)
from tiktok_music.refresh.report import Outcome, RefreshReport
from tiktok_music.refresh.run_summary import RunResult, gate_figures, report_of
from tiktok_music.refresh.stopwatch import Stopwatch
from tiktok_music.refresh.trigger import Trigger, skip_reason
from tiktok_music.snapshot import pack, render
from tiktok_music.track import Track


@dataclass(frozen=True, slots=True)
class DryRun:
    """The expected report and tracks.

    `untried` tracks are among `tracks`, on the assumption that their media is good: it has not
    been fetched yet.
    """

    report: RefreshReport
    tracks: tuple[Track, ...]
    untried: tuple[Track, ...]


def dry_run(dependencies: ReadOnlyDependencies, trigger: Trigger) -> DryRun:
    """Applies the rules to the current chart; raises SourceError if it cannot be fetched."""
    watch = Stopwatch(dependencies.seconds)
    current = current_catalog(dependencies.publisher)
    chart = dependencies.source.fetch()
    dependencies.progress.advance("source", chart.rows, chart.rows)
    watch.lap("source")
    shortlist = make_shortlist(
        chart, dependencies.rules, dependencies.archive, dependencies.now(), served=current.rows
    )
    dependencies.progress.advance("rules", shortlist.sounds, shortlist.sounds)
    watch.lap("rules")
    media = known_media(
        shortlist.curation.groups, shortlist.known, dependencies.ledger, dependencies.now()
    )
    prepared = build_catalog(
        chart, shortlist, media, dependencies.rules, last_run_at=current.run_at
    )
    watch.lap("media")
    untried = tuple(_as_listed(each, dependencies.rules) for each in _untried(prepared))
    tracks = (*prepared.catalog.tracks(), *untried)
    reason = _refusal(dependencies, trigger, prepared, current, tracks)
    outcome = Outcome.PUBLISHED if reason is None else Outcome.REFUSED
    result = RunResult(outcome, reason, prepared)
    report = report_of(result, trigger.scheduled_at, dependencies.now(), watch.laps)
    ids = {track.track_id for track in tracks}
    added, removed = len(ids - current.rows.keys()), len(current.rows.keys() - ids)
    return DryRun(replace(report, added=added, removed=removed), tracks, untried)


def _refusal(
    dependencies: ReadOnlyDependencies,
    trigger: Trigger,
    prepared: PreparedCatalog,
    current: CurrentCatalog,
    tracks: Sequence[Track],
) -> str | None:
    """The reason why nothing would be published even if all media were good."""
    skipped = skip_reason(current.pointer, trigger, dependencies.now())
    if skipped is not None:
        return skipped[1]
    ids = tuple(track.track_id for track in tracks)
    overlap = best_overlap(
        dependencies.publisher, current, ids, dependencies.gates.min_overlap_share
    )
    figures = gate_figures(
        prepared,
        current,
        ids,
        gzipped_bytes=len(pack(render(tracks, dependencies.media_base_url))),
        overlap=overlap,
        now=dependencies.now(),
    )
    refusal = judge_catalog(figures, dependencies.gates, is_forced=trigger.is_forced)
    return f"{refusal.gate}: {refusal.detail}" if refusal else None


def _untried(prepared: PreparedCatalog) -> Iterable[Candidate]:
    """The first member of each deferred group whose media was not rejected before."""
    for result in prepared.media:
        if result.is_deferred:
            yield replace(next(result.untried()), place=best_place(result.group.members))


def _as_listed(candidate: Candidate, rules: TextRules) -> Track:
    return Track(
        track_id=candidate.track_id,
        title=candidate.title,
        author=candidate.author,
        album=candidate.album,
        duration_seconds=candidate.duration_seconds,
        language=language_of(candidate, rules).code,
        user_count=candidate.user_count,
        is_commerce_music=bool(candidate.is_commerce_music),
        place=candidate.place,
    )
