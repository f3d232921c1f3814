"""Downloads previews and covers from upstream's hosts, address by address."""

import time
from collections.abc import Callable

from tiktok_music.adapters.safe_http import BROWSER, SafeHttp
from tiktok_music.errors import DownloadFailed

# A 60 s preview at 320 kbit/s is 2.4 MB, a cover some 100 KB.
AUDIO_BYTES = 20 * 1024 * 1024
IMAGE_BYTES = 10 * 1024 * 1024
# TikTok's hosts answer a dead address with a page of about 1 KB and status 200.
SMALLEST_AUDIO_BYTES = 4 * 1024
SMALLEST_IMAGE_BYTES = 128
# For all addresses of one file, so that a dead sound does not cost minutes.
DEADLINE_SECONDS = 30.0
MOST_ADDRESSES = 4


class HttpDownloader:
    """Tries the addresses of a track in order and returns the first file."""

    def __init__(self, http: SafeHttp, clock: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._clock = clock

    def audio(self, urls: tuple[str, ...]) -> bytes:
        """The bytes of a preview; raises DownloadFailed with the error of the last address."""
        return self._first(urls, SMALLEST_AUDIO_BYTES, AUDIO_BYTES)

    def image(self, urls: tuple[str, ...]) -> bytes:
        """The bytes of a cover; raises DownloadFailed with the error of the last address."""
        return self._first(urls, SMALLEST_IMAGE_BYTES, IMAGE_BYTES)

    def _first(self, urls: tuple[str, ...], smallest: int, largest: int) -> bytes:
        until = self._clock() + DEADLINE_SECONDS
        problem = DownloadFailed("there is no address")
        for url in urls[:MOST_ADDRESSES]:
            seconds = until - self._clock()
            if seconds <= 0:
                break
            try:
                return self._one(url, smallest, largest, seconds)
            except DownloadFailed as exc:
                problem = exc
        raise problem

    def _one(self, url: str, smallest: int, largest: int, seconds: float) -> bytes:
        answer = self._http.get(url, headers=BROWSER, max_bytes=largest, deadline_seconds=seconds)
        if answer.status != 200:
            raise DownloadFailed(f"the address answers HTTP {answer.status}")
        if len(answer.body) < smallest:
            raise DownloadFailed(
                f"the file has {len(answer.body)} bytes, fewer than {smallest}: an error page"
            )
        return answer.body
