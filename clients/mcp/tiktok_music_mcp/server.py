"""The catalog as tools for agents: a Model Context Protocol server on stdin and stdout.

    TIKTOK_MUSIC_BASE_URL=https://… TIKTOK_MUSIC_API_KEY=lp_live_… python -m tiktok_music_mcp.server

Every tool only reads. Resolving wants a key with the scope publish:write.
"""

import os
import sys
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import httpx2
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field

from tiktok_music.settings import Secret

LIST = "/v1/tiktok-music"
TIMEOUT_SECONDS = 15.0
READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
INSTRUCTIONS = (
    "Trending TikTok music that is clean, deduplicated and even in loudness. List tracks to find "
    "one, get one for its TikTok link and its place on the chart, resolve targets to learn what a "
    "post will be published with. Track ids stay valid for ever."
)


class Music(BaseModel):
    """What a post asks for: TikTok's choice, or a track of the catalog."""

    selection: Literal["auto", "manual"]
    trackId: str | None = None


class Target(BaseModel):
    """One post to be scheduled or published."""

    mode: Literal["publish", "draft", "managed"]
    tiktokMusic: Music


class CatalogApi:
    """The catalog's HTTP API, with one key."""

    def __init__(self, base_url: str, key: Secret) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = key

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: object = None,
    ) -> dict[str, Any]:
        """The answer's JSON; raises ToolError with the API's own words."""
        headers = {"Authorization": f"Bearer {self._key.reveal()}"}
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
                response = await client.request(
                    method, self._base_url + path, params=params, json=body, headers=headers
                )
            answer: dict[str, Any] = response.json()
        except (httpx2.HTTPError, ValueError) as exc:
            raise ToolError(f"The catalog does not answer ({type(exc).__name__}).") from exc
        if response.status_code != 200:
            raise ToolError(_told(answer))
        return answer


def build_server(api: CatalogApi) -> MCPServer:
    """The server with its three tools."""
    server = MCPServer("tiktok-music", instructions=INSTRUCTIONS, log_level="WARNING")

    @server.tool(title="List trending TikTok music", annotations=READ_ONLY)
    async def list_tiktok_music(
        q: Annotated[str, Field(description="Words of title, author or album")] = "",
        language: Annotated[list[str] | None, Field(description="ISO 639-1 codes")] = None,
        commerce_only: bool = False,
        min_duration: Annotated[int | None, Field(description="Seconds")] = None,
        max_duration: Annotated[int | None, Field(description="Seconds")] = None,
        sort: Literal["popular", "rising", "title"] = "popular",
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
        cursor: Annotated[str | None, Field(description="nextCursor of the page before")] = None,
    ) -> dict[str, Any]:
        """Searches the catalog of trending TikTok tracks; without filters, the most used first."""
        params = {
            "q": q or None,
            "language": language,
            "commerceOnly": "true" if commerce_only else None,
            "minDuration": min_duration,
            "maxDuration": max_duration,
            "sort": sort,
            "limit": limit,
            "cursor": cursor,
        }
        given = {name: value for name, value in params.items() if value is not None}
        return await api.call("GET", LIST, params=given)

    @server.tool(title="Get one TikTok track", annotations=READ_ONLY)
    async def get_tiktok_music(
        track: Annotated[str, Field(description="Track id (UUID), TikTok music link or TikTok id")],
    ) -> dict[str, Any]:
        """Tells of one track, also when it has left the chart: status, rank, link, loudness."""
        name = "ids" if track.count("-") == 4 and len(track) == 36 else "link"
        found = await api.call("GET", f"{LIST}/batch", params={name: track})
        if not found["tracks"]:
            raise ToolError("The catalog never had such a track.")
        one: dict[str, Any] = found["tracks"][0]
        return one

    @server.tool(title="Resolve music for posts", annotations=READ_ONLY)
    async def resolve_tiktok_music(
        targets: Annotated[list[Target], Field(min_length=1, max_length=50)],
    ) -> dict[str, Any]:
        """Tells what each post would be published with, and warns; all targets or none."""
        listed = [target.model_dump(exclude_none=True) for target in targets]
        return await api.call("POST", f"{LIST}/resolve", body={"targets": listed})

    return server


def _told(answer: Mapping[str, Any]) -> str:
    error = answer.get("error", {})
    issues = error.get("details", {}).get("issues", [])
    reasons = "".join(f" {issue['path']}: {issue['message']}" for issue in issues)
    return f"{error.get('code', 'INTERNAL')}: {error.get('message', 'No answer.')}{reasons}"


def main() -> int:
    base_url = os.environ.get("TIKTOK_MUSIC_BASE_URL", "")
    key = os.environ.get("TIKTOK_MUSIC_API_KEY", "")
    if not base_url or not key:
        print("TIKTOK_MUSIC_BASE_URL and TIKTOK_MUSIC_API_KEY must be set", file=sys.stderr)
        return 2
    build_server(CatalogApi(base_url, Secret(key))).run("stdio")
    return 0


if __name__ == "__main__":
    sys.exit(main())
