"""What the refresh asks of media: the work, its outcome, and the ports that do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tiktok_music.errors import MediaError
from tiktok_music.refresh.media.sound.volume import AudioFacts
from tiktok_music.refresh.rejection import Finding


class AudioRejected(MediaError):
    """Raised when audio is whole but the volume rule refuses it."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.detail)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class PreparedPreview:
    """An MP3 that is ready to be published.

    `facts` are measured on it, `source` on what upstream served; `fingerprint` is base64, empty
    when there is none.
    """

    mp3: bytes
    facts: AudioFacts
    source: AudioFacts
    fingerprint: str


class MediaEncoder(Protocol):
    """Turns untrusted bytes into media of ours; safe to call from many threads."""

    def prepare_preview(self, data: bytes, title: str, artist: str) -> PreparedPreview:
        """An MP3 of the audio in `data`; raises AudioRejected, AudioUnreadable, WorkerFailed."""

    def prepare_cover(self, data: bytes) -> bytes:
        """A JPEG of the image in `data`; raises CoverUnreadable, WorkerFailed."""


class Downloader(Protocol):
    """Fetches media from upstream's hosts."""

    def audio(self, urls: tuple[str, ...]) -> bytes:
        """The first address that gives a file; raises DownloadFailed, which names the last."""

    def image(self, urls: tuple[str, ...]) -> bytes:
        """As `audio`, with the limits of images."""


class MediaStore(Protocol):
    """Where published media is kept for ever."""

    def save_once(
        self, key: str, body: bytes, content_type: str, facts: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Stores an object that never changes, with facts about it.

        Returns the facts of the object that is there: these, or those of an earlier put.
        """
