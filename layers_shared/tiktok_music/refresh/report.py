"""The report of a refresh, for the operator: counts, examples, times, and the reason if any."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from tiktok_music.refresh.catalog import DuplicateTrack
from tiktok_music.refresh.media.check import NOT_CHECKED, MediaCheck
from tiktok_music.refresh.media.other_recordings import SeparatedTrack
from tiktok_music.refresh.rejection import Rejection

EXAMPLES_PER_REASON = 5
# A report is one DynamoDB item of at most 400 KB, and upstream's texts may have any length: it has
# room for some hundreds of ordinary examples and duplicates, fewer of long ones.
MOST_BYTES_OF_EXAMPLES = 120_000
MOST_BYTES_OF_DUPLICATES = 180_000
MOST_NAMES, LONGEST_NAME = 50, 60
MOST_SEPARATED = 20
LONGEST_SENTENCE = 500


class Outcome(StrEnum):
    """The end of a refresh. Only PUBLISHED changes the served catalog."""

    PUBLISHED = "PUBLISHED"
    ALREADY_DONE = "ALREADY_DONE"
    REFUSED = "REFUSED"
    SOURCE_FAILED = "SOURCE_FAILED"
    OUT_OF_TIME = "OUT_OF_TIME"
    LOST = "LOST"
    LOCKED = "LOCKED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartReport:
    """The result of a run for one chart beside the default one; `reason` is None if it published.

    `rows` is the size of the fetched chart, `accepted` the number of tracks cut for it.
    """

    chart_id: str
    outcome: Outcome
    reason: str | None = None
    rows: int = 0
    accepted: int = 0
    version: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "chart": self.chart_id,
            "outcome": str(self.outcome),
            "reason": self.reason[:LONGEST_SENTENCE] if self.reason else None,
            "rows": self.rows,
            "accepted": self.accepted,
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """One refresh. `reason` is a sentence on why nothing was published, None if it was.

    `seconds` is wall time per stage; `deferred` counts tracks left for the next run when time
    ran out. `preview_methods` counts the new previews by `PreviewMethod`, `unchanged_runs` the runs
    just before it that published the same catalog. `failed_sources` names sources that the run did
    without, with the reason; `library` has the figures on the commercial library, `media_check`
    whether files of some served tracks were there; `charts` are the charts beside the default one.
    `is_saved` is set after the report is stored, and is not part of the stored form.
    """

    outcome: Outcome
    reason: str | None
    scheduled_at: datetime
    started_at: datetime
    seconds: Mapping[str, float]
    _: KW_ONLY
    rows: int = 0
    accepted: int = 0
    added: int = 0
    removed: int = 0
    new_media: int = 0
    preview_methods: Mapping[str, int] = field(default_factory=dict)
    deferred: int = 0
    version: str | None = None
    rejections: tuple[Rejection, ...] = ()
    duplicates: tuple[DuplicateTrack, ...] = ()
    separated: tuple[SeparatedTrack, ...] = ()
    unknown_languages: tuple[str, ...] = ()
    new_fields: tuple[str, ...] = ()
    unchanged_runs: int = 0
    unreadable_fields: Mapping[str, int] = field(default_factory=dict)
    empty_parts: tuple[str, ...] = ()
    failed_sources: tuple[str, ...] = ()
    library: Mapping[str, Any] = field(default_factory=dict)
    charts: tuple[ChartReport, ...] = ()
    media_check: MediaCheck = NOT_CHECKED
    is_saved: bool = True

    def rejected_by_reason(self) -> dict[str, int]:
        """Counts by reason, the most frequent first."""
        counts = Counter(str(rejection.finding.reason) for rejection in self.rejections)
        return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))

    def to_dict(self) -> dict[str, Any]:
        """The stored and logged form: small, with a few examples of each reason."""
        return {
            "outcome": str(self.outcome),
            "reason": self.reason[:LONGEST_SENTENCE] if self.reason else None,
            "scheduledAt": self.scheduled_at.isoformat(),
            "startedAt": self.started_at.isoformat(),
            "seconds": {stage: round(value, 3) for stage, value in self.seconds.items()},
            "rows": self.rows,
            "accepted": self.accepted,
            "added": self.added,
            "removed": self.removed,
            "newMedia": self.new_media,
            "previewMethods": dict(sorted(self.preview_methods.items())),
            "deferred": self.deferred,
            "version": self.version,
            "rejected": self.rejected_by_reason(),
            "examples": _within(MOST_BYTES_OF_EXAMPLES, map(_example, _examples(self.rejections))),
            "mergedCount": len(self.duplicates),
            "merged": _within(MOST_BYTES_OF_DUPLICATES, map(_duplicate, self.duplicates)),
            "separated": [_separated(each) for each in self.separated[:MOST_SEPARATED]],
            "unknownLanguages": _names(self.unknown_languages),
            "newFields": _names(self.new_fields),
            "unchangedRuns": self.unchanged_runs,
            "unreadableFields": dict(sorted(self.unreadable_fields.items())),
            "emptyParts": _names(self.empty_parts),
            **self._optional_members(),
        }

    def _optional_members(self) -> dict[str, Any]:
        """Members that only some runs have: with the library, served tracks, or several charts."""
        failed = [sentence[:LONGEST_SENTENCE] for sentence in self.failed_sources]
        check = self.media_check
        is_checked = check.checked or check.unknown
        members = {
            "failedSources": failed,
            "library": dict(self.library),
            "mediaCheck": check.to_dict() if is_checked else {},
            "charts": [each.to_dict() for each in self.charts],
        }
        return {name: value for name, value in members.items() if value}


def _within(most_bytes: int, entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first entries that take at most `most_bytes` as JSON."""
    fitting, size = [], 0
    for entry in entries:
        size += len(json.dumps(entry))
        if size > most_bytes:
            break
        fitting.append(entry)
    return fitting


def _names(names: Iterable[str]) -> list[str]:
    return [name[:LONGEST_NAME] for name in names][:MOST_NAMES]


def _examples(rejections: Iterable[Rejection]) -> list[Rejection]:
    shown: Counter[str] = Counter()
    examples = []
    for rejection in rejections:
        shown[rejection.finding.reason] += 1
        if shown[rejection.finding.reason] <= EXAMPLES_PER_REASON:
            examples.append(rejection)
    return examples


def _example(rejection: Rejection) -> dict[str, Any]:
    finding = rejection.finding
    return {
        "tiktokId": rejection.tiktok_id,
        "title": rejection.title,
        "author": rejection.author,
        "reason": str(finding.reason),
        "detail": finding.detail[:LONGEST_SENTENCE],
        "field": finding.field,
        "word": finding.word,
        "measured": finding.measured,
        "limit": finding.limit,
    }


def _duplicate(duplicate: DuplicateTrack) -> dict[str, Any]:
    candidate = duplicate.candidate
    return {
        "tiktokId": candidate.tiktok_id,
        "title": candidate.title,
        "author": candidate.author,
        "mergedInto": duplicate.canonical.tiktok_id,
        "evidence": duplicate.evidence,
    }


def _separated(separated: SeparatedTrack) -> dict[str, Any]:
    candidate = separated.candidate
    return {
        "tiktokId": candidate.tiktok_id,
        "title": candidate.title[:LONGEST_NAME],
        "author": candidate.author[:LONGEST_NAME],
        "separatedFrom": separated.other.tiktok_id,
        "evidence": separated.evidence[:LONGEST_SENTENCE],
    }
