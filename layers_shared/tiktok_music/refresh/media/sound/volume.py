"""The volume rule: measurements of a preview and limits in, a finding out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tiktok_music.refresh.rejection import Finding, RejectionReason

MAX_CUT_DB = 20.0
MAX_BOOST_DB = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """Measurements of decoded audio.

    Loudness is gated and integrated after ITU-R BS.1770-4 (-70 LUFS when nothing passes the gate),
    mono counted as played on two speakers; the peak is a 4x oversampled true peak. Shares are
    0..1: `silence_share` of the time in pauses of at least 0.4 s below -60 dBFS, `clipped_share`
    of the samples at or above 0.94 of full scale, `damaged_packet_share` of the packets. `codec`,
    `channels` and `sample_rate_hz` are those of the file. Audio longer than the decoder's cap is
    measured up to the cap; its `duration_seconds` is then the first value above it.
    """

    integrated_lufs: float
    true_peak_dbtp: float
    duration_seconds: float
    leading_silence_seconds: float
    trailing_silence_seconds: float
    silence_share: float
    clipped_share: float
    damaged_packet_share: float
    channels: int
    sample_rate_hz: int
    codec: str

    @property
    def sounding_seconds(self) -> float:
        """Length without the dead air at both ends; 0 when everything is silent."""
        dead_air = self.leading_silence_seconds + self.trailing_silence_seconds
        return max(self.duration_seconds - dead_air, 0.0)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: numbers and one string."""
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> "AudioFacts":
        """The inverse of `to_dict`."""
        return cls(**facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeLimits:
    """The limits of a publishable preview.

    Set against 498 real tracks (30 s each), of which none is below -35 LUFS and none has more
    than 5 % of its samples at full scale, but a third has true peaks above 0 dBTP: a peak alone
    says nothing about clipping, only one above +6 dBTP (2 of 498) is how damaged packets sound.
    Music driven 12 dB into clipping has 6 to 9 % of its samples there after a lossy codec
    (median). -60 LUFS and -60 dBFS are the usual floor of silence detectors (FFmpeg
    `silencedetect`: -60 dB). Five seconds is the shortest preview that identifies a song; ten
    minutes is longer than any sound that can be posted. Two per cent of packets
    may be damaged: a cut end or a joined file has one or two in a thousand.
    """

    min_duration_seconds: float = 5.0
    max_duration_seconds: float = 600.0
    max_damaged_packet_share: float = 0.02
    max_true_peak_dbtp: float = 6.0
    silent_below_lufs: float = -60.0
    silent_from_share: float = 0.95
    max_silence_share: float = 0.5
    min_integrated_lufs: float = -35.0
    max_clipped_share: float = 0.05


def judge_volume(facts: AudioFacts, limits: VolumeLimits) -> Finding | None:
    """The first limit that the audio breaks.

    Damage comes first, as it distorts every other measurement. A peak that is impossible without
    damage comes after clipping: lossy codecs overshoot that far on heavily clipped sound.
    """
    for rule in (_damage, _length, _clipping, _impossible_peak, _silence, _dead_air, _loudness):
        finding = rule(facts, limits)
        if finding is not None:
            return finding
    return None


def preview_gain_db(facts: AudioFacts, *, target_lufs: float, ceiling_dbtp: float) -> float:
    """Linear gain in dB to the target, never lifting the true peak above the ceiling."""
    gain_db = min(target_lufs - facts.integrated_lufs, ceiling_dbtp - facts.true_peak_dbtp)
    return max(-MAX_CUT_DB, min(gain_db, MAX_BOOST_DB))


def _damage(facts: AudioFacts, limits: VolumeLimits) -> Finding | None:
    if facts.damaged_packet_share <= limits.max_damaged_packet_share:
        return None
    return _finding(
        RejectionReason.AUDIO_DAMAGED,
        "{measured:.1f} % of the packets are damaged, more than {limit:.1f} %",
        facts.damaged_packet_share * 100,
        limits.max_damaged_packet_share * 100,
    )


def _impossible_peak(facts: AudioFacts, limits: VolumeLimits) -> Finding | None:
    if facts.true_peak_dbtp <= limits.max_true_peak_dbtp:
        return None
    return _finding(
        RejectionReason.AUDIO_DAMAGED,
        "a true peak of {measured:+.1f} dBTP, above {limit:+.1f} dBTP, is decoding damage",
        facts.true_peak_dbtp,
        limits.max_true_peak_dbtp,
    )


def _length(facts: AudioFacts, limits: VolumeLimits) -> Finding | None:
    if facts.duration_seconds < limits.min_duration_seconds:
        return _finding(
            RejectionReason.AUDIO_TOO_SHORT,
            "{measured:.2f} s of audio, less than {limit:g} s",
            facts.duration_seconds,
            limits.min_duration_seconds,
        )
    if facts.duration_seconds > limits.max_duration_seconds:
        return _finding(
            RejectionReason.AUDIO_TOO_LONG,
            "{measured:.0f} s of audio or more, longer than {limit:g} s",
            facts.duration_seconds,
            limits.max_duration_seconds,
        )
    return None


def _silence(facts: AudioFacts, limits: VolumeLimits) -> Finding | None:
    if facts.integrated_lufs <= limits.silent_below_lufs:
        return _finding(
            RejectionReason.AUDIO_SILENT,
            "loudness {measured:.1f} LUFS, at or below {limit:g} LUFS, is silence",
            facts.integrated_lufs,
            limits.silent_below_lufs,
        )
    if facts.silence_share >= limits.silent_from_share:
        return _finding(
            RejectionReason.AUDIO_SILENT,
            "{measured:.1f} % of the time is silent, {limit:g} % or more",
            facts.silence_share * 100,
            limits.silent_from_share * 100,
        )
    return None


def _dead_air(facts: AudioFacts, limits: VolumeLimits) -> Finding | None:
    if facts.silence_share > limits.max_silence_share:
        return _finding(
            RejectionReason.AUDIO_MOSTLY_SILENT,
            "{measured:.1f} % of the time is silent, more than {limit:g} %",
            facts.silence_share * 100,
            limits.max_silence_share * 100,
        )
    if facts.sounding_seconds < limits.min_duration_seconds:
        return _finding(
            RejectionReason.AUDIO_TOO_SHORT,
            "{measured:.2f} s between the silence at both ends, less than {limit:g} s",
            facts.sounding_seconds,
            limits.min_duration_seconds,
        )
    return None


def _loudness(facts: AudioFacts, limits: VolumeLimits) -> Finding | None:
    if facts.integrated_lufs >= limits.min_integrated_lufs:
        return None
    return _finding(
        RejectionReason.AUDIO_TOO_QUIET,
        "loudness {measured:.1f} LUFS, below {limit:g} LUFS",
        facts.integrated_lufs,
        limits.min_integrated_lufs,
    )


def _clipping(facts: AudioFacts, limits: VolumeLimits) -> Finding | None:
    if facts.clipped_share <= limits.max_clipped_share:
        return None
    return _finding(
        RejectionReason.AUDIO_CLIPPED,
        "{measured:.1f} % of the samples are at full scale, more than {limit:g} %",
        facts.clipped_share * 100,
        limits.max_clipped_share * 100,
    )


def _finding(reason: RejectionReason, detail: str, measured: float, limit: float) -> Finding:
    sentence = detail.format(measured=measured, limit=limit)
    return Finding(reason, sentence, measured=round(measured, 3), limit=round(limit, 3))
