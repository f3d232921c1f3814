"""A deadline for a whole HTTP exchange: TLS, headers and body, however slowly they arrive."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from urllib3.connection import HTTPConnection, HTTPSConnection

# Proxies send one or two interim responses.
MOST_INTERIM_RESPONSES = 10


class Deadline:
    """Shuts down every watched socket when the time is over, so that reads fail at once.

    A socket's own timeout is per read: a peer that sends single bytes never exceeds it.
    """

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(max(seconds, 0.0), self._end)
        self._timer.daemon = True
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self.is_over = False

    def start(self) -> None:
        self._timer.start()

    def cancel(self) -> None:
        self._timer.cancel()
        with self._lock:
            for watched in self._sockets:
                watched.close()
            self._sockets.clear()

    def watch(self, opened: socket.socket) -> None:
        """Puts `opened` under the deadline; shuts it down now if the time is over.

        Watches a duplicate descriptor, as TLS takes over the original; both are one connection.
        """
        with self._lock:
            watched = opened.dup()
            self._sockets.append(watched)
            if self.is_over:
                _shut(watched)

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            for watched in self._sockets:
                _shut(watched)


@contextmanager
def running(deadline: Deadline) -> Iterator[Deadline]:
    """Runs the deadline inside the block."""
    deadline.start()
    try:
        yield deadline
    finally:
        deadline.cancel()


def watched_connections(deadline: Deadline) -> dict[str, type[HTTPConnection]]:
    """urllib3's connection classes, by scheme, with every socket under the deadline."""

    class Plain(HTTPConnection):
        response_class = _FinalResponse

        def _new_conn(self) -> socket.socket:
            opened = super()._new_conn()
            deadline.watch(opened)
            return opened

    class Tls(HTTPSConnection):
        response_class = _FinalResponse

        def _new_conn(self) -> socket.socket:
            opened = super()._new_conn()
            deadline.watch(opened)
            return opened

    return {"http": Plain, "https": Tls}


class _FinalResponse(http.client.HTTPResponse):
    """The final response; http.client skips `100 Continue` but no other interim response."""

    def begin(self) -> None:
        super().begin()
        for _ in range(MOST_INTERIM_RESPONSES):
            if self.status >= http.client.OK:
                return
            self.headers = self.msg = None  # type: ignore[assignment]  # not begun, for super()
            super().begin()
        raise http.client.HTTPException("no final response")


def _shut(watched: socket.socket) -> None:
    try:
        watched.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # closed already
