"""A takedown lasts: what the operator has retired is never listed again, nor are its doubles."""

from collections.abc import Mapping, Sequence

from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.archive_lookup import ReadableArchive, surviving
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason


def without_retired(
    candidates: Sequence[Candidate], known: Mapping[str, TrackRecord], archive: ReadableArchive
) -> tuple[list[Candidate], tuple[Rejection, ...]]:
    """The candidates that may be listed, and those that are retired.

    An alias of a retired track is the same recording: without its survivor it would come back as
    a track of its own. The archive is read once more only where there are aliases.
    """
    aliases = [track_id for track_id, record in known.items() if record.survivor_id is not None]
    records = {**known, **surviving(archive, aliases)}
    listed: list[Candidate] = []
    rejected: list[Rejection] = []
    for candidate in candidates:
        record = records.get(candidate.track_id)
        if record is not None and record.status is TrackStatus.RETIRED:
            rejected.append(Rejection.of(candidate, _finding(candidate, record)))
        else:
            listed.append(candidate)
    return listed, tuple(rejected)


def _finding(candidate: Candidate, record: TrackRecord) -> Finding:
    double = "" if record.track_id == candidate.track_id else f"a double of {record.track_id}, "
    reason = record.retired_reason or "no reason is kept"
    return Finding(RejectionReason.RETIRED, f"{double}retired by the operator: {reason}")
