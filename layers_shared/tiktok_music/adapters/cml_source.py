"""The trending list of the Commercial Music Library, from TikTok's official Business API.

Preview addresses expire after six hours: files are copied in the same run, addresses not stored.
"""

from typing import Any
from urllib.parse import urlencode

from pydantic import Field, ValidationError

from tiktok_music.adapters.cml_token import CmlToken
from tiktok_music.adapters.upstream import ErrorCodeAnswered, Upstream, unwrap
from tiktok_music.adapters.upstream_rows import Text, UpstreamRow, new_fields, rejected_row
from tiktok_music.adapters.upstream_text import clean_name
from tiktok_music.errors import SourceRefused
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart, chart_of
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.track import is_tiktok_id

# From the Business API's page on the trending list.
KNOWN_FIELDS = frozenset(
    [
        "artist",
        "commercial_music_id",
        "commercial_music_name",
        "duration",
        "full_duration_song_clip",
        "genres",
        "preview_url",
        "rank_position",
        "thumbnail_url",
        "trending_history",
        "trending_song_clip",
    ]
)
# The Business API's return codes of an access token that is expired, missing, wrong or revoked.
REJECTED_TOKEN_CODES = (40102, 40104, 40105)
LIST_PATH = "/open_api/v1.3/discovery/cml/trending_list/"


class Clip(UpstreamRow):
    """A part of a song; upstream may send an empty object."""

    preview_url: Text | None = None
    duration: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    song_clip_id: Text | None = None


class SongRow(UpstreamRow):
    """One song. `duration` is 0 if only a clip of it may be used."""

    commercial_music_id: Text
    commercial_music_name: Text = Field(min_length=1)
    artist: Text | None = None
    duration: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    thumbnail_url: Text | None = None
    preview_url: Text | None = None
    full_duration_song_clip: Clip | None = None
    trending_song_clip: Clip | None = None

    def clip(self) -> Clip:
        """The clip for publishing: the full one, which does not change, else the trending one."""
        for clip in (self.full_duration_song_clip, self.trending_song_clip):
            if clip is not None and clip.song_clip_id:
                return clip
        return Clip()


class CmlSource:
    """The trending songs of one country, up to a hundred; there is no paging."""

    def __init__(self, upstream: Upstream, token: CmlToken, country: str, period: str) -> None:
        self._upstream = upstream
        self._token = token
        self._country = country
        self._period = period

    def fetch(self) -> Chart:
        """The list; a rejected token is renewed, once."""
        try:
            return self._fetch()
        except ErrorCodeAnswered as exc:
            if exc.code not in REJECTED_TOKEN_CODES:
                raise
        self._token.renew()
        return self._fetch()

    def _fetch(self) -> Chart:
        query = {
            "business_id": self._token.business_id(),
            "genre": "ALL",
            "country_code": self._country,
            "date_range": self._period,
        }
        document = self._upstream.get_json(f"{LIST_PATH}?{urlencode(query)}")
        rows = unwrap(document, "list")["list"]
        if rows is not None and not isinstance(rows, list):
            raise SourceRefused("upstream's list is not a list")
        listed = rows or []
        return chart_of([parse_song_row(row) for row in listed], new_fields(listed, KNOWN_FIELDS))


def parse_song_row(row: Any) -> Candidate | Rejection:
    """Parses one row of the list."""
    if not isinstance(row, dict):
        return rejected_row({}, "the row is not a JSON object")
    try:
        song = SongRow.model_validate(row)
    except ValidationError as exc:
        return rejected_row(_named(row), exc)
    clip, title = song.clip(), clean_name(song.commercial_music_name)
    tiktok_id = clip.song_clip_id or song.commercial_music_id
    if not is_tiktok_id(tiktok_id):
        return rejected_row(_named(row), "neither song_clip_id nor commercial_music_id is an id")
    if not title:
        return rejected_row(_named(row), "the title is empty")
    urls = (clip.preview_url, song.preview_url)
    return Candidate(
        tiktok_id=tiktok_id,
        title=title,
        author=clean_name(song.artist),
        duration_seconds=clip.duration or song.duration or 0.0,
        is_commerce_music=True,
        preview_urls=tuple(dict.fromkeys(url for url in urls if url)),
        cover_urls=(song.thumbnail_url,) if song.thumbnail_url else (),
        song_clip_id=clip.song_clip_id,
    )


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "mid": row.get("commercial_music_id"),
        "title": row.get("commercial_music_name"),
        "author": row.get("artist"),
    }
