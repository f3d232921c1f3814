"""The rows of TikTok's app music chart: untrusted JSON in, candidates or rejections out."""

from typing import Annotated, Any

from pydantic import Field, ValidationError

from tiktok_music.adapters.aweme_about import AboutFields
from tiktok_music.adapters.untrusted_json import read_json
from tiktok_music.adapters.upstream_rows import (
    Count,
    Lenient,
    Seconds,
    Text,
    UnreadableFields,
    UpstreamRow,
    rejected_row,
)
from tiktok_music.adapters.upstream_text import clean_name
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.track import is_tiktok_id

MOST_ADDRESSES = 20  # upstream sends three; the media step tries four
LONGEST_GROUP_ID = 40
GroupId = (
    Annotated[int, Field(ge=0, lt=2**64)] | Annotated[Text, Field(max_length=LONGEST_GROUP_ID)]
)


class Address(UpstreamRow):
    """A media address: a list in order of preference, and a fallback."""

    url_list: Lenient[list[Lenient[Text]]] = None
    uri: Lenient[Text] = None

    def urls(self) -> tuple[str, ...]:
        """The http(s) addresses, best first; `uri` may be a storage key instead of an address."""
        addresses = [*(self.url_list or ())[:MOST_ADDRESSES], self.uri]
        return tuple(dict.fromkeys(url for url in addresses if url and url.startswith("http")))


class MusicInfo(AboutFields):
    """`music_info` of a chart row or a music detail.

    `id` is not read: it is rounded in JSON that passed through JavaScript.
    """

    id_str: Lenient[Text] = None
    mid: Lenient[Text] = None
    title: Text = Field(min_length=1)
    author: Lenient[Text] = None
    album: Lenient[Text] = None
    duration: Lenient[Seconds] = None
    play_url: Lenient[Address] = None
    cover_large: Lenient[Address] = None
    cover_medium: Lenient[Address] = None
    user_count: Lenient[Count] = None
    is_commerce_music: Lenient[bool] = None
    is_commerce_music_strict: Lenient[bool] = None
    has_commerce_right: Lenient[bool] = None
    has_commerce_right_strict: Lenient[bool] = None
    language: Lenient[Text] = None
    is_original_sound: Lenient[bool] = None
    same_group_id_v3: Lenient[GroupId] = None
    status: Lenient[int] = None
    offline_desc: Lenient[Text] = None
    author_deleted: Lenient[bool] = None
    can_not_reuse: Lenient[bool] = None
    mute_share: Lenient[bool] = None
    extra: Any = None

    def tiktok_id(self) -> str:
        """`id_str`, else `mid`; empty when neither is an id."""
        ids = (self.id_str, self.mid)
        return next((text for text in ids if text and is_tiktok_id(text)), "")

    def takedown(self, extra: dict[str, Any]) -> str | None:
        """The field, of the sound or its `extra`, that marks it as unavailable upstream."""
        marks = {
            "status is not 1": self.status not in (None, 1),
            "offline_desc": bool(self.offline_desc),
            "author_deleted": bool(self.author_deleted),
            "can_not_reuse": bool(self.can_not_reuse),
            "mute_share": bool(self.mute_share),
            "is_batch_take_down_music": bool(extra.get("is_batch_take_down_music")),
        }
        return next((mark for mark, is_set in marks.items() if is_set), None)

    def group_ids(self) -> tuple[str, ...]:
        """TikTok's own group of the recording; 0 means that there is none."""
        group_id = self.same_group_id_v3
        return () if group_id in (None, "", 0, "0") else (str(group_id),)


def parse_chart_row(row: Any, unreadable: UnreadableFields | None = None) -> Candidate | Rejection:
    """Parses one row of `music_list`; the row's own `id` is the chart's and is ignored."""
    info = row.get("music_info") if isinstance(row, dict) else None
    if not isinstance(info, dict):
        return rejected_row({}, "the row has no music_info object")
    return parse_music_info(info, unreadable)


def parse_music_info(
    info: dict[str, Any], unreadable: UnreadableFields | None = None
) -> Candidate | Rejection:
    """Parses one music object; counts dropped values in `unreadable`."""
    try:
        music = MusicInfo.model_validate(info, context=unreadable)
    except ValidationError as exc:
        return rejected_row(info, exc)
    tiktok_id, title = music.tiktok_id(), clean_name(music.title)
    if not tiktok_id:
        return rejected_row(info, "neither id_str nor mid is a TikTok id")
    if not title:
        return rejected_row(info, "the title is empty")
    extra = _extra(music.extra, unreadable)
    return Candidate(
        tiktok_id=tiktok_id,
        title=title,
        author=clean_name(music.author),
        album=clean_name(music.album),
        duration_seconds=music.duration or 0.0,
        user_count=music.user_count or 0,
        is_commerce_music=_is_commerce(music),
        has_commerce_right=_has_commerce_right(music),
        language_name=music.language,
        preview_urls=music.play_url.urls() if music.play_url else (),
        cover_urls=_covers(music),
        group_ids=music.group_ids(),
        is_original_sound=bool(music.is_original_sound),
        takedown=music.takedown(extra),
        excerpt_start_ms=music.excerpt_start_ms(),
        chorus_start_ms=music.chorus_start_ms(),
        about=music.about(extra),
    )


def _extra(value: Any, unreadable: UnreadableFields | None) -> dict[str, Any]:
    """The object of `extra`, JSON in a string; an object is read too, though it is counted."""
    if value is None or value == "":
        return {}
    try:
        extra = read_json(value) if isinstance(value, str) else None
    except ValueError:
        extra = None
    if not isinstance(extra, dict) and unreadable is not None:
        unreadable["extra"] += 1
    readable = (each for each in (extra, value) if isinstance(each, dict))
    return next(readable, {})


def _covers(music: MusicInfo) -> tuple[str, ...]:
    covers = (music.cover_large, music.cover_medium)
    return tuple(dict.fromkeys(url for cover in covers if cover for url in cover.urls()))


def _has_commerce_right(music: MusicInfo) -> bool | None:
    right = music.has_commerce_right
    return music.has_commerce_right_strict if right is None else right


def _is_commerce(music: MusicInfo) -> bool | None:
    strict = music.is_commerce_music_strict
    return music.is_commerce_music if strict is None else strict
