"""A refresh over fakes: a world in memory that unit tests set up and inspect."""

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np

from tests.builders import MEDIA, NOON
from tests.fakes import (
    FakeArchive,
    FakeChartStore,
    FakeDownloader,
    FakeLedger,
    FakeMediaEncoder,
    FakeMediaStore,
    FakeProgress,
    FakeReports,
    FakeSnapshots,
    FakeSource,
)
from tiktok_music.charts import Coordinates
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import ConfiguredChart
from tiktok_music.refresh.curation.languages.model import LanguageModel
from tiktok_music.refresh.curation.languages.rule import LanguageRule
from tiktok_music.refresh.curation.operator_lists import (
    NO_LISTS,
    OperatorLists,
)
from tiktok_music.refresh.curation.profanity.rule import ProfanityFilter
from tiktok_music.refresh.curation.text_rules import RuleSettings, TextRules
from tiktok_music.refresh.dependencies import RefreshDependencies
from tiktok_music.refresh.gates import GateLimits
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.refresh import refresh
from tiktok_music.refresh.report import RefreshReport
from tiktok_music.refresh.trigger import Trigger


class NoPredictor:
    """A language predictor that knows no language."""

    def predict(
        self, text: str, k: int, threshold: float
    ) -> tuple[tuple[str, ...], tuple[float, ...]]:
        return (), ()


# Without language tables, which take half a second to load: a language is the one that upstream
# names, the one of an unambiguous script, or English.
RULES = TextRules(
    RuleSettings(),
    ProfanityFilter.load(with_mild=False),
    LanguageRule(LanguageModel({}, {}, NoPredictor()), "en"),
)


@dataclass
class World:
    """Runs refreshes over fakes, and shows the rows of the current snapshot."""

    source: FakeSource = field(default_factory=FakeSource)
    snapshots: FakeSnapshots = field(default_factory=FakeSnapshots)
    archive: FakeArchive = field(default_factory=FakeArchive)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    reports: FakeReports = field(default_factory=FakeReports)
    store: FakeMediaStore = field(default_factory=FakeMediaStore)
    downloader: FakeDownloader = field(default_factory=FakeDownloader)
    media_encoder: FakeMediaEncoder = field(default_factory=FakeMediaEncoder)
    progress: FakeProgress = field(default_factory=FakeProgress)
    lists: OperatorLists = NO_LISTS
    gates: GateLimits = field(default_factory=lambda: GateLimits(min_tracks=1))
    charts: dict[Coordinates, FakeSource] = field(default_factory=dict)
    chart_store: FakeChartStore = field(default_factory=FakeChartStore)
    now: datetime = NOON
    _seconds: float = 0.0

    def refresh(
        self, *candidates: Candidate, rules: TextRules = RULES, **trigger: Any
    ) -> RefreshReport:
        if candidates:
            self.source.candidates = candidates
        dependencies = RefreshDependencies(
            source=self.source,
            rules=replace(rules, lists=self.lists),
            tools=MediaTools(self.downloader, self.media_encoder, self.store),
            archive=self.archive,
            ledger=self.ledger,
            publisher=self.snapshots,
            reports=self.reports,
            gates=self.gates,
            media_base_url=MEDIA,
            progress=self.progress,
            now=lambda: self.now,
            seconds=self._next_second,
            charts=tuple(ConfiguredChart(place, each) for place, each in self.charts.items()),
            chart_store=self.chart_store if self.charts else None,
            chart_gates=GateLimits(min_tracks=3, min_tracks_setting="MIN_CHART_TRACKS"),
            files=self.store,
        )
        fields = {
            "holder": "run-1",
            "scheduled_at": self.now,
            "is_forced": False,
            "remaining_seconds": lambda: 900.0,
        }
        return refresh(dependencies, Trigger(**{**fields, **trigger}))

    def _next_second(self) -> float:
        self._seconds += 1
        return self._seconds

    def served_by(self, chart: Coordinates) -> list[dict[str, Any]]:
        """The rows of a chart beside the default one."""
        snapshots = self.chart_store.publisher(chart.chart_id)
        body = snapshots.load(snapshots.pointer().current).plain()
        rows: list[dict[str, Any]] = json.loads(body)["tracks"]
        return rows

    def served(self) -> list[dict[str, Any]]:
        pointer = self.snapshots.pointer()
        rows: list[dict[str, Any]] = json.loads(self.snapshots.load(pointer.current).plain())[
            "tracks"
        ]
        return rows


def fingerprint_text(seed: int) -> str:
    words = np.random.default_rng(seed).integers(1, 2**32, 600, np.uint32)
    return base64.b64encode(words.astype("<u4").tobytes()).decode()
