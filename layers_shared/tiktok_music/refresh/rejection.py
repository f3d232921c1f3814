"""Rejections: every sound that is left out of the catalog is a value with a reason."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from tiktok_music.archive import known_fields
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.stored_text import StoredText


class RejectionReason(StoredText):
    """Stable names: reports, metrics and the operator's command show them."""

    INVALID_ROW = "INVALID_ROW"
    NO_CLIP = "NO_CLIP"
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
    """The finding of a rule: a reason, one sentence for people, and the evidence.

    `field` and `word` locate it in the text; `measured` and `limit` are in the unit that the
    sentence names.
    """

    reason: RejectionReason
    detail: str
    _: KW_ONLY
    field: str | None = None
    word: str | None = None
    measured: float | None = None
    limit: float | None = None


def finding_from(stored: Mapping[str, Any]) -> Finding:
    """Reads the JSON form (`asdict`); fields of a newer release are ignored."""
    reason = RejectionReason(stored["reason"])
    return Finding(**{**known_fields(Finding, stored), "reason": reason})


@dataclass(frozen=True, slots=True)
class Rejection:
    """A sound that a rule rejected."""

    tiktok_id: str | None
    title: str
    author: str
    finding: Finding

    @classmethod
    def of(cls, candidate: Candidate, finding: Finding) -> "Rejection":
        return cls(candidate.tiktok_id, candidate.title, candidate.author, finding)
