"""The media policy: limits of the volume rule and the form of a preview, as decoders receive it."""

from dataclasses import dataclass, field

from tiktok_music.refresh.media.sound.volume import VolumeLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPolicy:
    """The form of a preview: one loudness in LUFS, under a true-peak ceiling in dBTP.

    An MP3 whose loudness comes within `lossless_within_lu` of the target in steps of 1.5 dB is not
    encoded again: the gain of its frames is changed (0: always encode).

    Spotify, YouTube and Tidal play at -14 LUFS and ask for a ceiling of -1 dBTP. The gain aims at
    `tolerance_db` below the ceiling, as encoding raises peaks. A file is encoded again if its peak
    is above the ceiling, or its loudness off by more than `tolerance_lu`. Without `normalise` the
    level stays as it is.
    """

    normalise: bool = True
    target_lufs: float = -14.0
    ceiling_dbtp: float = -1.0
    preview_seconds: float = 60.0
    bit_rate: int = 128_000
    tolerance_lu: float = 0.3
    tolerance_db: float = 0.1
    lossless_within_lu: float = 0.75


@dataclass(frozen=True, slots=True)
class MediaPolicy:
    """Limits of the volume rule, and the form of the previews that pass it."""

    limits: VolumeLimits = field(default_factory=VolumeLimits)
    preview: PreviewPolicy = field(default_factory=PreviewPolicy)
