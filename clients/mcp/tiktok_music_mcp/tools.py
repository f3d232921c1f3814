"""The three tools. All of them only read; resolving needs a key with the scope publish:write."""

from typing import Annotated, Any, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field

from tiktok_music_mcp.catalog_api import CatalogApi

LIST = "/v1/tiktok-music"
READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
INSTRUCTIONS = (
    "Trending TikTok music: clean, without duplicates, at one loudness. List tracks to find one, "
    "get one for its TikTok link and its rank on the chart, resolve targets to see the music "
    "that each post will be published with. Track ids are permanent."
)


class Music(BaseModel):
    """The music of a post: TikTok's choice, or a track of the catalog."""

    selection: Literal["auto", "manual"]
    trackId: str | None = None


class Target(BaseModel):
    """One post to be scheduled or published."""

    mode: Literal["publish", "draft", "managed"]
    tiktokMusic: Music


def build_server(api: CatalogApi) -> MCPServer:
    """Returns the server with its three tools; their docstrings are what an agent reads."""
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
        cursor: Annotated[str | None, Field(description="nextCursor of the previous page")] = None,
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
        """Returns one track, on or off the chart: status, rank, TikTok link, loudness."""
        name = "ids" if track.count("-") == 4 and len(track) == 36 else "link"
        found = await api.call("GET", f"{LIST}/batch", params={name: track})
        if not found["tracks"]:
            raise ToolError("The catalog does not know this track.")
        one: dict[str, Any] = found["tracks"][0]
        return one

    @server.tool(title="Resolve music for posts", annotations=READ_ONLY)
    async def resolve_tiktok_music(
        targets: Annotated[list[Target], Field(min_length=1, max_length=50)],
    ) -> dict[str, Any]:
        """Returns the music and warnings of each post without publishing; all targets or none."""
        listed = [target.model_dump(exclude_none=True) for target in targets]
        return await api.call("POST", f"{LIST}/resolve", body={"targets": listed})

    return server
