"""What a refresh would do now, without doing it: nothing is fetched but the chart, or written."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tiktok_music.refresh.build_catalog import Draft, draft, figures_of, told_of
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.shortlist import shortlist
from tiktok_music.refresh.curation.text_rules import TextRules, language_of
from tiktok_music.refresh.dependencies import ReadOnlyParts
from tiktok_music.refresh.gates import judge_catalog
from tiktok_music.refresh.media.pipeline import known_media
from tiktok_music.refresh.publication.publish import Served, served_now
from tiktok_music.refresh.refresh import Trigger, reason_to_stay
from tiktok_music.refresh.report import Outcome, RefreshReport
from tiktok_music.refresh.stopwatch import Stopwatch
from tiktok_music.track import Track


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The report that there would be, and the tracks of the list.

    `untried` are among the tracks, as if their media were good, and nobody has fetched those yet.
    """

    report: RefreshReport
    tracks: tuple[Track, ...]
    untried: tuple[Track, ...]


def rehearse(parts: ReadOnlyParts, trigger: Trigger) -> Rehearsal:
    """Runs the rules over the chart as it is now; raises SourceError when there is none."""
    watch = Stopwatch(parts.seconds)
    served = served_now(parts.publisher)
    chart = parts.source.fetch()
    parts.progress.advance("source", chart.rows, chart.rows)
    watch.lap("source")
    listed = shortlist(chart, parts.rules, parts.archive)
    parts.progress.advance("rules", listed.sounds, listed.sounds)
    watch.lap("rules")
    media = known_media(listed.curation.groups, listed.known, parts.ledger, parts.now())
    drafted = draft(chart, listed, media, parts.rules)
    watch.lap("media")
    untried = tuple(_as_listed(each, parts.rules) for each in _untried(drafted))
    tracks = (*drafted.catalog.tracks(), *untried)
    reason = _refusal(parts, trigger, drafted, served, tracks)
    outcome = Outcome.PUBLISHED if reason is None else Outcome.REFUSED
    report = RefreshReport(outcome, reason, trigger.scheduled_at, parts.now(), watch.laps)
    ids = {track.track_id for track in tracks}
    report = replace(
        told_of(drafted, report),
        added=len(ids - served.rows.keys()),
        removed=len(served.rows.keys() - ids),
    )
    return Rehearsal(report, tracks, untried)


def _refusal(
    parts: ReadOnlyParts, trigger: Trigger, drafted: Draft, served: Served, tracks: Iterable[Track]
) -> str | None:
    """Why nothing would be published even if all media were good."""
    idle = reason_to_stay(served.pointer, trigger, parts.now())
    if idle is not None:
        return idle[1]
    ids = tuple(track.track_id for track in tracks)
    figures = replace(figures_of(drafted, served), ids=ids)
    refusal = judge_catalog(figures, parts.gates, is_forced=trigger.is_forced)
    return f"{refusal.gate}: {refusal.detail}" if refusal else None


def _untried(drafted: Draft) -> Iterable[Candidate]:
    """The first member of each deferred group whose media nobody has found wanting."""
    for result in drafted.media:
        failed = {rejection.tiktok_id for rejection in result.rejections}
        if result.is_deferred:
            yield next(each for each in result.group.members if each.tiktok_id not in failed)


def _as_listed(candidate: Candidate, rules: TextRules) -> Track:
    return Track(
        track_id=candidate.track_id,
        title=candidate.title,
        author=candidate.author,
        album=candidate.album,
        duration_seconds=candidate.duration_seconds,
        language=language_of(candidate, rules).code,
        user_count=candidate.user_count,
        is_commerce_music=candidate.is_commerce_music,
    )
