"""What a chart leaves to be judged by its media: joined rows, less what is retired or refused."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiktok_music.archive import TrackRecord
from tiktok_music.archive_lookup import ReadableArchive
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.curation.joining import join_same_ids
from tiktok_music.refresh.curation.retirement import without_retired
from tiktok_music.refresh.curation.text_rules import Curation, TextRules, curate
from tiktok_music.refresh.rejection import Rejection


@dataclass(frozen=True, slots=True)
class Shortlist:
    """A chart after the rules that need no media.

    `sounds` counts the candidates once the rows of one id are joined; `known` is what the archive
    has of them.
    """

    sounds: int
    known: Mapping[str, TrackRecord]
    retired: tuple[Rejection, ...]
    curation: Curation


def shortlist(chart: Chart, rules: TextRules, archive: ReadableArchive) -> Shortlist:
    """Judges a chart by what upstream says of it; reads the archive, and nothing else."""
    candidates = join_same_ids(chart.candidates)
    known = archive.get_many(candidate.track_id for candidate in candidates)
    listed, retired = without_retired(candidates, known, archive)
    return Shortlist(len(candidates), known, retired, curate(listed, rules))
