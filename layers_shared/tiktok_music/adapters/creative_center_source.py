"""Creative Center's sound ranking, from providers that mirror it.

It has no counts, albums or languages, and previews of commercial sounds only: it adds rank and
commercial flags to another source.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from pydantic import Field, ValidationError

from tiktok_music.adapters.upstream import Upstream, unwrap
from tiktok_music.adapters.upstream_rows import Text, UpstreamRow, new_fields, rejected_row
from tiktok_music.adapters.upstream_text import clean_name
from tiktok_music.errors import SourceRefused
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart, chart_of
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.track import is_tiktok_id

# Recorded from four mirrors, 2025 and 2026.
KNOWN_FIELDS = frozenset(
    [
        "author",
        "clip_id",
        "cml_mid",
        "country_code",
        "cover",
        "duration",
        "if_cml",
        "is_search",
        "link",
        "music_url",
        "on_list_times",
        "promoted",
        "rank",
        "rank_diff",
        "rank_diff_type",
        "related_items",
        "song_id",
        "title",
        "trend",
        "url_title",
    ]
)
RANK_PATH = "/api/v1/tiktok/ads/get_sound_rank_list"
PAGE_ROWS = 20  # upstream's maximum
MAX_PAGES = 10  # the ranking ends at 100


class SoundRow(UpstreamRow):
    """One sound; `clip_id` is an id like the app's music ids."""

    clip_id: Text
    title: Text = Field(min_length=1)
    author: Text | None = None
    cover: Text | None = None
    duration: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    if_cml: bool | None = None
    music_url: Text | None = None


class CreativeCenterSource:
    """Every page of one country's ranking."""

    def __init__(self, upstream: Upstream, country: str, period_days: int) -> None:
        self._upstream = upstream
        self._country = country
        self._period_days = period_days

    def fetch(self) -> Chart:
        """The complete ranking."""
        rows = list(self._rows())
        return chart_of([parse_sound_row(row) for row in rows], new_fields(rows, KNOWN_FIELDS))

    def _rows(self) -> Iterator[Any]:
        for page in range(1, MAX_PAGES + 1):
            query = {
                "period": self._period_days,
                "page": page,
                "limit": PAGE_ROWS,
                "rank_type": "popular",
                "new_on_board": "false",
                "commercial_music": "false",
                "country_code": self._country,
            }
            document = self._upstream.get_json(f"{RANK_PATH}?{urlencode(query)}")
            ranking = unwrap(document, "sound_list")
            rows = ranking["sound_list"]
            if not isinstance(rows, list):
                raise SourceRefused("upstream's sound_list is not a list")
            yield from rows
            if not rows or not _has_more(ranking):
                return


def _has_more(ranking: dict[str, Any]) -> bool:
    pagination = ranking.get("pagination")
    return isinstance(pagination, dict) and bool(pagination.get("has_more"))


def parse_sound_row(row: Any) -> Candidate | Rejection:
    """Parses one row of the ranking."""
    if not isinstance(row, dict):
        return rejected_row({}, "the row is not a JSON object")
    try:
        sound = SoundRow.model_validate(row)
    except ValidationError as exc:
        return rejected_row(row, exc)
    title = clean_name(sound.title)
    if not is_tiktok_id(sound.clip_id):
        return rejected_row(row, "clip_id is not a TikTok id")
    if not title:
        return rejected_row(row, "the title is empty")
    return Candidate(
        tiktok_id=sound.clip_id,
        title=title,
        author=clean_name(sound.author),
        duration_seconds=sound.duration or 0.0,
        is_commerce_music=bool(sound.if_cml),
        preview_urls=(sound.music_url,) if sound.music_url else (),
        cover_urls=(sound.cover,) if sound.cover else (),
    )
