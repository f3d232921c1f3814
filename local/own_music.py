"""Makes a chart of a folder of the user's audio files; tags give titles and artists."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import av
from av.error import FFmpegError

from local.stand_in import MediaFile, Sound, cover

AUDIO_SUFFIXES = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".wav": "audio/wav",
    ".webm": "audio/webm",
}


def own_sounds(folder: Path) -> list[Sound]:
    """A sound for every audio file below `folder`, sorted by path."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in AUDIO_SUFFIXES)
    return [_sound(path, rank, len(files)) for rank, path in enumerate(files)]


def _sound(path: Path, rank: int, count: int) -> Sound:
    tags, seconds = _tags(path)
    digest = int.from_bytes(hashlib.sha256(path.name.encode()).digest()[:7])
    return Sound(
        tiktok_id=str(7_000_000_000_000_000_000 + digest % 10**17),
        title=tags.get("title") or path.stem.replace("_", " "),
        author=tags.get("artist") or tags.get("album_artist") or "Unknown artist",
        album=tags.get("album", ""),
        seconds=round(seconds),
        user_count=(count - rank) * 1_000,
        audio=_file(path),
        cover=lambda: cover(digest % 1_000),
        language=None,
        scene=rank % 2,
    )


def _file(path: Path) -> Callable[[], MediaFile]:
    return lambda: (path.read_bytes(), AUDIO_SUFFIXES[path.suffix.lower()])


def _tags(path: Path) -> tuple[dict[str, str], float]:
    try:
        with av.open(str(path)) as file:
            tags = {name.lower(): value for name, value in file.metadata.items()}
            return tags, (file.duration or 0) / av.time_base
    except FFmpegError:
        return {}, 0.0  # the refresh rejects it with the reason
