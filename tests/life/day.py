"""The input of one simulated run: its chart, the files behind it, and how its process ends."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from tests.fakes import FakeMediaEncoder
from tests.life.charts import FIRST_ID
from tiktok_music.errors import AudioUnreadable, SourceError, WorkerFailed
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.media.ports import no_deadline
from tiktok_music.refresh.media.preview import PreparedPreview
from tiktok_music.refresh.rejection import Rejection


@dataclass(frozen=True, slots=True)
class Day:
    """The input of one scheduled run; a bad day must not be published."""

    rows: list[Candidate]
    unreadable: tuple[Rejection, ...] = ()
    problem: SourceError | None = None
    is_decoder_broken: bool = False
    kind: str = "ordinary"
    is_bad: bool = False


@dataclass
class Source:
    day: Day = field(default_factory=lambda: Day([]))

    def fetch(self) -> Chart:
        if self.day.problem is not None:
            raise self.day.problem
        rows = len(self.day.rows) + len(self.day.unreadable)
        return Chart(rows, tuple(self.day.rows), self.day.unreadable)


@dataclass
class Encoder(FakeMediaEncoder):
    """One fingerprint for each song, whichever upload it comes from."""

    is_decodable: Callable[[str], bool] = lambda _: True
    is_broken: bool = False

    def prepare_preview(
        self, data: bytes, title: str, artist: str, has_time: Callable[[], bool] = no_deadline
    ) -> PreparedPreview:
        tiktok_id = data.decode().split("/")[-2]
        if self.is_broken:
            raise WorkerFailed("the decoder ended")
        if not self.is_decodable(tiktok_id):
            raise AudioUnreadable("no audio stream")
        self.fingerprints[title] = _fingerprint(song_of(tiktok_id))
        return super().prepare_preview(data, title, artist)


def song_of(tiktok_id: str) -> int:
    """The country and number of a generated song."""
    return (int(tiktok_id) - FIRST_ID) // 1_000


@cache
def _fingerprint(song: int) -> str:
    words = np.random.default_rng(song).integers(1, 2**32, 600, np.uint32)
    return base64.b64encode(words.astype("<u4").tobytes()).decode()


class Died(BaseException):
    """The end of a process; nothing catches it."""


@dataclass
class Dying:
    """A publisher whose process ends at the flip."""

    publisher: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.publisher, name)

    def flip(self, *_: object) -> None:
        raise Died
