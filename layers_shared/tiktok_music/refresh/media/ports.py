"""The ports of the media step: downloader, encoder and store, with their values and errors."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from tiktok_music.archive import MediaFacts
from tiktok_music.errors import DownloadFailed, MediaError
from tiktok_music.refresh.media.ledger import LedgerEntry, MediaFailure
from tiktok_music.refresh.media.preview import DrawnWaveform, PreparedCover, PreparedPreview
from tiktok_music.refresh.rejection import Finding


class AudioRejected(MediaError):
    """Raised when audio is intact but rejected by the volume rule."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.detail)
        self.finding = finding


def no_deadline() -> bool:
    """There is always time: for callers outside a run."""
    return True


class MediaEncoder(Protocol):
    """Encodes untrusted bytes as publishable media; thread-safe.

    Raises OutOfTime if no decoder becomes free before `has_time` is false.
    """

    def prepare_preview(
        self, data: bytes, title: str, artist: str, has_time: Callable[[], bool] = no_deadline
    ) -> PreparedPreview:
        """An MP3 of the audio in `data`; raises AudioRejected, AudioUnreadable, WorkerFailed."""

    def prepare_cover(
        self, data: bytes, has_time: Callable[[], bool] = no_deadline
    ) -> PreparedCover:
        """A JPEG of the image in `data`; raises CoverUnreadable, WorkerFailed."""

    def draw_waveform(
        self, mp3: bytes, has_time: Callable[[], bool] = no_deadline
    ) -> DrawnWaveform:
        """The waveform of a published preview; raises AudioUnreadable, WorkerFailed, OutOfTime."""


class Downloader(Protocol):
    """Fetches media from upstream's hosts."""

    def audio(self, urls: tuple[str, ...]) -> Iterator[bytes | DownloadFailed]:
        """The answer of each address in turn, fetched when it is asked for: a body or an error.

        Ends early at a limit on addresses or on time. A body may be anything: a page, a cut file.
        """

    def image(self, urls: tuple[str, ...]) -> Iterator[bytes | DownloadFailed]:
        """Like `audio`, with the limits of images."""


class MediaStore(Protocol):
    """The permanent store of published media."""

    def save_once(
        self, key: str, body: bytes, content_type: str, facts: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Stores an immutable object, with facts about it.

        Returns the facts of the stored object: these, or those of an earlier put.
        """

    def get(self, key: str) -> bytes | None:
        """The bytes of a stored object, None if there is none."""


class ReadableLedger(Protocol):
    """The reading side of the ledger of media outcomes."""

    def get_many(self, track_ids: Iterable[str]) -> dict[str, LedgerEntry]:
        """The entries of those ids; unknown ids are left out."""


class MediaLedger(ReadableLedger, Protocol):
    """The ledger with its writing side; thread-safe."""

    def save_media(self, track_id: str, media: MediaFacts) -> None:
        """Saves the facts of stored media."""

    def save_failures(self, failures: Iterable[MediaFailure]) -> None:
        """Saves failures until they expire."""
