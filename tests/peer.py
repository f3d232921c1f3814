"""A real HTTP server whose behaviour a test decides, request by request."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Exchange"], None]


class Exchange(BaseHTTPRequestHandler):
    """One request; `reply` sends a valid answer, `wfile` any bytes."""

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        peer: Any = self.server
        peer.requests.append((self.path, dict(self.headers)))
        peer.behaviour(self)

    do_POST = do_PUT = do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing."""


@dataclass
class Peer:
    """A running server; `requests` are the received ones."""

    base_url: str
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@contextmanager
def running_peer(behaviour: Behaviour) -> Iterator[Peer]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
    server.behaviour, server.daemon_threads = behaviour, True
    peer = Peer(f"http://127.0.0.1:{server.server_port}")
    server.requests = peer.requests
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
