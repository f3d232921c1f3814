"""A deadline for a whole HTTP exchange: TLS, headers and body, however slowly they arrive."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from urllib3.connection import HTTPConnection, HTTPSConnection


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
        def _new_conn(self) -> socket.socket:
            opened = super()._new_conn()
            deadline.watch(opened)
            return opened

    class Tls(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            opened = super()._new_conn()
            deadline.watch(opened)
            return opened

    return {"http": Plain, "https": Tls}


def _shut(watched: socket.socket) -> None:
    try:
        watched.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # closed already
