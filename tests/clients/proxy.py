"""A proxy over real HTTP between a client and a running server, for tests that change traffic."""

import httpx2

from tests.peer import Exchange

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
