"""Encodes previews: downloaded bytes in, a uniform and verified MP3 out."""

from dataclasses import dataclass, replace

import numpy as np

from tiktok_music.adapters.audio_decoder import (
    AudioCaps,
    AudioDecoder,
    audio_errors,
    open_audio,
)
from tiktok_music.adapters.loudness_meter import LoudnessMeter, measure
from tiktok_music.adapters.mp3_file import Mp3Tags, copy_mp3, encode_mp3
from tiktok_music.adapters.pcm import SAMPLE_RATE_HZ, Pcm, mono_5512_hz
from tiktok_music.errors import AudioUnreadable
from tiktok_music.refresh.media.policy import PreviewPolicy
from tiktok_music.refresh.media.sound.fingerprint import Fingerprint, fingerprint_of
from tiktok_music.refresh.media.sound.volume import AudioFacts, preview_gain_db

__all__ = [
    "AudioCaps",
    "DecodedAudio",
    "Preview",
    "read_audio",
    "write_preview",
]
# Silence that stays around the sound, so that neither an attack nor a fade-out is cut.
_LEAD_SECONDS = 0.05
_TAIL_SECONDS = 0.5
# Distance below the ceiling of a second and a third encoding: noise, unlike music, gets other peaks
# from the encoder each time.
_MARGINS_DB = (0.1, 0.5, 1.5)
# A constant offset is removed from -60 dBFS on, the level of silence.
_DC_OFFSET = 1e-3
_OWN_FILE = AudioCaps()


@dataclass(frozen=True, slots=True)
class DecodedAudio:
    """Decoded audio of one file.

    `pcm` is 44.1 kHz stereo from shortly before the first sound to shortly after the last, at most
    `keep_seconds`; `starts_at_seconds` is its position in the file. `is_copyable` is true for an
    MP3 of one sample rate and number of channels from start to end.
    """

    facts: AudioFacts
    fingerprint: Fingerprint | None
    pcm: Pcm
    starts_at_seconds: float
    is_copyable: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """An MP3 file, the measurements of decoding it again, and the applied gain."""

    mp3: bytes
    facts: AudioFacts
    gain_db: float
    reencoded: bool


def read_audio(data: bytes, caps: AudioCaps) -> DecodedAudio:
    """Decodes a file; raises AudioUnreadable if it is not audio or exceeds a cap.

    The volume limits are not checked here; see `judge_volume`.
    """
    decoded, offset = _read(data, caps, np.zeros((2, 1), np.float32))
    if np.abs(offset).max() < _DC_OFFSET:
        return decoded
    centred, _ = _read(data, caps, offset)
    clipped_share = max(decoded.facts.clipped_share, centred.facts.clipped_share)
    return replace(centred, facts=replace(centred.facts, clipped_share=clipped_share))


def write_preview(
    decoded: DecodedAudio, data: bytes, policy: PreviewPolicy, title: str, artist: str
) -> Preview:
    """The uniform preview of `decoded`, which was read from `data`.

    Without normalisation an undamaged MP3 of one format is copied packet by packet, at its own
    level. Raises AudioUnreadable if the audio is silent or the result does not decode.
    """
    tags = Mp3Tags(title, artist)
    is_intact_mp3 = decoded.is_copyable and not decoded.facts.damaged_packet_share
    with audio_errors():
        if policy.normalise or not is_intact_mp3:
            return _encoded(decoded, policy, tags)
        mp3 = copy_mp3(data, policy.preview_seconds, tags)
        return Preview(mp3, _facts_of(mp3), gain_db=0.0, reencoded=False)


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
    facts = _measured(meter, decoder)
    pcm, starts_at_seconds = _without_dead_air(blocks, facts, caps.keep_seconds)
    fingerprint = fingerprint_of(mono_5512_hz(pcm))
    is_copyable = decoder.codec == "mp3" and decoder.formats == 1
    return DecodedAudio(facts, fingerprint, pcm, starts_at_seconds, is_copyable)


def _measured(meter: LoudnessMeter, decoder: AudioDecoder) -> AudioFacts:
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


def _encoded(decoded: DecodedAudio, policy: PreviewPolicy, tags: Mp3Tags) -> Preview:
    pcm = decoded.pcm[:, : round(policy.preview_seconds * SAMPLE_RATE_HZ)]
    if not pcm.size:
        raise AudioUnreadable("the audio is silent")
    gain_db, aimed_lufs = 0.0, None
    if policy.normalise:
        part = _facts_of_part(decoded, pcm)
        gain_db = preview_gain_db(
            part,
            target_lufs=policy.target_lufs,
            ceiling_dbtp=policy.ceiling_dbtp - policy.tolerance_db,
        )
        aimed_lufs = part.integrated_lufs + gain_db
    mp3 = encode_mp3(pcm, gain_db, policy.bit_rate, tags)
    facts = _facts_of(mp3)
    for margin_db in _MARGINS_DB:
        correction_db = _correction_db(facts, aimed_lufs, policy, margin_db)
        if not correction_db:
            break
        gain_db += correction_db
        mp3 = encode_mp3(pcm, gain_db, policy.bit_rate, tags)
        facts = _facts_of(mp3)
    return Preview(mp3, facts, round(gain_db, 2), reencoded=True)


def _facts_of_part(decoded: DecodedAudio, pcm: Pcm) -> AudioFacts:
    """The facts of `pcm`: those of the whole file, if only silence was trimmed."""
    if pcm.shape[1] >= round(decoded.facts.sounding_seconds * SAMPLE_RATE_HZ):
        return decoded.facts
    starts = range(0, pcm.shape[1], SAMPLE_RATE_HZ)
    return measure(np.ascontiguousarray(pcm[:, start : start + SAMPLE_RATE_HZ]) for start in starts)


def _facts_of(mp3: bytes) -> AudioFacts:
    meter = LoudnessMeter()
    with open_audio(mp3, _OWN_FILE) as decoder:
        for block in decoder.blocks():
            meter.push(block)
        return _measured(meter, decoder)


def _correction_db(
    facts: AudioFacts, aimed_lufs: float | None, policy: PreviewPolicy, margin_db: float
) -> float:
    """The gain that corrects the encoder's change of level or peak, 0 if there is none to correct.

    No peak above the ceiling is tolerated.
    """
    if aimed_lufs is None:
        return 0.0
    headroom_db = policy.ceiling_dbtp - facts.true_peak_dbtp
    if headroom_db < 0:
        return headroom_db - margin_db
    correction_db = min(aimed_lufs - facts.integrated_lufs, headroom_db - policy.tolerance_db)
    return correction_db if abs(correction_db) > policy.tolerance_lu else 0.0
