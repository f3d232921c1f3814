"""Downloads previews and covers from upstream's hosts, address by address."""

import time
from collections.abc import Callable, Iterator

from tiktok_music.adapters.safe_http import BROWSER, SafeHttp
from tiktok_music.errors import DownloadFailed

# A 60 s preview at 320 kbit/s is 2.4 MB, a cover some 100 KB.
AUDIO_BYTES = 20 * 1024 * 1024
IMAGE_BYTES = 10 * 1024 * 1024
# TikTok's hosts answer a dead address with a page of about 1 KB and status 200.
SMALLEST_AUDIO_BYTES = 4 * 1024
SMALLEST_IMAGE_BYTES = 128
# For all addresses of one file, so that a dead sound does not cost minutes. The time in which the
# caller judges a file does not count: it may wait for a decoder.
DEADLINE_SECONDS = 30.0
MOST_ADDRESSES = 4


class HttpDownloader:
    """Fetches the addresses of a file in order, one whenever the caller asks for the next."""

    def __init__(self, http: SafeHttp, clock: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._clock = clock

    def audio(self, urls: tuple[str, ...]) -> Iterator[bytes | DownloadFailed]:
        """See the port; each body has the size of a preview."""
        return self._each(urls, SMALLEST_AUDIO_BYTES, AUDIO_BYTES)

    def image(self, urls: tuple[str, ...]) -> Iterator[bytes | DownloadFailed]:
        """See the port; each body has the size of a cover."""
        return self._each(urls, SMALLEST_IMAGE_BYTES, IMAGE_BYTES)

    def _each(
        self, urls: tuple[str, ...], smallest: int, largest: int
    ) -> Iterator[bytes | DownloadFailed]:
        seconds = DEADLINE_SECONDS
        for url in tuple(dict.fromkeys(urls))[:MOST_ADDRESSES]:
            if seconds <= 0:
                return
            began = self._clock()
            answer = self._one(url, smallest, largest, seconds)
            seconds -= self._clock() - began
            yield answer

    def _one(self, url: str, smallest: int, largest: int, seconds: float) -> bytes | DownloadFailed:
        try:
            answer = self._http.get(
                url, headers=BROWSER, max_bytes=largest, deadline_seconds=seconds
            )
        except DownloadFailed as exc:
            return exc
        if answer.status != 200:
            return DownloadFailed(f"the address answers HTTP {answer.status}")
        if len(answer.body) < smallest:
            return DownloadFailed(
                f"the file has {len(answer.body)} bytes, fewer than {smallest}: an error page"
            )
        return answer.body
