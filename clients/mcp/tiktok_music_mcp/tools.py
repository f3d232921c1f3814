"""The tools. All of them only read; resolving needs a key with the scope publish:write."""

import re
from typing import Annotated, Any, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel, ConfigDict, Field

from tiktok_music_mcp.catalog_api import CatalogApi
from tiktok_music_mcp.results import (
    ChartList,
    FoundTrack,
    PostMode,
    ResolvedTargets,
    TrackPage,
    charts_of,
    page_of,
    track_of,
)
from tiktok_music_mcp.strict_tool import strict_tool
from tiktok_music_mcp.version import __version__

LIST = "/v1/tiktok-music"
INSTRUCTIONS = (
    "Trending TikTok music: clean, without duplicates, at one loudness. List tracks to find one, "
    "get one for its TikTok link and its rank on the chart, resolve targets to see the music "
    "that each post will be published with. Track ids are permanent. Results are short; ask for "
    "details where you need previews, covers or history."
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Details = Annotated[bool, Field(description="All fields, with album, preview and cover")]


class Music(BaseModel):
    """The music of a post: none, TikTok's choice, or a track of the catalog."""

    model_config = ConfigDict(extra="forbid")

    mode: Literal["none", "auto", "manual"]
    trackId: Annotated[str | None, Field(description="For manual: the id of the track")] = None
    volume: Annotated[int | None, Field(ge=0, le=100, description="On a direct video")] = None
    originalVolume: Annotated[int | None, Field(ge=0, le=100)] = None
    startMs: Annotated[int | None, Field(ge=0, description="Of the clip, direct video")] = None
    endMs: Annotated[int | None, Field(ge=0)] = None
    fallback: Annotated[
        Literal["auto", "none", "fail"] | None,
        Field(description="If a direct post cannot use the track; auto by default"),
    ] = None


class Target(BaseModel):
    """One post to be scheduled or published; without tiktokMusic it has no music."""

    model_config = ConfigDict(extra="forbid")

    mode: PostMode
    tiktokMusic: Music | None = None
    publishVia: Annotated[
        Literal["content", "business"] | None, Field(description="TikTok's API of a direct post")
    ] = None
    media: Literal["photo", "video"] | None = None


def build_server(api: CatalogApi) -> MCPServer:
    """Returns the server with its tools."""
    tools = CatalogTools(api)
    return MCPServer(
        "tiktok-music",
        title="TikTok music",
        version=__version__,
        instructions=INSTRUCTIONS,
        log_level="WARNING",
        tools=[
            strict_tool(tools.list_tiktok_music, "List trending TikTok music"),
            strict_tool(tools.list_tiktok_music_charts, "List the charts of TikTok music"),
            strict_tool(tools.get_tiktok_music, "Get one TikTok track"),
            strict_tool(tools.resolve_tiktok_music, "Resolve music for posts"),
        ],
    )


class CatalogTools:
    """The functions of the tools; their docstrings are what an agent reads."""

    def __init__(self, api: CatalogApi) -> None:
        self._api = api

    async def list_tiktok_music(
        self,
        q: Annotated[
            str, Field(description="Words of title, author or album; forgives slips")
        ] = "",
        language: Annotated[list[str] | None, Field(description="ISO 639-1 codes")] = None,
        commerce_only: bool = False,
        publishable_only: Annotated[
            bool, Field(description="Only tracks that direct posts use, if the catalog has any")
        ] = False,
        min_duration: Annotated[int | None, Field(description="Seconds")] = None,
        max_duration: Annotated[int | None, Field(description="Seconds")] = None,
        country: Annotated[str | None, Field(description="A chart's country, ISO 3166-1")] = None,
        genre: Annotated[str | None, Field(description="A chart's genre, such as k-pop")] = None,
        period: Annotated[Literal[1, 7, 30, 90, 120] | None, Field(description="Days")] = None,
        kind: Literal["popular", "surging"] | None = None,
        sort: Annotated[
            Literal["chart", "popular", "rising", "title"] | None,
            Field(description="popular by default; chart, its own order, for a chosen chart"),
        ] = None,
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
        cursor: Annotated[str | None, Field(description="nextCursor of the previous page")] = None,
        details: Details = False,
    ) -> TrackPage:
        """Searches the catalog of trending TikTok tracks; without filters, the most used first."""
        params = {
            "q": q or None,
            "language": language,
            "commerceOnly": "true" if commerce_only else None,
            "publishable": "true" if publishable_only else None,
            "include": ["about", "media", "publish"] if details else None,
            "minDuration": min_duration,
            "maxDuration": max_duration,
            "country": country,
            "genre": genre,
            "period": period,
            "kind": kind,
            "sort": sort,
            "limit": limit,
            "cursor": cursor,
        }
        given = {name: value for name, value in params.items() if value is not None}
        with self._api.reading():
            return page_of(await self._api.call("GET", LIST, params=given), details)

    async def list_tiktok_music_charts(self) -> ChartList:
        """Lists the charts that list_tiktok_music can choose by country, genre, period, kind."""
        with self._api.reading():
            return charts_of(await self._api.call("GET", f"{LIST}/charts"))

    async def get_tiktok_music(
        self,
        track: Annotated[str, Field(description="Track id (UUID), TikTok music link or TikTok id")],
        details: Details = False,
    ) -> FoundTrack:
        """Returns one track, on or off the chart: status, rank, TikTok link."""
        given = track.strip()
        is_id = _UUID.fullmatch(given.lower())
        params = {"ids": given.lower()} if is_id else {"link": given}
        with self._api.reading():
            found = (await self._api.call("GET", f"{LIST}/batch", params=params))["tracks"]
            if not found:
                raise ToolError("The catalog does not know this track.")
            return track_of(found[0], details)

    async def resolve_tiktok_music(
        self, targets: Annotated[list[Target], Field(min_length=1, max_length=50)]
    ) -> ResolvedTargets:
        """Returns the music and warnings of each post without publishing; all targets or none."""
        body: Any = {"targets": [target.model_dump(exclude_none=True) for target in targets]}
        with self._api.reading():
            return {
                "targets": (await self._api.call("POST", f"{LIST}/resolve", body=body))["targets"]
            }
