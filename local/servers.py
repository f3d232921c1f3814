"""ASGI servers on loopback, in threads of this process."""

import errno
import socket
import threading
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp


def bind(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A listening place, on loopback unless told otherwise; port 0 takes any free one.

    Raises OSError when taken. It listens at once: two processes may both bind a port that nobody
    listens on yet.
    """
    place = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((host, port))
        place.listen(128)
    except OSError:
        place.close()
        raise
    return place


def bind_near(port: int) -> socket.socket:
    """`port` when it is free, so that addresses stay the same from run to run; else any."""
    try:
        return bind(port)
    except OSError as exc:
        if exc.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        return bind(0)


def address(place: socket.socket) -> str:
    """The base URL of a bound place."""
    host, port = place.getsockname()
    return f"http://{host}:{port}"


def _server(app: ASGIApp) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    )


@dataclass(frozen=True, slots=True)
class BackgroundServer:
    """A server that runs until it is stopped."""

    base_url: str
    server: uvicorn.Server
    thread: threading.Thread

    @classmethod
    def start(cls, app: ASGIApp, place: socket.socket) -> "BackgroundServer":
        server = _server(app)
        thread = threading.Thread(target=server.run, args=([place],), daemon=True)
        base_url = address(place)
        thread.start()
        return cls(base_url, server, thread)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(5)


def serve_until_interrupted(app: ASGIApp, place: socket.socket) -> None:
    """Serves until a signal raises in this thread.

    The server has a thread of its own, so that it takes no signal: one that comes while the server
    is still starting stops it as quietly as a later one.
    """
    server = BackgroundServer.start(app, place)
    try:
        while server.thread.is_alive():
            server.thread.join(1)
    finally:
        server.stop()
