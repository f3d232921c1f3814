"""The outermost middleware: a request id per request, the headers and the log of every response."""

import logging
from collections.abc import Callable
from time import perf_counter

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tiktok_music.api.request_log import AnsweredRequest
from tiktok_music.api.responses import internal_error_response

_logger = logging.getLogger(__name__)
NOSNIFF = (b"x-content-type-options", b"nosniff")


class RequestIdMiddleware:
    """Sets the id of each request, and the common headers of each response.

    Starlette re-raises an error after its handler has responded, for a server to log. Lambda has no
    such server, so errors end here; one without a response gets it here.
    """

    def __init__(
        self,
        app: ASGIApp,
        new_request_id: Callable[[], str],
        on_answered: Callable[[AnsweredRequest], None],
    ) -> None:
        self._app = app
        self._new_request_id = new_request_id
        self._on_answered = on_answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # ASGI lifespan
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        request_id = self._new_request_id()
        added = {"x-request-id": request_id}
        state = scope.setdefault("state", {})
        state |= {"request_id": request_id, "extra_headers": added}
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                raw = [(name.lower().encode(), value.encode()) for name, value in added.items()]
                message = {**message, "headers": [*message["headers"], *raw, NOSNIFF]}
            elif scope["method"] == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            if not status:
                _logger.exception("error response could not be sent")
                response = internal_error_response(Request(scope))
                await response(scope, receive, send_with_headers)
        self._on_answered(AnsweredRequest.of(scope, status, perf_counter() - began))
