"""Optional facts of an aweme row about its song: lenient, never a reason to reject it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from tiktok_music.about import MOST_WORDS, About, words_of
from tiktok_music.adapters.upstream_rows import Lenient, Seconds, Text, UpstreamRow, Word

_APPLE_ID = re.compile(r"[0-9]{1,15}", re.ASCII)
_SPOTIFY_ID = re.compile(r"[0-9A-Za-z]{22}", re.ASCII)
_SPOTIFY = 3
# 1900 to 2100: a value outside is another unit or a mistake.
ReleaseTime = Annotated[int, Field(ge=-2_208_988_800, le=4_102_444_800)]
Milliseconds = Annotated[int, Field(ge=0, le=86_400_000)]


class Chorus(UpstreamRow):
    """The position of the chorus in the song."""

    start_ms: Lenient[Milliseconds] = None


class MatchedSong(UpstreamRow):
    """The song behind a sound."""

    chorus_info: Lenient[Chorus] = None


class Release(UpstreamRow):
    """When the song was released, in Unix seconds; 0 if TikTok does not know."""

    group_release_date: Lenient[ReleaseTime] = None


class ServiceSong(UpstreamRow):
    """The song's id at a music service: platform 1 is Apple, 3 is Spotify."""

    platform: Lenient[int] = None
    song_id: Lenient[Text] = None


class AboutFields(UpstreamRow):
    """The optional fields of a music object, for subclasses."""

    preview_start_time: Lenient[Seconds] = None
    matched_song: Lenient[MatchedSong] = None
    music_release_info: Lenient[Release] = None
    theme_tags: Lenient[list[Lenient[Word]]] = None
    tt_to_dsp_song_infos: Lenient[list[Lenient[ServiceSong]]] = None

    def excerpt_start_ms(self) -> int | None:
        """The start of the source's file in the song."""
        seconds = self.preview_start_time
        return None if seconds is None else round(1000 * seconds)

    def chorus_start_ms(self) -> int | None:
        """The start of the chorus in the song."""
        chorus = self.matched_song and self.matched_song.chorus_info
        return chorus.start_ms if chorus else None

    def about(self, extra: dict[str, Any]) -> About:
        """The facts for people; Apple's id is in the row's `extra`."""
        apple_id = str(extra.get("apple_song_id") or "")
        return About(
            themes=words_of(word for word in (self.theme_tags or ())[:MOST_WORDS] if word),
            released_on=self._released_on(),
            apple_music_id=apple_id if _APPLE_ID.fullmatch(apple_id) else "",
            spotify_id=next(self._spotify_ids(), ""),
        )

    def _released_on(self) -> str:
        seconds = self.music_release_info and self.music_release_info.group_release_date
        return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else ""

    def _spotify_ids(self) -> Iterator[str]:
        for song in (self.tt_to_dsp_song_infos or ())[:MOST_WORDS]:
            if song and song.platform == _SPOTIFY and _SPOTIFY_ID.fullmatch(song.song_id or ""):
                yield song.song_id or ""
