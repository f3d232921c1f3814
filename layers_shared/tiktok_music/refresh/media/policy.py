"""What a preview must be and how it is written, as one value that travels to the decoders."""

from dataclasses import dataclass, field

from tiktok_music.refresh.media.sound.volume import VolumeLimits


@dataclass(frozen=True, slots=True)
class PreviewPolicy:
    """How a preview is written: at one loudness in LUFS, under a true-peak ceiling in dBTP."""

    normalise: bool = True
    target_lufs: float = -14.0
    ceiling_dbtp: float = -1.0
    preview_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class MediaPolicy:
    """Limits of the volume rule, and how what passes is written."""

    limits: VolumeLimits = field(default_factory=VolumeLimits)
    preview: PreviewPolicy = field(default_factory=PreviewPolicy)
