"""Creative Center's sound ranking, from providers that mirror it.

It has no counts, albums or languages, and previews of commercial sounds only: it adds rank and
commercial flags to another source.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from pydantic import Field, ValidationError

from tiktok_music.adapters.upstream import Upstream, announces_more
from tiktok_music.adapters.upstream_rows import (
    Lenient,
    Place,
    Seconds,
    Text,
    UnreadableFields,
    UpstreamRow,
    listed,
    new_fields,
    read_chart,
    rejected_row,
)
from tiktok_music.adapters.upstream_text import clean_name
from tiktok_music.errors import SourceRefused
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart
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
    author: Lenient[Text] = None
    cover: Lenient[Text] = None
    duration: Lenient[Seconds] = None
    if_cml: Lenient[bool] = None
    music_url: Lenient[Text] = None
    rank: Lenient[Place] = None


class CreativeCenterSource:
    """Every page of one country's ranking."""

    def __init__(
        self, upstream: Upstream, country: str, period_days: int, kind: str = "popular"
    ) -> None:
        """`kind` is popular or surging."""
        self._kind = kind
        self._upstream = upstream
        self._country = country
        self._period_days = period_days

    def fetch(self) -> Chart:
        """The complete ranking."""
        rows = list(self._rows())
        chart = read_chart(rows, parse_sound_row, new_fields(rows, KNOWN_FIELDS))
        return replace(chart, empty_parts=() if rows else ("ranking",))

    def _rows(self) -> Iterator[Any]:
        for page in range(1, MAX_PAGES + 1):
            query = {
                "period": self._period_days,
                "page": page,
                "limit": PAGE_ROWS,
                "rank_type": self._kind,
                "new_on_board": "false",
                "commercial_music": "false",
                "country_code": self._country,
            }
            ranking = self._upstream.get_object(f"{RANK_PATH}?{urlencode(query)}", "sound_list")
            rows = listed(ranking, "sound_list")
            yield from rows
            pagination = ranking.get("pagination")
            if not isinstance(pagination, dict) or not announces_more(pagination, rows):
                return
        raise SourceRefused(f"the ranking has more than {MAX_PAGES} pages")


def parse_sound_row(row: Any, unreadable: UnreadableFields | None = None) -> Candidate | Rejection:
    """Parses one row of the ranking; counts dropped values in `unreadable`."""
    if not isinstance(row, dict):
        return rejected_row({}, "the row is not a JSON object")
    try:
        sound = SoundRow.model_validate(row, context=unreadable)
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
        is_commerce_music=sound.if_cml,
        preview_urls=(sound.music_url,) if sound.music_url else (),
        cover_urls=(sound.cover,) if sound.cover else (),
        place=sound.rank or 0,
    )
