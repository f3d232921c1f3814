"""What a source gives: candidates in chart order, and the rows that could not be read."""

from dataclasses import dataclass
from typing import Protocol

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.verdict import Rejection


@dataclass(frozen=True, slots=True)
class Chart:
    """One fetch of the upstream charts, whole; `rows` counts everything that upstream sent."""

    rows: int
    candidates: tuple[Candidate, ...]
    rejections: tuple[Rejection, ...]


class ChartSource(Protocol):
    """Where trending sounds come from."""

    def fetch(self) -> Chart:
        """All of it, or SourceUnavailable, or SourceRefused; never a part."""
