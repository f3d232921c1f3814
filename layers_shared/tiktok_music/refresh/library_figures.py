"""The figures of a run on the commercial library, for the report. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from tiktok_music.publish_evidence import TRUSTED, Evidence
from tiktok_music.publish_facts import ClipKind, PublishFacts
from tiktok_music.refresh.build_catalog import PreparedCatalog
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.catalog import Accepted
from tiktok_music.refresh.rejection import RejectionReason


def library_figures(prepared: PreparedCatalog) -> Mapping[str, Any]:
    """The figures as stored; empty for a chart without rows of the library.

    `joined` counts listed tracks by evidence, `publishableShare` is that of the tracks from other
    charts. Equal ids are one row whose sound is fetched once: their sounds cannot be compared.
    """
    songs = [each for each in prepared.chart.candidates if each.publish]
    reasons = Counter(each.finding.reason for each in prepared.chart.rejections)
    neither = reasons[RejectionReason.NO_CLIP]
    if not songs and not neither:
        return {}
    full = sum(_facts(song).clip.kind is ClipKind.FULL for song in songs)
    accepted = prepared.catalog.accepted
    counts = Counter(each.publish.evidence for each in accepted if each.publish)
    return {
        "rows": len(songs) + neither,
        "fullClip": full,
        "trendingClipOnly": len(songs) - full,
        "noClip": neither,
        "joined": {str(evidence): counts[evidence] for evidence in Evidence},
        "publishableShare": _publishable_share(accepted),
        "changedClips": _changed_clips(prepared),
    }


def _facts(song: Candidate) -> PublishFacts:
    if song.publish is None:
        raise ValueError(f"{song.tiktok_id} is not of the library")
    return song.publish


def _publishable_share(accepted: Iterable[Accepted]) -> float | None:
    """None without a track from another chart."""
    facts = [each.publish for each in accepted]
    others = [each for each in facts if each is None or each.evidence is not Evidence.LISTED]
    publishable = sum(each is not None and each.evidence in TRUSTED for each in others)
    return round(publishable / len(others), 4) if others else None


def _changed_clips(prepared: PreparedCatalog) -> int:
    """The number of songs whose first clip is another one than in the last run with them."""
    changed = 0
    for each in prepared.catalog.accepted:
        record = prepared.known.get(each.candidate.track_id)
        if each.publish and record and record.publish and each.publish.is_same_song(record.publish):
            changed += each.publish.clip.song_clip_id != record.publish.clip.song_clip_id
    return changed
