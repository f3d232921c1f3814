"""Routes that match by path alone."""

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
        self._respond = endpoint

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if self.param_convertors:
            match, child_scope = super().matches(scope)
        else:
            # Starlette's pattern would match before a line feed at the end, too: `/v1/whoami%0A`.
            match = Match.FULL if scope["path"] == self.path else Match.NONE
            child_scope = {}
        if match is Match.NONE:
            return match, child_scope
        # For the log: the path's pattern, not the path.
        return Match.FULL, {**child_scope, "route_path": self.path}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Calls the endpoint; the middleware turns its errors into responses, once."""
        if self.methods is None or scope["method"] not in self.methods:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(self.methods or ()))})
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)
