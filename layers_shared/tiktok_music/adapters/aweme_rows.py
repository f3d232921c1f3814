"""The rows of TikTok's app music chart: untrusted JSON in, candidates or rejections out."""

import json
from typing import Any

from pydantic import Field, ValidationError

from tiktok_music.adapters.upstream_rows import Text, UpstreamRow, rejected_row
from tiktok_music.adapters.upstream_text import clean_name
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.track import is_tiktok_id


class Address(UpstreamRow):
    """A media address: a list in order of preference, and a fallback."""

    url_list: list[str | None] | None = None
    uri: str | None = None

    def urls(self) -> tuple[str, ...]:
        """All http(s) addresses, best first; `uri` may be a storage key instead of an address."""
        addresses = [*(self.url_list or ()), self.uri]
        return tuple(dict.fromkeys(url for url in addresses if url and url.startswith("http")))


class MusicInfo(UpstreamRow):
    """`music_info` of a chart row or a music detail.

    `id` is not read: it is rounded in JSON that passed through JavaScript.
    """

    id_str: str | None = None
    mid: str | None = None
    title: Text = Field(min_length=1)
    author: Text | None = None
    album: Text | None = None
    duration: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    play_url: Address | None = None
    cover_large: Address | None = None
    cover_medium: Address | None = None
    user_count: int | None = Field(default=None, ge=0)
    is_commerce_music: bool | None = None
    is_commerce_music_strict: bool | None = None
    language: Text | None = None
    is_original_sound: bool | None = None
    same_group_id_v3: int | str | None = None
    status: int | None = None
    offline_desc: Text | None = None
    author_deleted: bool | None = None
    can_not_reuse: bool | None = None
    mute_share: bool | None = None
    extra: str | None = None

    def tiktok_id(self) -> str:
        """`id_str`, else `mid`; empty when neither is an id."""
        ids = (self.id_str, self.mid)
        return next((text for text in ids if text and is_tiktok_id(text)), "")

    def takedown(self) -> str | None:
        """The field that marks the sound as unavailable upstream, or None."""
        marks = {
            "status is not 1": self.status not in (None, 1),
            "offline_desc": bool(self.offline_desc),
            "author_deleted": bool(self.author_deleted),
            "can_not_reuse": bool(self.can_not_reuse),
            "mute_share": bool(self.mute_share),
            "is_batch_take_down_music": bool(self._extra().get("is_batch_take_down_music")),
        }
        return next((mark for mark, is_set in marks.items() if is_set), None)

    def _extra(self) -> dict[str, Any]:
        try:
            extra = json.loads(self.extra or "{}")
        except ValueError:
            return {}
        return extra if isinstance(extra, dict) else {}


def parse_chart_row(row: Any) -> Candidate | Rejection:
    """Parses one row of `music_list`; the row's own `id` is the chart's and is ignored."""
    info = row.get("music_info") if isinstance(row, dict) else None
    if not isinstance(info, dict):
        return rejected_row({}, "the row has no music_info object")
    return parse_music_info(info)


def parse_music_info(info: dict[str, Any]) -> Candidate | Rejection:
    """Parses one music object."""
    try:
        music = MusicInfo.model_validate(info)
    except ValidationError as exc:
        return rejected_row(info, exc)
    tiktok_id, title = music.tiktok_id(), clean_name(music.title)
    if not tiktok_id:
        return rejected_row(info, "neither id_str nor mid is a TikTok id")
    if not title:
        return rejected_row(info, "the title is empty")
    return Candidate(
        tiktok_id=tiktok_id,
        title=title,
        author=clean_name(music.author),
        album=clean_name(music.album),
        duration_seconds=music.duration or 0.0,
        user_count=music.user_count or 0,
        is_commerce_music=_is_commerce(music),
        language_name=music.language,
        preview_urls=music.play_url.urls() if music.play_url else (),
        cover_urls=_covers(music),
        group_ids=(str(music.same_group_id_v3),) if music.same_group_id_v3 else (),
        is_original_sound=bool(music.is_original_sound),
        takedown=music.takedown(),
    )


def _covers(music: MusicInfo) -> tuple[str, ...]:
    covers = (music.cover_large, music.cover_medium)
    return tuple(dict.fromkeys(url for cover in covers if cover for url in cover.urls()))


def _is_commerce(music: MusicInfo) -> bool:
    strict = music.is_commerce_music_strict
    return bool(music.is_commerce_music if strict is None else strict)
