"""The stand-in's side of the Commercial Music Library: songs with full, trending and no clips."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from local.stand_in import MediaFile, Sound, cover, music
from tools.fixtures.composer import compose, tune_of
from tools.fixtures.encoding import encode_audio

TOKEN = {
    "clientId": "stand-in",
    "clientSecret": "stand-in",
    "accessToken": "stand-in-token",
    "refreshToken": "stand-in",
    "businessId": "stand-in",
}
FIRST_CLIP, FIRST_SONG = 6_985_271_847_240_321_001, 6_817_312_022_837_872_601
SPEED = 1.25


@dataclass(frozen=True, slots=True)
class LibrarySong:
    """A song; `sound` has the id of its first clip. Without a full clip, only a part may be used.

    `no_clip` is what the library sends where there is no clip: an empty object, or null.
    """

    song_id: str
    sound: Sound
    has_full: bool = True
    has_trending: bool = False
    no_clip: dict[str, Any] | None = None


def library_row(song: LibrarySong, rank: int, base_url: str) -> dict[str, Any]:
    """The row as the Business API sends it."""
    sound = song.sound
    path = f"{base_url}/media/{sound.tiktok_id}"

    def clip(clip_id: str, seconds: int) -> dict[str, Any]:
        return {"song_clip_id": clip_id, "duration": seconds, "preview_url": f"{path}/audio"}

    trending_id = f"{sound.tiktok_id[:-1]}9" if song.has_full else sound.tiktok_id
    full = clip(sound.tiktok_id, sound.seconds) if song.has_full else song.no_clip
    trending = clip(trending_id, 15) if song.has_trending else song.no_clip
    return {
        "commercial_music_id": song.song_id,
        "commercial_music_name": sound.title,
        "artist": sound.author,
        "duration": sound.seconds if song.has_full else 0,
        "thumbnail_url": f"{path}/cover",
        "preview_url": f"{path}/audio",
        "genres": ["POP"],
        "rank_position": str(rank),
        "trending_history": [],
        "full_duration_song_clip": full,
        "trending_song_clip": trending,
    }


def library_songs() -> list[LibrarySong]:
    """Songs that are recordings of the app chart, in another encoding, and others that are not.

    The sped-up and the re-recorded one must never be published as the original.
    """
    return [
        _song(1, "Paper Lanterns", "Mira Solén", _encoded(0, 24, "m4a"), has_trending=True),
        _song(2, "Sunset Drive", "Trailer House 7", _encoded(1, 28, "mp3"), has_full=False),
        _song(5, "Ricochet (Sped Up)", "Dana Wu", lambda: sped_up(12, 18), no_clip={}),
        _song(4, "Low Tide", "The Harbour Lights", _encoded(72, 30, "mp3")),
        _song(3, "Velvet Morning", "Studio Nineteen", _encoded(73, 20, "mp3"), has_full=False),
        _song(6, "Empty Room", "No Clip Here", _encoded(1, 28, "mp3"), is_empty=True),
    ]


def library_chart(songs: Sequence[LibrarySong], country: str, genre: str) -> Sequence[LibrarySong]:
    """The songs of a country and genre: those of the US in another order, a genre has fewer."""
    if (country, genre) == ("US", "ALL") or not songs:
        return songs
    first = sum(map(ord, country + genre)) % len(songs)
    turned = [*songs[first:], *songs[:first]]
    return turned if genre == "ALL" else [song for song in turned if not song.has_trending][:4]


@cache
def sped_up(seed: int, seconds: int) -> MediaFile:
    """A clip at another speed, and so at another pitch."""
    samples = compose(tune_of(seed, seconds))
    places = np.arange(0, samples.shape[1] - 1, SPEED)
    faster = np.stack([np.interp(places, np.arange(channel.size), channel) for channel in samples])
    return encode_audio(faster.astype(np.float32), "mp3", "libmp3lame", 128_000), "audio/mpeg"


def _encoded(seed: int, seconds: int, container: str) -> Callable[[], MediaFile]:
    bit_rate = 96_000 if container == "mp3" else 160_000
    return lambda: music(seed, seconds, container, bit_rate)


def _song(
    number: int,
    title: str,
    author: str,
    audio: Callable[[], MediaFile],
    *,
    has_full: bool = True,
    has_trending: bool | None = None,
    no_clip: dict[str, Any] | None = None,
    is_empty: bool = False,
) -> LibrarySong:
    sound = Sound(
        tiktok_id=str(FIRST_CLIP + number * 1_000_010),
        title=title,
        author=author,
        album="",
        seconds=20,
        user_count=0,
        audio=audio,
        cover=lambda: cover(80 + number),
    )
    return LibrarySong(
        song_id=str(FIRST_SONG + number * 1_000_010),
        sound=sound,
        has_full=has_full and not is_empty,
        has_trending=(not has_full if has_trending is None else has_trending) and not is_empty,
        no_clip=no_clip,
    )
