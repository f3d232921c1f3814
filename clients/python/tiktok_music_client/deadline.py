"""The total deadline of a call, over all its requests, retries and waits."""

from collections.abc import Callable, Iterator

import httpx2

from tiktok_music_client.errors import DeadlineExceeded


class Deadline:
    """Ends `seconds` after it was made; never, if `seconds` is None."""

    __slots__ = ("_clock", "_ends_at", "_seconds")

    def __init__(self, seconds: float | None, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._ends_at = None if seconds is None else clock() + seconds

    def remaining_seconds(self) -> float | None:
        return None if self._ends_at is None else max(0.0, self._ends_at - self._clock())

    def has_passed(self) -> bool:
        return self.remaining_seconds() == 0.0

    def leaves(self, seconds: float) -> bool:
        """Returns whether a wait of `seconds` leaves time for an attempt after it."""
        remaining = self.remaining_seconds()
        return remaining is None or seconds < remaining

    def error(self, request_id: str = "") -> DeadlineExceeded:
        return DeadlineExceeded(f"the deadline of {self._seconds} s passed", request_id=request_id)

    def limit(self, timeout: float | httpx2.Timeout) -> httpx2.Timeout:
        """Returns httpx2's timeouts, none of them longer than what remains."""
        own = httpx2.Timeout(timeout)
        remaining = self.remaining_seconds()
        if remaining is None:
            return own
        return httpx2.Timeout(
            **{
                name: remaining if seconds is None else min(seconds, remaining)
                for name, seconds in own.as_dict().items()
            }
        )


class TimedStream(httpx2.SyncByteStream):
    """A response body that ends with TimeoutError between two parts.

    httpx2's read timeout starts again with each part, so that a slow body may take any time.
    """

    def __init__(self, stream: httpx2.SyncByteStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            if self._deadline.has_passed():
                raise TimeoutError
            yield part

    def close(self) -> None:
        self._stream.close()
