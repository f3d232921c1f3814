"""Runs ASGI servers on loopback, in threads of this process."""

import errno
import socket
import threading
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp


def bind(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A listening socket; port 0 selects a free port. Raises OSError if the port is in use.

    It listens at once: until one does, two processes can bind the same port.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def bind_near(port: int) -> socket.socket:
    """Binds `port` if it is free, so that addresses stay the same across runs; else any port."""
    try:
        return bind(port)
    except OSError as exc:
        if exc.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        return bind(0)


def address(listener: socket.socket) -> str:
    """The base URL of a listening socket."""
    host, port = listener.getsockname()
    return f"http://{host}:{port}"


def _server(app: ASGIApp, certificate: Path | None = None) -> uvicorn.Server:
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="off", ssl_certfile=certificate
    )
    return uvicorn.Server(config)


@dataclass(frozen=True, slots=True)
class BackgroundServer:
    """A server in a daemon thread; runs until `stop()`."""

    base_url: str
    server: uvicorn.Server
    thread: threading.Thread

    @classmethod
    def start(
        cls, app: ASGIApp, listener: socket.socket, certificate: Path | None = None
    ) -> "BackgroundServer":
        """Starts a server; over TLS at `localhost` with a file of key and certificates."""
        server = _server(app, certificate)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        base_url = address(listener)
        if certificate is not None:
            base_url = f"https://localhost:{listener.getsockname()[1]}"
        thread.start()
        return cls(base_url, server, thread)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(5)


def serve_until_interrupted(app: ASGIApp, listener: socket.socket) -> None:
    """Serves until a signal handler raises in this thread.

    The server runs in another thread, where it installs no signal handlers: a signal during its
    start then stops it as cleanly as a later one.
    """
    server = BackgroundServer.start(app, listener)
    try:
        while server.thread.is_alive():
            server.thread.join(1)
    finally:
        server.stop()
