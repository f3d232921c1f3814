"""Decides whether a chosen track is honoured on direct publish."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from tiktok_music.publish_evidence import TRUSTED, Evidence
from tiktok_music.settings import SettingsReader

if TYPE_CHECKING:
    from tiktok_music.archive import TrackStatus
    from tiktok_music.publish_facts import PublishFacts


class HonorOnPublish(StrEnum):
    """`asked` honours targets that say `publishVia: "business"`, `always` every publish target."""

    OFF = "off"
    ASKED = "asked"
    ALWAYS = "always"


class NotHonored(StrEnum):
    """Why a chosen track is not sent to TikTok on direct publish."""

    SWITCHED_OFF = "SWITCHED_OFF"
    CONTENT_API = "CONTENT_API"
    RETIRED = "RETIRED"
    NO_CLIP = "NO_CLIP"
    EVIDENCE = "EVIDENCE"
    STALE = "STALE"


class PublishPolicy(NamedTuple):
    """The settings: `evidence` is what may be published, `max_age` how long after the last sight
    of a clip."""

    honor: HonorOnPublish = HonorOnPublish.OFF
    evidence: tuple[Evidence, ...] = TRUSTED
    max_age: timedelta = timedelta(days=30)

    @classmethod
    def read(cls, reader: SettingsReader) -> PublishPolicy:
        """Reads the settings; problems are collected in the reader."""
        honor = reader.choice("HONOR_ON_PUBLISH", tuple(HonorOnPublish), HonorOnPublish.OFF)
        evidence = reader.choices("PUBLISH_EVIDENCE", tuple(Evidence), ",".join(TRUSTED))
        days = reader.whole("PUBLISH_ID_MAX_AGE_DAYS", 30, at_least=1, at_most=365)
        return cls(
            honor=HonorOnPublish(honor) if honor in tuple(HonorOnPublish) else HonorOnPublish.OFF,
            evidence=tuple(Evidence(each) for each in evidence),
            max_age=timedelta(days=days),
        )

    @property
    def is_on(self) -> bool:
        return self.honor is not HonorOnPublish.OFF

    def problem(
        self, facts: PublishFacts | None, status: TrackStatus, now: datetime
    ) -> NotHonored | None:
        """Why a track with these facts is not usable, whichever API posts; None if it is."""
        from tiktok_music.archive import TrackStatus

        if status is TrackStatus.RETIRED:
            return NotHonored.RETIRED
        if facts is None:
            return NotHonored.NO_CLIP
        if facts.evidence not in self.evidence:
            return NotHonored.EVIDENCE
        return NotHonored.STALE if now - facts.last_seen_at > self.max_age else None


SWITCHED_OFF = PublishPolicy()
