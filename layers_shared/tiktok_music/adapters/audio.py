"""A preview's way from downloaded bytes to a uniform MP3: read, then write and verify."""

from dataclasses import dataclass

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
# Kept of the silence around the sound, so that neither an attack nor a fade-out is cut into.
_LEAD_SECONDS = 0.05
_TAIL_SECONDS = 0.5
# How far below the ceiling a second encoding aims, and a third: noise, unlike music, gets other
# peaks from the encoder each time.
_MARGINS_DB = (0.1, 0.5)
_OWN_FILE = AudioCaps()


@dataclass(frozen=True, slots=True)
class DecodedAudio:
    """A file as it was heard.

    `pcm` is 44.1 kHz stereo from shortly before the first sound to shortly after the last, and at
    most `keep_seconds` of it; `starts_at_seconds` is its place in the file.
    """

    facts: AudioFacts
    fingerprint: Fingerprint | None
    pcm: Pcm
    starts_at_seconds: float
    is_mp3: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """An MP3 file, what was measured on it by decoding it again, and how it came about."""

    mp3: bytes
    facts: AudioFacts
    gain_db: float
    reencoded: bool


def read_audio(data: bytes, caps: AudioCaps) -> DecodedAudio:
    """Decodes once; raises AudioUnreadable for what is not audio or breaks a cap.

    Audio that plays but breaks a volume limit is returned: that is for `judge_volume` to say.
    """
    with open_audio(data, caps) as decoder:
        return _read(decoder, caps)


def write_preview(
    decoded: DecodedAudio, data: bytes, policy: PreviewPolicy, title: str, artist: str
) -> Preview:
    """The uniform preview of `decoded`, which was read from `data`.

    Without normalisation a sound MP3 is copied packet by packet, and its level left as it is.
    Raises AudioUnreadable when there is nothing to hear or the result does not decode.
    """
    tags = Mp3Tags(title, artist)
    is_sound_mp3 = decoded.is_mp3 and not decoded.facts.damaged_packet_share
    with audio_errors():
        if policy.normalise or not is_sound_mp3:
            return _encoded(decoded, policy, tags)
        mp3 = copy_mp3(data, policy.preview_seconds, tags)
        return Preview(mp3, _facts_of(mp3), gain_db=0.0, reencoded=False)


def _read(decoder: AudioDecoder, caps: AudioCaps) -> DecodedAudio:
    meter = LoudnessMeter()
    kept: list[Pcm] = []
    for block in decoder.blocks():
        meter.push(block)
        if meter.has_sound and len(kept) <= caps.keep_seconds:
            kept.append(block)
    if meter.is_empty:
        raise AudioUnreadable("no audio in the file")
    facts = _told(meter, decoder)
    pcm, starts_at_seconds = _without_dead_air(kept, facts, caps.keep_seconds)
    fingerprint = fingerprint_of(mono_5512_hz(pcm))
    return DecodedAudio(facts, fingerprint, pcm, starts_at_seconds, decoder.codec == "mp3")


def _told(meter: LoudnessMeter, decoder: AudioDecoder) -> AudioFacts:
    damaged_share = decoder.damaged_packets / max(decoder.packets, 1)
    return meter.facts(decoder.codec, decoder.channels, decoder.sample_rate_hz, damaged_share)


def _without_dead_air(kept: list[Pcm], facts: AudioFacts, keep_seconds: float) -> tuple[Pcm, float]:
    """The kept blocks, which begin with the one-second block that has the first sound."""
    if not kept:
        return np.zeros((2, 0), np.float32), 0.0
    kept_from = float(int(facts.leading_silence_seconds))
    start = max(facts.leading_silence_seconds - _LEAD_SECONDS, kept_from)
    end = facts.duration_seconds - facts.trailing_silence_seconds + _TAIL_SECONDS
    end = min(end, start + keep_seconds)
    first, last = (round((time - kept_from) * SAMPLE_RATE_HZ) for time in (start, end))
    return np.concatenate(kept, axis=1)[:, first:last], start


def _encoded(decoded: DecodedAudio, policy: PreviewPolicy, tags: Mp3Tags) -> Preview:
    pcm = decoded.pcm[:, : round(policy.preview_seconds * SAMPLE_RATE_HZ)]
    if not pcm.size:
        raise AudioUnreadable("nothing to hear in the file")
    gain_db, wanted_lufs = 0.0, None
    if policy.normalise:
        heard = _facts_of_part(decoded, pcm)
        gain_db = preview_gain_db(
            heard, target_lufs=policy.target_lufs, ceiling_dbtp=policy.ceiling_dbtp
        )
        wanted_lufs = heard.integrated_lufs + gain_db
    mp3 = encode_mp3(pcm, gain_db, policy.bit_rate, tags)
    facts = _facts_of(mp3)
    for margin_db in _MARGINS_DB:
        correction_db = _correction_db(facts, wanted_lufs, policy, margin_db)
        if not correction_db:
            break
        gain_db += correction_db
        mp3 = encode_mp3(pcm, gain_db, policy.bit_rate, tags)
        facts = _facts_of(mp3)
    return Preview(mp3, facts, round(gain_db, 2), reencoded=True)


def _facts_of_part(decoded: DecodedAudio, pcm: Pcm) -> AudioFacts:
    """Those of the file hold for the part, too, as long as only silence was left out."""
    if pcm.shape[1] >= round(decoded.facts.sounding_seconds * SAMPLE_RATE_HZ):
        return decoded.facts
    starts = range(0, pcm.shape[1], SAMPLE_RATE_HZ)
    return measure(np.ascontiguousarray(pcm[:, start : start + SAMPLE_RATE_HZ]) for start in starts)


def _facts_of(mp3: bytes) -> AudioFacts:
    meter = LoudnessMeter()
    with open_audio(mp3, _OWN_FILE) as decoder:
        for block in decoder.blocks():
            meter.push(block)
        return _told(meter, decoder)


def _correction_db(
    facts: AudioFacts, wanted_lufs: float | None, policy: PreviewPolicy, margin_db: float
) -> float:
    """What the encoder did to the level and to the peak, if it is more than is tolerated."""
    if wanted_lufs is None:
        return 0.0
    headroom_db = policy.ceiling_dbtp - facts.true_peak_dbtp
    if headroom_db < -policy.tolerance_db:
        return headroom_db - margin_db
    correction_db = min(wanted_lufs - facts.integrated_lufs, headroom_db)
    return correction_db if abs(correction_db) > policy.tolerance_lu else 0.0
