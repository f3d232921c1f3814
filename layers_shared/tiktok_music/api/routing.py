"""Routes that match by path alone."""

import re
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[Response]]


class PathRoute(Route):
    """A route that matches its path with any method and responds 405 to a wrong one.

    Starlette would try later routes for the method: `GET …/resolve` would be a track named
    "resolve".
    """

    def __init__(self, path: str, endpoint: Endpoint, *, methods: list[str] | None = None) -> None:
        super().__init__(path, endpoint, methods=methods)
        # Starlette's `$` matches before a line feed at the end, too: `/v1/whoami%0A`.
        self.path_regex = re.compile(self.path_regex.pattern.removesuffix("$") + r"\Z")

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child_scope = super().matches(scope)
        if match is Match.NONE:
            return match, child_scope
        # For the log: the path's pattern, not the path.
        return Match.FULL, {**child_scope, "route_path": self.path}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = sorted(self.methods or ())
        if scope["method"] not in allowed:
            raise HTTPException(405, headers={"Allow": ", ".join(allowed)})
        await super().handle(scope, receive, send)
