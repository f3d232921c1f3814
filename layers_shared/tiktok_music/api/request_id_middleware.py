"""Around the application: a request id on everything, and headers that every answer has."""

import logging
from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tiktok_music.api.responses import internal_error_response

_logger = logging.getLogger(__name__)
NOSNIFF = (b"x-content-type-options", b"nosniff")


class RequestIdMiddleware:
    """ASGI, outermost: gives each request its id, and each answer its common headers.

    Failures were logged and answered inside; Starlette raises them once more, for a server that
    Lambda does not have, and that is where they end. One that was not answered is answered here.
    """

    def __init__(self, app: ASGIApp, new_request_id: Callable[[], str]) -> None:
        self._app = app
        self._new_request_id = new_request_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # a server's start and end
            await self._app(scope, receive, send)
            return
        request_id = self._new_request_id()
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                added = {"x-request-id": request_id, **state.get("extra_headers", {})}
                raw = [(name.lower().encode(), value.encode()) for name, value in added.items()]
                message = {**message, "headers": [*message["headers"], *raw, NOSNIFF]}
            elif scope["method"] == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            if not started:
                _logger.exception("a failure could not be told of")
                response = internal_error_response(Request(scope))
                await response(scope, receive, send_with_headers)
