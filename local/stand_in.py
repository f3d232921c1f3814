"""The stand-in's chart: invented songs, and one row for every way a row can be rejected."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from tools.fixtures.composer import SAMPLE_RATE_HZ, compose, tune_of
from tools.fixtures.encoding import draw_cover, encode_audio

MediaFile = tuple[bytes, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A row of the chart; `audio` and `cover` generate the files that it points to."""

    tiktok_id: str
    title: str
    author: str
    album: str
    seconds: int
    user_count: int
    audio: Callable[[], MediaFile | None]
    cover: Callable[[], MediaFile | None]
    language: str | None = "English"
    is_commerce_music: bool = True
    is_original_sound: bool = False
    status: int = 1
    scene: int = 0


def chart_row(sound: Sound, base_url: str) -> dict[str, Any]:
    """The row as the provider sends it; the outer `id` is the chart's."""
    path = f"{base_url}/media/{sound.tiktok_id}"
    info = {
        "id": int(sound.tiktok_id),
        "id_str": sound.tiktok_id,
        "mid": sound.tiktok_id,
        "title": sound.title,
        "author": sound.author,
        "album": sound.album,
        "duration": sound.seconds,
        "user_count": sound.user_count,
        "is_commerce_music": sound.is_commerce_music,
        "is_original_sound": sound.is_original_sound,
        "status": sound.status,
        "offline_desc": "" if sound.status == 1 else "This sound isn't available.",
        "play_url": {"uri": f"{path}/audio", "url_list": [f"{path}/audio"]},
        "cover_large": {"uri": "stand-in/cover", "url_list": [f"{path}/cover"]},
        "cover_medium": {"uri": "stand-in/cover", "url_list": [f"{path}/cover"]},
        "extra": '{"loudness_lufs": 0, "amplitude_peak": 0, "is_batch_take_down_music": false}',
    }
    if sound.language:
        info["language"] = sound.language
    return {"id": 7245341979050396417, "trend": 4, "music_info": info}


@cache
def music(seed: int, seconds: int, container: str = "mp3", bit_rate: int = 128_000) -> MediaFile:
    """A clip as MP3 or M4A."""
    samples = compose(tune_of(seed, seconds))
    if container == "mp3":
        return encode_audio(samples, "mp3", "libmp3lame", bit_rate), "audio/mpeg"
    return encode_audio(samples, "ipod", "aac", bit_rate), "audio/mp4"


@cache
def silence(seconds: int) -> MediaFile:
    """A silent MP3."""
    samples = np.zeros((2, seconds * SAMPLE_RATE_HZ), np.float32)
    return encode_audio(samples, "mp3", "libmp3lame", 128_000), "audio/mpeg"


@cache
def cover(seed: int) -> MediaFile:
    """A drawn cover, JPEG."""
    return draw_cover(seed), "image/jpeg"


def web_page() -> MediaFile:
    """An HTML page with status 200, as an expired media URL may return."""
    return b"<!doctype html><title>Not here</title>" + b"<p>gone</p>" * 500, "text/html"


def gone() -> None:
    """No file: its URL answers 404."""
    return


_SONGS = (
    # title, author, album, seconds, videos, language
    ("Paper Lanterns", "Mira Solén", "Night Market", 24, 2_378_488, "English"),
    ("Sunset Drive", "Mae & Co", "Singles", 28, 1_971_948, "English"),
    ("Mañana en la Playa", "Los Vecinos", "Verano Largo", 22, 1_204_310, "Spanish"),
    ("Glass Houses", "Otto Rehn", "", 20, 640_077, "English"),
    ("Saudade do Norte", "Clara Pinho", "Maré", 26, 412_980, "Portuguese"),
    ("Regen auf dem Dach", "Familie Anders", "Leise", 21, 189_103, "German"),
    ("Le Petit Matin", "Juno Vallet", "Quai Sud", 25, 174_304, "French"),
    ("夜の散歩", "水野ハル", "街灯", 23, 131_556, "Japanese"),
    ("봄바람", "하루", "봄바람", 20, 118_842, None),
    ("Low Tide", "The Harbour Lights", "Low Tide", 30, 69_590, "English"),
    ("Ночной трамвай", "Окна", "", 22, 54_120, None),
    ("Slow Bloom (feat. Ines)", "Kite Season", "Greenhouse", 27, 25_740, "English"),
    ("Ricochet", "Dana Wu", "Ricochet", 18, 19_074, "English"),
    ("Kaffeeklatsch", "Brass Kapelle 9", "Umtata", 19, 8_412, None),
    ("نسيم الليل", "ليان", "", 24, 5_230, "Arabic"),
    ("Bright Side (Acoustic)", "Mae & Co", "Singles", 21, 1_914, "English"),
)


def stand_in_sounds() -> list[Sound]:
    """The chart: songs to accept, then one row of each kind to reject, and a duplicate."""
    songs = [
        Sound(
            tiktok_id=str(7_662_052_657_323_182_081 + index * 1_000_003),
            title=title,
            author=author,
            album=album,
            seconds=seconds,
            user_count=user_count,
            audio=_clip(index, seconds),
            cover=_cover(index),
            language=language,
            is_commerce_music=index % 5 != 3,
            scene=index % 2,
        )
        for index, (title, author, album, seconds, user_count, language) in enumerate(_SONGS)
    ]
    return [*songs, *_rejects()]


def earlier_sounds() -> list[Sound]:
    """The chart of 12 hours before: other counts; one song is missing and another is listed."""
    earlier = {
        "Sunset Drive": 980_400,
        "Regen auf dem Dach": 128_010,
        "Le Petit Matin": 181_220,
        "Kaffeeklatsch": 21_350,
    }
    sounds = [
        replace(sound, user_count=earlier.get(sound.title, sound.user_count))
        for sound in stand_in_sounds()
        if sound.title != "Saudade do Norte"
    ]
    left_chart = replace(
        sounds[0],
        tiktok_id=str(7_662_052_657_323_000_001),
        title="Yesterday's Paper",
        author="The Harbour Lights",
        album="",
        user_count=2_010,
        audio=_clip(60, 24),
        cover=_cover(60),
    )
    return [*sounds, left_chart]


def _clip(seed: int, seconds: int) -> Callable[[], MediaFile]:
    container = "m4a" if seed % 3 == 2 else "mp3"
    return lambda: music(seed, seconds, container)


def _cover(seed: int) -> Callable[[], MediaFile]:
    return lambda: cover(seed)


def _rejects() -> list[Sound]:
    ids = iter(range(7_700_000_000_000_000_001, 7_700_000_000_000_000_100))

    def sound(title: str, author: str, audio: Callable[[], MediaFile | None], **more: Any) -> Sound:
        number = next(ids)
        fields = {"album": "", "seconds": 20, "user_count": 90_000, "cover": _cover(number % 97)}
        names = {"tiktok_id": str(number), "title": title, "author": author}
        return Sound(audio=audio, **{**names, **fields, **more})

    return [
        sound("Four Minutes of Nothing", "Quiet Hours", lambda: silence(20)),
        sound("Fuck It, We Dance", "Loud Neighbours", _clip(40, 20)),
        sound("SUNSET DRIVE (Official Audio)", "Mae & Co", lambda: music(1, 28, "mp3", 96_000)),
        sound("Dead Link Blues", "Four Oh Four", gone),
        sound("Not A Song", "The Web Page", web_page),
        sound("Broken Cover", "Half Image", _clip(41, 20), cover=web_page, scene=1),
        sound("original sound", "user8712345", _clip(42, 20), is_original_sound=True, scene=1),
        sound("Taken Down", "Gone Tomorrow", _clip(43, 20), status=0, scene=1),
        sound("   ", "No Title", _clip(44, 20), scene=1),
    ]
