"""Alternative implementations of the list, each a Lambda handler over the same tracks."""

import base64
import json
from collections.abc import Callable
from typing import Any

import fastapi
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler import Response as PowertoolsResponse
from mangum import Mangum
from pydantic import BaseModel
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bench.signed_read import signed_read
from local.embedded_aws import CATALOG_TABLE, CREDENTIALS, REGION
from tiktok_music.snapshot import Snapshot

LIST = "/v1/tiktok-music"
Event = dict[str, Any]
Handler = Callable[[Any, Any], Any]
HEADERS = {"content-type": "application/json", "content-encoding": "gzip"}


class Row(Model):
    """A track as an item of its own: the straightforward schema."""

    class Meta:
        table_name = "naive"
        region = REGION

    pk = UnicodeAttribute(hash_key=True)
    rank = NumberAttribute(range_key=True)
    id = UnicodeAttribute()
    title = UnicodeAttribute()
    author = UnicodeAttribute()
    album = UnicodeAttribute()
    duration = NumberAttribute()
    previewUrl = UnicodeAttribute()
    coverUrl = UnicodeAttribute()
    language = UnicodeAttribute()
    userCount = NumberAttribute()
    isCommerceMusic = BooleanAttribute()


class TrackModel(BaseModel):
    """A track in a response model."""

    id: str
    title: str
    author: str
    album: str
    duration: float
    previewUrl: str
    coverUrl: str
    language: str
    userCount: int
    isCommerceMusic: bool


class ListModel(BaseModel):
    """The whole response."""

    tracks: list[TrackModel]
    total: int


def raw(snapshot: Snapshot) -> Handler:
    """The minimum of any handler: a prepared text, without authentication."""
    text = base64.b64encode(snapshot.gzipped).decode()
    return _raw(lambda: text)


def raw_and_read(snapshot: Snapshot, endpoint_url: str) -> Handler:
    """The minimum without a cache: one read per request, returned unchanged."""
    key = f"SNAP#{snapshot.descriptor.version}#0"
    secret = CREDENTIALS["AWS_SECRET_ACCESS_KEY"]
    return _raw(
        signed_read(
            endpoint_url=endpoint_url,
            region=REGION,
            table=CATALOG_TABLE,
            key=key,
            attribute="data",
            secret=secret,
        )
    )


def _raw(body: Callable[[], str]) -> Handler:
    def handler(event: Event, context: Any) -> dict[str, Any]:
        if event["rawPath"] != LIST:
            return {"statusCode": 404}
        return {"statusCode": 200, "headers": HEADERS, "body": body(), "isBase64Encoded": True}

    return handler


def resolver(snapshot: Snapshot) -> Handler:
    """Powertools' resolver, bytes in memory."""
    app = APIGatewayHttpResolver()

    @app.get(LIST)
    def answer() -> PowertoolsResponse[Any]:
        headers = {"content-encoding": "gzip"}
        return PowertoolsResponse(200, "application/octet-stream", snapshot.gzipped, headers)

    return app.resolve


def fast_api(snapshot: Snapshot) -> Handler:
    """FastAPI with a response model: every response is validated and serialised again."""
    body = json.loads(snapshot.plain())

    async def answer() -> Any:
        return body

    app = fastapi.FastAPI()
    app.get(LIST, response_model=ListModel)(answer)
    return Mangum(app, lifespan="off")


def naive() -> Handler:
    """No cache: every request reads and serialises every row."""

    async def answer(_: Request) -> JSONResponse:
        rows = [row.attribute_values for row in Row.query("TRACKS")]
        tracks = [{k: v for k, v in row.items() if k not in ("pk", "rank")} for row in rows]
        return JSONResponse({"tracks": tracks, "total": len(tracks)})

    return Mangum(Starlette(routes=[Route(LIST, answer)]), lifespan="off")
