"""The charts beside the default one, in reading order: fetch, one curation, cut, check, publish.

The default chart is published before, by itself: it is the same with and without them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tiktok_music.errors import OutOfTime, SourceError, StoreError
from tiktok_music.refresh.build_catalog import PreparedCatalog, build_catalog
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.chart_cut import AcceptedSounds, union_of
from tiktok_music.refresh.chart_states import ChartState, rows_of_removed, save_listing
from tiktok_music.refresh.curation.shortlist import make_shortlist
from tiktok_music.refresh.dependencies import RefreshDependencies
from tiktok_music.refresh.gates import CatalogFigures, Past, judge_chart
from tiktok_music.refresh.media_stage import media_of
from tiktok_music.refresh.ports import ChartStore
from tiktok_music.refresh.publication.current_catalog import Rows, best_overlap, merged_rows
from tiktok_music.refresh.publication.publish_charts import ChartDraft, Served, publish_charts
from tiktok_music.refresh.report import ChartReport, Outcome
from tiktok_music.refresh.trigger import PUBLISH_SECONDS, RESERVE_SECONDS, Trigger, skip_reason
from tiktok_music.snapshot import Snapshot, describe, pack

# For all charts beside the default one: the rest of a run's 15 minutes is for media.
FETCH_SECONDS = 300.0
NOT_FETCHED = "there was no time left to fetch it; the next run continues"
NOT_PUBLISHED = "there was no time left to publish it; the next run continues"

Fetched = tuple[ChartState, Chart]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultChart:
    """The default chart after its part of a run: what was fetched, None if it was not, and the rows
    that it serves."""

    chart: Chart | None
    rows: Rows


def refresh_charts(
    dependencies: RefreshDependencies,
    trigger: Trigger,
    states: Sequence[ChartState],
    default: DefaultChart,
) -> tuple[ChartReport, ...]:
    """Refreshes the charts; returns a report for each, in the order of the configuration.

    A chart that fails keeps its last version, and the others are published. A store that fails
    ends the charts that are not done yet: their reports say FAILED, and a repeated run does them.
    """
    store = dependencies.chart_store
    if store is None:
        return ()
    run = _ChartsRun(dependencies, store, trigger, states, default)
    try:
        run.run()
    except StoreError as exc:
        for state in states:
            run.end(state, Outcome.FAILED, str(exc))
    return tuple(run.reports[state.chart_id] for state in states)


@dataclass(frozen=True, slots=True)
class _ChartsRun:
    """One run; `reports` has the charts that have ended, by id."""

    dependencies: RefreshDependencies
    store: ChartStore
    trigger: Trigger
    states: Sequence[ChartState]
    default: DefaultChart
    reports: dict[str, ChartReport] = field(default_factory=dict)

    def run(self) -> None:
        """Everything between the default chart and the report; raises StoreError."""
        fetched = list(self._fetch())
        if fetched:
            try:
                prepared = self._prepare([chart for _, chart in fetched])
            except OutOfTime as exc:
                for state, chart in fetched:
                    self.end(state, Outcome.OUT_OF_TIME, str(exc), rows=chart.rows)
            else:
                self._publish(fetched, list(self._drafts(fetched, prepared)), prepared)
        now, every = self.dependencies.now(), self.dependencies.refresh_every
        save_listing(self.store, self.states, self.reports, every, now)

    def end(self, state: ChartState, outcome: Outcome, reason: str | None, rows: int = 0) -> None:
        """Notes the end of a chart that has not ended yet."""
        report = ChartReport(chart_id=state.chart_id, outcome=outcome, reason=reason, rows=rows)
        self.reports.setdefault(state.chart_id, report)

    def _fetch(self) -> Iterator[Fetched]:
        dependencies, trigger = self.dependencies, self.trigger
        until = dependencies.seconds() + FETCH_SECONDS
        for done, state in enumerate(self.states, start=1):
            skipped = skip_reason(state.current.pointer, trigger, dependencies.now())
            if skipped is not None:
                self.end(state, *skipped)
            elif trigger.remaining_seconds() <= RESERVE_SECONDS or dependencies.seconds() > until:
                self.end(state, Outcome.OUT_OF_TIME, NOT_FETCHED)
            else:
                try:
                    yield state, state.configured.source.fetch()
                except SourceError as exc:
                    self.end(state, Outcome.SOURCE_FAILED, str(exc))
            dependencies.progress.advance("charts", done, len(self.states))

    def _prepare(self, charts: Sequence[Chart]) -> PreparedCatalog:
        """One curation of all charts, the default one first; raises OutOfTime."""
        dependencies, trigger = self.dependencies, self.trigger
        union = union_of((*([self.default.chart] if self.default.chart else ()), *charts))
        rows = merged_rows(state.current for state in self.states)
        shortlist = make_shortlist(
            union,
            dependencies.rules,
            dependencies.archive,
            dependencies.now(),
            served={**rows, **self.default.rows},
            has_time=lambda: trigger.remaining_seconds() >= PUBLISH_SECONDS,
        )

        media = media_of(shortlist, dependencies, trigger)
        runs = [state.current.run_at for state in self.states]
        return build_catalog(
            union,
            shortlist,
            media,
            dependencies.rules,
            # What was retired before the last run of every chart was compared by all of them.
            last_run_at=None if None in runs else min(filter(None, runs), default=None),
            is_forced=trigger.is_forced,
        )

    def _drafts(
        self, fetched: Sequence[Fetched], prepared: PreparedCatalog
    ) -> Iterator[ChartDraft]:
        """The charts that pass their publish checks; ends the others."""
        accepted = AcceptedSounds(prepared, self.dependencies.media_base_url)
        for state, chart in fetched:
            cut = accepted.cut(chart)
            gzipped = pack(cut.body)
            figures = self._figures(state, chart, tuple(cut.rows), gzipped, accepted)
            refusal = judge_chart(
                figures, self.dependencies.chart_gates, is_forced=self.trigger.is_forced
            )
            if refusal is not None:
                reason = f"{refusal.gate}: {refusal.detail}"
                self.end(state, Outcome.REFUSED, reason, rows=chart.rows)
            elif self.trigger.remaining_seconds() < PUBLISH_SECONDS:
                self.end(state, Outcome.OUT_OF_TIME, NOT_PUBLISHED, rows=chart.rows)
            else:
                descriptor = describe(
                    gzipped,
                    fence=state.fence,
                    scheduled_at=self.trigger.scheduled_at,
                    published_at=self.dependencies.now(),
                    track_count=len(cut.rows),
                    chart=chart.figures(),
                    is_forced=self.trigger.is_forced,
                )
                yield ChartDraft(
                    coordinates=state.configured.coordinates,
                    publisher=state.publisher,
                    current=state.current,
                    snapshot=Snapshot(descriptor, gzipped),
                    rows=cut.rows,
                )

    def _figures(
        self,
        state: ChartState,
        chart: Chart,
        ids: tuple[str, ...],
        gzipped: bytes,
        accepted: AcceptedSounds,
    ) -> CatalogFigures:
        pointer, enough = state.current.pointer, self.dependencies.chart_gates.min_overlap_share
        groups = accepted.groups_of(chart)
        figures = CatalogFigures(
            ids=ids,
            gzipped_bytes=len(gzipped),
            chart=chart.figures(),
            first_tries=sum(group.first_tries for group in groups),
            first_failures=sum(group.first_failures for group in groups),
        )
        if pointer is None:
            return figures
        return replace(
            figures,
            past=Past.of((pointer.current, *pointer.history)),
            overlap=best_overlap(state.publisher, state.current, ids, enough),
            since_last=self.dependencies.now() - pointer.current.published_at,
        )

    def _publish(
        self, fetched: Sequence[Fetched], drafts: Sequence[ChartDraft], prepared: PreparedCatalog
    ) -> None:
        """Publishes the drafts, and ends their charts."""
        if not drafts:
            return
        published = {draft.chart_id: draft for draft in drafts}
        others = (each.current for each in self.states if each.chart_id not in published)
        served = Served(
            default=self.default.rows,
            staying=merged_rows(others),
            leaving=rows_of_removed(self.store, self.store.listing(), self.states),
        )
        lost = publish_charts(drafts, prepared, served, self.dependencies.archive)
        for state, chart in fetched:
            draft = published.get(state.chart_id)
            if draft is None:
                continue
            descriptor, reason = draft.snapshot.descriptor, lost.get(state.chart_id)
            self.reports[state.chart_id] = ChartReport(
                chart_id=state.chart_id,
                outcome=Outcome.LOST if reason else Outcome.PUBLISHED,
                reason=reason,
                rows=chart.rows,
                accepted=descriptor.track_count,
                version=None if reason else descriptor.version,
            )
