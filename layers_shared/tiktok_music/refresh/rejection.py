"""Why a sound is not in the catalog: every drop is a value with a reason."""

from dataclasses import dataclass
from enum import StrEnum

from tiktok_music.refresh.candidate import Candidate


class RejectionReason(StrEnum):
    """Stable names: they are in reports, metrics and the operator's command."""

    INVALID_ROW = "INVALID_ROW"
    RETIRED = "RETIRED"
    DENIED = "DENIED"
    UNAVAILABLE = "UNAVAILABLE"
    GENERIC_SOUND = "GENERIC_SOUND"
    PROFANITY = "PROFANITY"
    NO_PREVIEW = "NO_PREVIEW"
    NO_COVER = "NO_COVER"
    DOWNLOAD_FAILED = "DOWNLOAD_FAILED"
    AUDIO_UNREADABLE = "AUDIO_UNREADABLE"
    AUDIO_DAMAGED = "AUDIO_DAMAGED"
    AUDIO_TOO_SHORT = "AUDIO_TOO_SHORT"
    AUDIO_TOO_LONG = "AUDIO_TOO_LONG"
    AUDIO_SILENT = "AUDIO_SILENT"
    AUDIO_MOSTLY_SILENT = "AUDIO_MOSTLY_SILENT"
    AUDIO_TOO_QUIET = "AUDIO_TOO_QUIET"
    AUDIO_CLIPPED = "AUDIO_CLIPPED"
    COVER_UNREADABLE = "COVER_UNREADABLE"
    MEDIA_WORKER_FAILED = "MEDIA_WORKER_FAILED"
    MEDIA_NOT_STORED = "MEDIA_NOT_STORED"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found wrong: the reason, one sentence for people, and the evidence.

    `field` and `word` say where in the text; `measured` and `limit` are in the unit that the
    sentence names.
    """

    reason: RejectionReason
    detail: str
    field: str | None = None
    word: str | None = None
    measured: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A sound that a rule dropped."""

    tiktok_id: str | None
    title: str
    author: str
    finding: Finding

    @classmethod
    def of(cls, candidate: Candidate, finding: Finding) -> "Rejection":
        return cls(candidate.tiktok_id, candidate.title, candidate.author, finding)
