"""Makes previews: decoded audio in, a uniform MP3 of known loudness out."""

from dataclasses import dataclass, replace

import numpy as np

from tiktok_music.adapters.audio import DecodedAudio, ShortTerm, measured
from tiktok_music.adapters.audio_decoder import AudioCaps, audio_errors, open_audio
from tiktok_music.adapters.loudness_meter import LoudnessMeter, measure
from tiktok_music.adapters.mp3_file import Mp3Tags, copy_mp3, encode_mp3
from tiktok_music.adapters.mp3_frames import NotPlain
from tiktok_music.adapters.mp3_gain import STEP_DB, rewrite_mp3
from tiktok_music.adapters.pcm import SAMPLE_RATE_HZ, Pcm
from tiktok_music.adapters.waveform import Waveform, waveform_json
from tiktok_music.errors import AudioUnreadable
from tiktok_music.refresh.media.policy import PreviewPolicy
from tiktok_music.refresh.media.preview import PreviewFacts, PreviewMethod
from tiktok_music.refresh.media.sound.start import loudest_start_ms
from tiktok_music.refresh.media.sound.volume import AudioFacts, preview_gain_db

# Distance below the ceiling of a second and a third encoding: noise, unlike music, gets other peaks
# from the encoder each time.
_MARGINS_DB = (0.1, 0.5, 1.5)
_OWN_FILE = AudioCaps()


@dataclass(frozen=True, slots=True)
class Preview:
    """An MP3 file, its facts, the applied gain, and its waveform in audiowaveform's JSON."""

    mp3: bytes
    facts: PreviewFacts
    gain_db: float
    peaks: bytes


def write_preview(
    decoded: DecodedAudio, data: bytes, policy: PreviewPolicy, title: str, artist: str
) -> Preview:
    """The uniform preview of `decoded`, which was read from `data`.

    Without normalisation a copyable MP3 is copied packet by packet, at its own level; with it, the
    gain of its frames is changed where that is close enough. Everything else is encoded. Raises
    AudioUnreadable if the audio is silent or the result does not decode.
    """
    tags = Mp3Tags(title, artist)
    with audio_errors():
        if decoded.is_copyable and not policy.normalise:
            return _copied(decoded, data, policy, tags)
        pcm = decoded.pcm[:, : round(policy.preview_seconds * SAMPLE_RATE_HZ)]
        if not pcm.size:
            raise AudioUnreadable("the audio is silent")
        source = _Source(decoded, data, pcm, _facts_of_part(decoded, pcm, policy), tags)
        rewritten = _rewritten(source, policy) if decoded.is_copyable else None
        return rewritten or _encoded(source, policy)


@dataclass(frozen=True, slots=True)
class _Source:
    """The file, the PCM of the part that is published, and the facts of that part."""

    decoded: DecodedAudio
    data: bytes
    pcm: Pcm
    part: AudioFacts
    tags: Mp3Tags


def _copied(decoded: DecodedAudio, data: bytes, policy: PreviewPolicy, tags: Mp3Tags) -> Preview:
    mp3 = copy_mp3(data, policy.preview_seconds, tags)
    facts, peaks, _ = measured_file(mp3)
    return Preview(mp3, _preview_facts(facts, decoded, PreviewMethod.COPIED, 0.0), 0.0, peaks)


def _rewritten(source: _Source, policy: PreviewPolicy) -> Preview | None:
    """The MP3 with another gain; None if its format does not allow it, or no step is close.

    The result is not decoded: its samples are those of the source, times the gain.
    """
    part, decoded, samples = source.part, source.decoded, source.pcm.shape[1]
    steps = _steps(part, policy)
    if steps is None:
        return None
    start = round(decoded.starts_at_seconds * SAMPLE_RATE_HZ)
    try:
        rewritten = rewrite_mp3(source.data, steps, start, samples, source.tags)
    except NotPlain:
        return None
    gain_db = steps * STEP_DB
    facts = replace(
        part,
        integrated_lufs=round(part.integrated_lufs + gain_db, 2),
        true_peak_dbtp=round(part.true_peak_dbtp + gain_db, 2),
        duration_seconds=round(rewritten.samples / SAMPLE_RATE_HZ, 3),
    )
    played = source.pcm[:, -rewritten.samples :]
    starts_at = decoded.starts_at_seconds + (samples - rewritten.samples) / SAMPLE_RATE_HZ
    return Preview(
        rewritten.mp3,
        _preview_facts(facts, decoded, PreviewMethod.REWRITTEN, starts_at),
        round(gain_db, 2),
        waveform_json(played * np.float32(10 ** (gain_db / 20))),
    )


def _steps(part: AudioFacts, policy: PreviewPolicy) -> int | None:
    """Steps of 1.5 dB to the target, under the ceiling; None if that is too far from it."""
    wanted_db = preview_gain_db(
        part, target_lufs=policy.target_lufs, ceiling_dbtp=policy.ceiling_dbtp
    )
    steps = round(wanted_db / STEP_DB)
    if part.true_peak_dbtp + steps * STEP_DB > policy.ceiling_dbtp:
        steps -= 1
    is_close = abs(steps * STEP_DB - wanted_db) <= policy.lossless_within_lu
    return steps if policy.normalise and is_close else None


def _encoded(source: _Source, policy: PreviewPolicy) -> Preview:
    part, tags = source.part, source.tags
    gain_db, aimed_lufs = 0.0, None
    if policy.normalise:
        gain_db = preview_gain_db(
            part,
            target_lufs=policy.target_lufs,
            ceiling_dbtp=policy.ceiling_dbtp - policy.tolerance_db,
        )
        aimed_lufs = part.integrated_lufs + gain_db
    mp3 = encode_mp3(source.pcm, gain_db, policy.bit_rate, tags)
    facts, peaks, _ = measured_file(mp3)
    for margin_db in _MARGINS_DB:
        correction_db = _correction_db(facts, aimed_lufs, policy, margin_db)
        if not correction_db:
            break
        gain_db += correction_db
        mp3 = encode_mp3(source.pcm, gain_db, policy.bit_rate, tags)
        facts, peaks, _ = measured_file(mp3)
    starts_at = source.decoded.starts_at_seconds
    preview_facts = _preview_facts(facts, source.decoded, PreviewMethod.ENCODED, starts_at)
    return Preview(mp3, preview_facts, round(gain_db, 2), peaks)


def _preview_facts(
    facts: AudioFacts, decoded: DecodedAudio, method: PreviewMethod, starts_at_seconds: float
) -> PreviewFacts:
    return PreviewFacts(
        integrated_lufs=facts.integrated_lufs,
        true_peak_dbtp=facts.true_peak_dbtp,
        duration_seconds=facts.duration_seconds,
        method=method,
        offset_ms=round(1000 * starts_at_seconds),
        loudest_ms=loudest_start_ms(
            decoded.short_term_lufs, starts_at_seconds, facts.duration_seconds
        ),
    )


def _facts_of_part(decoded: DecodedAudio, pcm: Pcm, policy: PreviewPolicy) -> AudioFacts:
    """The facts of `pcm`: those of the whole file, if only silence was trimmed or none is used."""
    is_whole = pcm.shape[1] >= round(decoded.facts.sounding_seconds * SAMPLE_RATE_HZ)
    if is_whole or not policy.normalise:
        return decoded.facts
    starts = range(0, pcm.shape[1], SAMPLE_RATE_HZ)
    return measure(np.ascontiguousarray(pcm[:, start : start + SAMPLE_RATE_HZ]) for start in starts)


def measured_file(mp3: bytes) -> tuple[AudioFacts, bytes, ShortTerm]:
    """The facts of a file of ours, its waveform, and its loudness ten times a second."""
    meter, waveform = LoudnessMeter(), Waveform()
    with open_audio(mp3, _OWN_FILE) as decoder:
        for block in decoder.blocks():
            meter.push(block)
            waveform.push(block)
        return measured(meter, decoder), waveform.json(), meter.short_term_lufs()


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
