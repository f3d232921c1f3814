"""The trending list of the Commercial Music Library, from TikTok's official Business API.

Preview addresses expire after six hours: files are copied in the same run, addresses not stored.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import AfterValidator, Field, ValidationError

from tiktok_music.about import MOST_WORDS, About, words_of
from tiktok_music.adapters.cml_token import CmlToken
from tiktok_music.adapters.upstream import ErrorCodeAnswered, Upstream
from tiktok_music.adapters.upstream_rows import (
    Lenient,
    Place,
    Seconds,
    Text,
    UnreadableFields,
    UpstreamRow,
    Word,
    listed,
    new_fields,
    read_chart,
    rejected_row,
)
from tiktok_music.adapters.upstream_text import clean_name
from tiktok_music.publish_evidence import Evidence
from tiktok_music.publish_facts import Clip, ClipKind, PublishFacts
from tiktok_music.refresh.candidate import SONG_GROUP, Candidate
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.rejection import Rejection, RejectionReason
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


def _clip_id(text: str) -> str:
    if text and not is_tiktok_id(text):
        raise ValueError("not a TikTok id")
    return text


ClipId = Annotated[Text, AfterValidator(_clip_id)]


class ClipRow(UpstreamRow):
    """A part of a song; upstream may send an empty object."""

    preview_url: Lenient[Text] = None
    duration: Lenient[Seconds] = None
    song_clip_id: Lenient[ClipId] = None


class SongRow(UpstreamRow):
    """One song. `duration` is 0 if only a clip of it may be used."""

    commercial_music_id: Lenient[Text] = None
    commercial_music_name: Text = Field(min_length=1)
    artist: Lenient[Text] = None
    duration: Lenient[Seconds] = None
    thumbnail_url: Lenient[Text] = None
    preview_url: Lenient[Text] = None
    rank_position: Lenient[Place] = None
    genres: Lenient[list[Lenient[Word]]] = None
    full_duration_song_clip: Lenient[ClipRow] = None
    trending_song_clip: Lenient[ClipRow] = None

    def clips(self) -> dict[ClipKind, ClipRow]:
        """The clips with an id: the full one, which does not change, before the trending one."""
        clips = {
            ClipKind.FULL: self.full_duration_song_clip,
            ClipKind.TRENDING: self.trending_song_clip,
        }
        return {kind: clip for kind, clip in clips.items() if clip and clip.song_clip_id}

    def song_id(self) -> str | None:
        song_id = self.commercial_music_id
        return song_id if song_id and is_tiktok_id(song_id) else None

    def group_ids(self) -> tuple[str, ...]:
        """The song as a group, which its clips share."""
        song_id = self.song_id()
        return (f"{SONG_GROUP}{song_id}",) if song_id else ()


class CmlSource:
    """The trending songs of one country and genre, up to a hundred; there is no paging."""

    def __init__(
        self,
        upstream: Upstream,
        token: CmlToken,
        country: str,
        period: str,
        now: Callable[[], datetime],
        genre: str = "ALL",
    ) -> None:
        """`period` and `genre` are in TikTok's spelling."""
        self._upstream = upstream
        self._genre = genre
        self._now = now
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
            "genre": self._genre,
            "country_code": self._country,
            "date_range": self._period,
        }
        data = self._upstream.get_object(f"{LIST_PATH}?{urlencode(query)}", "list")
        rows = [] if data["list"] is None else listed(data, "list")
        parse = partial(parse_song_row, country=self._country, seen_at=self._now())
        chart = read_chart(rows, parse, new_fields(rows, KNOWN_FIELDS))
        return replace(chart, empty_parts=() if rows else ("list",))


def parse_song_row(
    row: Any, unreadable: UnreadableFields | None = None, *, country: str, seen_at: datetime
) -> Candidate | Rejection:
    """Parses one row of the list of `country`; counts dropped values in `unreadable`.

    A song without a clip cannot be published, and its own id is no sound of TikTok: NO_CLIP.
    """
    if not isinstance(row, dict):
        return rejected_row({}, "the row is not a JSON object")
    try:
        song = SongRow.model_validate(row, context=unreadable)
    except ValidationError as exc:
        return rejected_row(_named(row), exc)
    title, clips = clean_name(song.commercial_music_name), song.clips()
    if not title:
        return rejected_row(_named(row), "the title is empty")
    if not clips:
        return rejected_row(_named(row), "no clip of the song has an id", RejectionReason.NO_CLIP)
    clip = next(iter(clips.values()))
    urls = (clip.preview_url, song.preview_url)
    publish = _publish_facts(song, country, seen_at)
    return Candidate(
        tiktok_id=publish.clip.song_clip_id,
        title=title,
        author=clean_name(song.artist),
        duration_seconds=clip.duration or song.duration or 0.0,
        is_commerce_music=True,
        preview_urls=tuple(dict.fromkeys(url for url in urls if url)),
        cover_urls=(song.thumbnail_url,) if song.thumbnail_url else (),
        group_ids=song.group_ids(),
        publish=publish,
        place=song.rank_position or 0,
        about=About(genres=words_of(each for each in (song.genres or ())[:MOST_WORDS] if each)),
    )


def _publish_facts(song: SongRow, country: str, seen_at: datetime) -> PublishFacts:
    return PublishFacts(
        clips=tuple(
            Clip(clip.song_clip_id or "", kind, clip.duration or 0.0)
            for kind, clip in song.clips().items()
        ),
        commercial_music_id=song.song_id(),
        evidence=Evidence.LISTED,
        countries=(country,),
        first_seen_at=seen_at,
        last_seen_at=seen_at,
    )


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "mid": row.get("commercial_music_id"),
        "title": row.get("commercial_music_name"),
        "author": row.get("artist"),
    }
