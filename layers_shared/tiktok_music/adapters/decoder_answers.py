"""Answers of a decoder process, as values of the ports.

A file may take a decoder over, so that its answers are validated as untrusted input: any other form
is WorkerFailed, also NaN and infinity, which JSON readers reject.
"""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from tiktok_music.errors import WorkerFailed
from tiktok_music.refresh.media.preview import (
    DrawnWaveform,
    PreparedCover,
    PreparedPreview,
    PreviewFacts,
)
from tiktok_music.refresh.media.sound.volume import AudioFacts

_Count = Annotated[int, Field(ge=0)]
_Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]*={0,2}$", max_length=20_000)]
_Color = Annotated[str, StringConstraints(pattern=r"^(#[0-9a-f]{6})?$")]


class _Header(BaseModel):
    """`bytes` are the lengths of the files that follow, one after the other."""

    model_config = ConfigDict(allow_inf_nan=False, extra="forbid")

    bytes: list[_Count]


class _PreviewHeader(_Header):
    facts: PreviewFacts
    source: AudioFacts
    fingerprint: _Base64


class _CoverHeader(_Header):
    sides: list[_Count]
    thumbHash: _Base64
    color: _Color
    onColor: _Color


class _WaveformHeader(_Header):
    loudestMs: _Count


_AnyHeader = TypeVar("_AnyHeader", bound=_Header)


def preview_of(header: dict[str, Any], blob: bytes) -> PreparedPreview:
    """The preview; raises WorkerFailed."""
    parsed = _parsed(_PreviewHeader, header)
    mp3, peaks = _files(parsed, blob, 2)
    return PreparedPreview(
        mp3=mp3,
        facts=parsed.facts,
        source=parsed.source,
        fingerprint=parsed.fingerprint,
        peaks=peaks,
    )


def cover_of(header: dict[str, Any], blob: bytes) -> PreparedCover:
    """The cover; raises WorkerFailed."""
    parsed = _parsed(_CoverHeader, header)
    jpeg, *small = _files(parsed, blob, 1 + len(parsed.sides))
    return PreparedCover(
        jpeg=jpeg,
        small=dict(zip(parsed.sides, small, strict=True)),
        thumb_hash=parsed.thumbHash,
        color=parsed.color,
        on_color=parsed.onColor,
    )


def waveform_of(header: dict[str, Any], blob: bytes) -> DrawnWaveform:
    """The waveform; raises WorkerFailed."""
    parsed = _parsed(_WaveformHeader, header)
    (peaks,) = _files(parsed, blob, 1)
    return DrawnWaveform(peaks=peaks, loudest_ms=parsed.loudestMs)


def _parsed(kind: type[_AnyHeader], header: dict[str, Any]) -> _AnyHeader:
    try:
        return kind.model_validate(header)
    except ValidationError as exc:
        where = ".".join(map(str, exc.errors()[0]["loc"]))
        raise WorkerFailed(f"the decoder gave an invalid answer at {where}") from exc


def _files(header: _Header, blob: bytes, count: int) -> list[bytes]:
    if len(header.bytes) != count or sum(header.bytes) != len(blob):
        raise WorkerFailed("the decoder gave an invalid answer at bytes")
    files, start = [], 0
    for size in header.bytes:
        files.append(blob[start : start + size])
        start += size
    return files
