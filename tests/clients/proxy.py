"""A proxy over real HTTP between a client and a running server, for tests that change traffic."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from tests.peer import Exchange, Peer, running_peer

HOP_BY_HOP = {"host", "connection", "content-length", "transfer-encoding", "content-encoding"}


def body_of(exchange: Exchange) -> bytes:
    return exchange.rfile.read(int(exchange.headers.get("Content-Length") or 0))


def forward(exchange: Exchange, base_url: str, body: bytes) -> None:
    """Sends the request to `base_url`, and its answer to the client."""
    headers = {k: v for k, v in exchange.headers.items() if k.lower() not in HOP_BY_HOP}
    answer = httpx2.request(
        exchange.command, base_url + exchange.path, headers=headers, content=body, timeout=30
    )
    kept = {k: v for k, v in answer.headers.items() if k.lower() not in HOP_BY_HOP}
    exchange.reply(answer.status_code, answer.content, **kept)


@contextmanager
def speaking_the_older_name(base_url: str) -> Iterator[Peer]:
    """Runs a proxy that sends `tiktokMusic.mode` by its older name, `selection`."""

    def behaviour(exchange: Exchange) -> None:
        forward(exchange, base_url, with_older_name(body_of(exchange)))

    with running_peer(behaviour) as peer:
        yield peer


def with_older_name(body: bytes) -> bytes:
    """Returns the body of a resolve request with the older name; other bodies unchanged."""
    if not body:
        return body
    request: dict[str, Any] = json.loads(body)
    for target in request["targets"]:
        if "tiktokMusic" in target:
            music = target["tiktokMusic"]
            target["tiktokMusic"] = {"selection": music.pop("mode"), **music}
    return json.dumps(request).encode()
