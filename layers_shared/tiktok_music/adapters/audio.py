"""Reads audio: downloaded bytes in, measurements, fingerprint and PCM out."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tiktok_music.adapters.audio_decoder import (
    AudioCaps,
    AudioDecoder,
    open_audio,
)
from tiktok_music.adapters.loudness_meter import LoudnessMeter
from tiktok_music.adapters.pcm import SAMPLE_RATE_HZ, Pcm, mono_5512_hz
from tiktok_music.errors import AudioUnreadable
from tiktok_music.refresh.media.sound.fingerprint import Fingerprint, fingerprint_of
from tiktok_music.refresh.media.sound.volume import AudioFacts

__all__ = [
    "AudioCaps",
    "DecodedAudio",
    "read_audio",
]
ShortTerm = npt.NDArray[np.float32]

# Silence that stays around the sound, so that neither an attack nor a fade-out is cut.
_LEAD_SECONDS = 0.05
_TAIL_SECONDS = 0.5
# A constant offset is removed from -60 dBFS on, the level of silence.
_DC_OFFSET = 1e-3


@dataclass(frozen=True, slots=True)
class DecodedAudio:
    """Decoded audio of one file.

    `pcm` is 44.1 kHz stereo from shortly before the first sound to shortly after the last, at most
    `keep_seconds`; `starts_at_seconds` is its position in the file. `is_copyable` is true for an
    undamaged MP3 of one sample rate and number of channels from start to end, without an offset.
    `short_term_lufs` is the loudness of the three seconds before each tenth of a second.
    """

    facts: AudioFacts
    fingerprint: Fingerprint | None
    pcm: Pcm
    starts_at_seconds: float
    is_copyable: bool
    short_term_lufs: ShortTerm


def read_audio(data: bytes, caps: AudioCaps) -> DecodedAudio:
    """Decodes a file; raises AudioUnreadable if it is not audio or exceeds a cap.

    The volume limits are not checked here; see `judge_volume`.
    """
    decoded, offset = _read(data, caps, np.zeros((2, 1), np.float32))
    if np.abs(offset).max() < _DC_OFFSET:
        return decoded
    centred, _ = _read(data, caps, offset)
    clipped_share = max(decoded.facts.clipped_share, centred.facts.clipped_share)
    facts = replace(centred.facts, clipped_share=clipped_share)
    return replace(centred, facts=facts, is_copyable=False)


def _read(data: bytes, caps: AudioCaps, offset: Pcm) -> tuple[DecodedAudio, Pcm]:
    """The audio less a constant offset per channel, and the mean of each channel that is left."""
    meter = LoudnessMeter()
    blocks: list[Pcm] = []
    sums = np.zeros((2, 1))
    samples = 0
    with open_audio(data, caps) as decoder:
        for raw in decoder.blocks():
            block = raw - offset if offset.any() else raw
            meter.push(block)
            sums += block.sum(axis=1, keepdims=True, dtype=np.float64)
            samples += block.shape[1]
            if meter.has_sound and len(blocks) <= caps.keep_seconds:
                blocks.append(block)
        if meter.is_empty:
            raise AudioUnreadable("no audio in the file")
        return _decoded(decoder, meter, blocks, caps), (sums / samples).astype(np.float32)


def _decoded(
    decoder: AudioDecoder, meter: LoudnessMeter, blocks: list[Pcm], caps: AudioCaps
) -> DecodedAudio:
    facts = measured(meter, decoder)
    pcm, starts_at_seconds = _without_dead_air(blocks, facts, caps.keep_seconds)
    fingerprint = fingerprint_of(mono_5512_hz(pcm))
    is_copyable = decoder.codec == "mp3" and decoder.formats == 1 and not decoder.damaged_packets
    return DecodedAudio(
        facts, fingerprint, pcm, starts_at_seconds, is_copyable, meter.short_term_lufs()
    )


def measured(meter: LoudnessMeter, decoder: AudioDecoder) -> AudioFacts:
    """The facts of a file that was read to its end."""
    damaged_share = decoder.damaged_packets / max(decoder.packets, 1)
    return meter.facts(decoder.codec, decoder.channels, decoder.sample_rate_hz, damaged_share)


def _without_dead_air(
    blocks: list[Pcm], facts: AudioFacts, keep_seconds: float
) -> tuple[Pcm, float]:
    """Trims the blocks, which begin with the one-second block of the first sound."""
    if not blocks:
        return np.zeros((2, 0), np.float32), 0.0
    blocks_start = float(int(facts.leading_silence_seconds))
    start = max(facts.leading_silence_seconds - _LEAD_SECONDS, blocks_start)
    end = facts.duration_seconds - facts.trailing_silence_seconds + _TAIL_SECONDS
    end = min(end, start + keep_seconds)
    first, last = (round((time - blocks_start) * SAMPLE_RATE_HZ) for time in (start, end))
    return np.concatenate(blocks, axis=1)[:, first:last], start
