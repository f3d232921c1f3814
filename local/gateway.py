"""API Gateway on this machine: HTTP request -> event (payload 2.0) -> handler -> response."""

import asyncio
import base64
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(slots=True)
class LocalContext:
    """The context object that Lambda passes to a handler."""

    function_name: str
    timeout_seconds: float
    memory_limit_in_mb: int = 512
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: float = field(default_factory=time.monotonic)

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:us-east-1:123456789012:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        left = self.timeout_seconds - (time.monotonic() - self.started)
        return max(int(left * 1000), 0)


def gateway_app(handler: Handler) -> Starlette:
    """Passes every path and method to `handler`, one request at a time, as one instance does."""
    single_thread = ThreadPoolExecutor(
        1, initializer=lambda: asyncio.set_event_loop(asyncio.new_event_loop())
    )

    async def proxy(request: Request) -> Response:
        event = http_event(request, await request.body())
        context = LocalContext("list_music", timeout_seconds=10)
        loop = asyncio.get_running_loop()
        return http_response(await loop.run_in_executor(single_thread, handler, event, context))

    return Starlette(routes=[Route("/{path:path}", proxy, methods=METHODS)])


def http_event(request: Request, body: bytes) -> dict[str, Any]:
    """The event that API Gateway creates: lower-case header names, repeated values joined."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    path = request.url.path
    method = request.method
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "ANY /{proxy+}",
        "rawPath": path,
        "rawQueryString": request.url.query,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": headers.get("host", "127.0.0.1"),
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.client.host if request.client else "127.0.0.1",
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": uuid.uuid4().hex[:16],
            "stage": "$default",
            "timeEpoch": int(time.time() * 1000),
        },
        "isBase64Encoded": bool(body),
    }
    if body:
        event["body"] = base64.b64encode(body).decode()
    return event


def http_response(result: dict[str, Any]) -> Response:
    """The response that API Gateway creates from a handler's result."""
    body = result.get("body", "")
    content = base64.b64decode(body) if result.get("isBase64Encoded") else body.encode()
    return Response(content, result["statusCode"], result.get("headers"))
