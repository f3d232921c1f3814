"""A seeded generator of trending charts that move as real ones do, two a day.

Rates are those seen upstream: neighbouring days share at least 58 % of their songs, 22 % of songs
have several uploads, one row in a hundred has no count, one in ten no language, six songs in a
hundred no preview, three a file that cannot be decoded.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason

FIRST_ID = 7_000_000_000_000_000_000
_FIRST = (
    "Amber Paper Velvet Silver Hollow Winter Copper Golden Marble Crimson Distant Electric Frozen "
    "Gentle Hidden Ivory Jasmine Kinder Lonely Midnight Northern Open Patient Quiet Restless Secret"
)
_LAST = (
    "Lanterns Harbour Meadow Signal Window Orchard Machine Letter Ocean Garden Mirror Station "
    "Thunder Valley Bridge Candle Feather Island Journey Kingdom Ladder Mountain Needle Paradise"
)
FIRST_WORDS, LAST_WORDS = _FIRST.split(), _LAST.split()


@dataclass(frozen=True, slots=True)
class Song:
    """One recording. Upload `k` appears 60 slots after upload `k - 1` and outgrows it."""

    number: int
    title: str
    artist: str
    starts_at: int
    height: float
    half_life: float
    uploads: int


@dataclass(frozen=True, slots=True)
class Charts:
    """The charts of one country; `seed` chooses it, `size` is its number of songs."""

    seed: int
    size: int = 80

    def rows(self, slot: int) -> list[Candidate]:
        """The readable rows of a slot, the most used first."""
        rows = [row for song in self.songs(slot) for row in self._uploads(song, slot)]
        return sorted(rows, key=lambda row: (-row.user_count, row.tiktok_id))

    def songs(self, slot: int) -> list[Song]:
        """The songs on the chart of a slot."""
        alive = [song for start in range(slot - 400, slot + 1) for song in self._born(start)]
        return sorted(alive, key=lambda song: -self._score(song, slot))[: self.size]

    def unreadable(self, slot: int) -> tuple[Rejection, ...]:
        """Five rows without a title that stay on the chart, and now and then a sixth."""
        count = 5 + (self._share("sixth", slot) < 0.05)
        finding = Finding(RejectionReason.INVALID_ROW, "the row has no title")
        return tuple(Rejection(f"{slot}{row}", "", "", finding) for row in range(count))

    def has_preview(self, song: Song) -> bool:
        return self._share("preview", song.number) >= 0.06

    def is_decodable(self, number: int) -> bool:
        return self._share("decodable", number) >= 0.03

    def _born(self, slot: int) -> Iterator[Song]:
        count = int(2 * self._share("births", slot) + 0.5) + 14 * self._is_release_day(slot)
        for place in range(count):
            yield self._song((slot + 1_000) * 100 + place, slot)

    def _is_release_day(self, slot: int) -> bool:
        return slot % 14 == 9 and self._share("release", slot) < 0.25

    def _song(self, number: int, slot: int) -> Song:
        words = self._number("title", number)
        uploads = self._share("uploads", number)
        return Song(
            number,
            f"{FIRST_WORDS[words % 26]} {LAST_WORDS[words // 26 % 24]} {_name(number)}",
            f"{_name(self._number('artist', number) % 9_000)} {_name(number % 997)}",
            slot,
            math.exp(1.2 * (self._share("height", number) + self._share("height2", number))),
            30.0 + 220.0 * self._share("half life", number),
            1 if uploads < 0.78 else 2 if uploads < 0.9 else 3 if uploads < 0.96 else 5,
        )

    def _score(self, song: Song, slot: int) -> float:
        age = slot - song.starts_at
        noise = 1 + 0.06 * (self._share("noise", song.number, slot // 2) - 0.5)
        return float(song.height * min(1.0, (age + 2) / 6) * 0.5 ** (age / song.half_life) * noise)

    def _uploads(self, song: Song, slot: int) -> Iterator[Candidate]:
        listed = [k for k in range(song.uploads) if self._is_there(song, k, slot)]
        for k in listed or [0]:
            yield self._row(song, k, slot)

    def _is_there(self, song: Song, k: int, slot: int) -> bool:
        if slot - song.starts_at < 60 * k:
            return False
        is_away = self._share("away", song.number, k, slot // 26) < 0.2  # for a fortnight
        return not is_away and self._share("flicker", song.number, k, slot) >= 0.02

    def _row(self, song: Song, k: int, slot: int) -> Candidate:
        age = slot - song.starts_at - 60 * k
        users = int(1e5 * song.height * 1.6**k * (1 - 0.985 ** (age + 3)))
        tiktok_id = self.tiktok_id(song, k)
        silent = self._share("silent", tiktok_id, slot)
        title = {0: song.title, 1: f"{song.title} (Official Audio)", 2: song.title.upper()}
        title[3] = f"solneg\u00e5ng {_name(song.number + 7)}"  # a re-upload that only sounds alike
        is_edited = k == 0 and song.number % 20 == 0 and slot - song.starts_at > 80
        return Candidate(
            tiktok_id=tiktok_id,
            title=f"{song.title} - Remastered" if is_edited else title.get(k, song.title),
            author=song.artist if k != 3 else f"reup {_name(song.number + 9)}",
            album="" if self._share("album", tiktok_id, slot) < 0.14 else "Singles",
            duration_seconds=24.0,
            user_count=0 if silent < 0.01 else users,
            is_commerce_music=None if silent < 0.02 else song.number % 3 > 0,
            language_name=None if self._share("language", tiktok_id, slot) < 0.1 else "English",
            preview_urls=(f"http://cdn.test/{tiktok_id}/a",) if self.has_preview(song) else (),
            cover_urls=(f"http://cdn.test/{tiktok_id}/c",),
        )

    def tiktok_id(self, song: Song, k: int) -> str:
        return str(FIRST_ID + 1_000 * (1_000_000_000 * self.seed + song.number) + k)

    def _number(self, *parts: object) -> int:
        return _hash(self.seed, *parts)

    def _share(self, *parts: object) -> float:
        return _hash(self.seed, *parts) % 1_000_003 / 1_000_003


@cache
def _hash(*parts: object) -> int:
    text = "|".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


@cache
def _name(number: int) -> str:
    """A made-up word that two numbers do not share: `Zalomi`."""
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    digits = []
    number += 70
    while number:
        number, digit = divmod(number, len(syllables))
        digits.append(syllables[digit])
    return "".join(digits).capitalize()


def without_previews(rows: Sequence[Candidate]) -> list[Candidate]:
    """The chart of a day on which upstream has renamed the field of the address."""
    return [replace(row, preview_urls=()) for row in rows]


def neighbour_overlap(charts: Charts, slots: int) -> float:
    """The least share of ids that two neighbouring charts have in common."""
    ids = [{row.tiktok_id for row in charts.rows(slot)} for slot in range(slots)]
    return min(len(a & b) / len(a) for a, b in pairwise(ids))
