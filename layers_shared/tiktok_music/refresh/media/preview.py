"""A preview and a cover that are ready to be published, with what is known of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tiktok_music.refresh.media.sound.volume import AudioFacts


class PreviewMethod(StrEnum):
    """The way a preview was made: source packets, source frames with another gain, or encoded."""

    COPIED = "copied"
    REWRITTEN = "rewritten"
    ENCODED = "encoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewFacts:
    """Facts of a published preview: loudness in LUFS, true peak in dBTP, length, method.

    `offset_ms` is its start in the source's file, `loudest_ms` the start of its loudest part.
    """

    integrated_lufs: float
    true_peak_dbtp: float
    duration_seconds: float
    method: PreviewMethod
    offset_ms: int = 0
    loudest_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPreview:
    """A preview MP3 that is ready to be published.

    `facts` are those of the MP3, `source` those of the source's file; `fingerprint` is base64,
    empty if there is none; `peaks` is the waveform in audiowaveform's JSON.
    """

    mp3: bytes
    facts: PreviewFacts
    source: AudioFacts
    fingerprint: str
    peaks: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnWaveform:
    """The waveform of a published preview, and the start of its loudest part."""

    peaks: bytes
    loudest_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedCover:
    """A JPEG to be published, `small` ones by the pixels of their longer side.

    `thumb_hash` is base64; `color` is `#rrggbb`, `on_color` the black or white to write on it.
    Placeholder and colours are empty where they could not be made.
    """

    jpeg: bytes
    small: Mapping[int, bytes] = field(default_factory=dict)
    thumb_hash: str = ""
    color: str = ""
    on_color: str = ""
