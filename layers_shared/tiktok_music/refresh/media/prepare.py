"""Media of one candidate, from upstream's addresses to permanent objects: facts or a rejection."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from tiktok_music.archive import MediaFacts
from tiktok_music.errors import (
    AudioUnreadable,
    CoverUnreadable,
    DownloadFailed,
    MediaError,
    StoreUnavailable,
    WorkerFailed,
)
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.media.ports import (
    AudioRejected,
    Downloader,
    MediaEncoder,
    MediaStore,
    no_deadline,
)
from tiktok_music.refresh.media.preview import PreparedCover, PreparedPreview
from tiktok_music.refresh.media.store_media import store_media
from tiktok_music.refresh.rejection import Finding, RejectionReason

_Media = TypeVar("_Media")

REASONS: dict[type[MediaError], RejectionReason] = {
    DownloadFailed: RejectionReason.DOWNLOAD_FAILED,
    AudioUnreadable: RejectionReason.AUDIO_UNREADABLE,
    CoverUnreadable: RejectionReason.COVER_UNREADABLE,
    WorkerFailed: RejectionReason.MEDIA_WORKER_FAILED,
}
# How far a file came. The finding has the reason of the address that came furthest, as the others
# say less about the recording: a dead link or a login page is upstream's bad hour.
_PROGRESS = {
    RejectionReason.DOWNLOAD_FAILED: 0,
    RejectionReason.AUDIO_UNREADABLE: 1,
    RejectionReason.COVER_UNREADABLE: 1,
    RejectionReason.MEDIA_WORKER_FAILED: 2,
    RejectionReason.AUDIO_DAMAGED: 3,
}
_MEASURED = 4


@dataclass(frozen=True, slots=True)
class MediaTools:
    """The steps that the media of a candidate passes, in this order."""

    downloader: Downloader
    media_encoder: MediaEncoder
    store: MediaStore


def prepare_media(
    candidate: Candidate, tools: MediaTools, has_time: Callable[[], bool] = no_deadline
) -> MediaFacts | Finding:
    """Stores preview and cover of a candidate under their permanent keys.

    Of each file, the addresses are tried in turn until one gives a file that can be published. Both
    files are encoded before the first one is stored. A failed upload is a finding too, which the
    next run retries. Raises OutOfTime if no decoder is free before `has_time` is false.
    """
    downloader, encoder = tools.downloader, tools.media_encoder

    def encode(data: bytes) -> PreparedPreview:
        return encoder.prepare_preview(data, candidate.title, candidate.author, has_time)

    def encode_cover(data: bytes) -> PreparedCover:
        return encoder.prepare_cover(data, has_time)

    urls = candidate.preview_urls
    preview = _first_usable(downloader.audio(urls), encode, len(set(urls)))
    if isinstance(preview, Finding):
        return preview
    urls = candidate.cover_urls
    cover = _first_usable(downloader.image(urls), encode_cover, len(set(urls)))
    if isinstance(cover, Finding):
        return cover
    try:
        return store_media(candidate, preview, cover, tools.store)
    except StoreUnavailable as exc:
        return Finding(RejectionReason.MEDIA_NOT_STORED, str(exc))


def _first_usable(
    answers: Iterable[bytes | DownloadFailed], encode: Callable[[bytes], _Media], addresses: int
) -> _Media | Finding:
    """The first answer that `encode` accepts, else one finding for all addresses.

    Equal bytes are judged once, as most addresses of a file are mirrors.
    """
    findings: list[Finding] = []
    judged: dict[bytes, Finding] = {}
    for answer in answers:
        if isinstance(answer, DownloadFailed):
            findings.append(_finding_of(answer))
            continue
        digest = hashlib.sha256(answer).digest()
        if digest not in judged:
            try:
                return encode(answer)
            except MediaError as exc:
                judged[digest] = _finding_of(exc)
        findings.append(judged[digest])
    return _joined(findings, addresses)


def _finding_of(error: MediaError) -> Finding:
    if isinstance(error, AudioRejected):
        return error.finding
    return Finding(REASONS[type(error)], str(error))


def _joined(findings: list[Finding], addresses: int) -> Finding:
    """The finding of the address that came furthest, the first of equals; names every address."""
    best = max(findings, key=lambda finding: _PROGRESS.get(finding.reason, _MEASURED))
    if addresses == 1:
        return best
    details = [finding.detail for finding in findings]
    if len(set(details)) == 1:
        said = [f"{len(details)} of {addresses} addresses: {details[0]}"]
    else:
        said = [f"address {number}: {detail}" for number, detail in enumerate(details, start=1)]
        if len(details) < addresses:
            said.append(f"{addresses - len(details)} more not tried")
    return replace(best, detail="; ".join(said))
