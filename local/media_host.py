"""Serves the bucket like R2's custom domain: Range, stored headers, CORS for any origin."""

import re

import boto3
from botocore.exceptions import ClientError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def media_app(endpoint_url: str, bucket: str) -> Starlette:
    """Serves the objects of one bucket under their keys."""
    client = boto3.client("s3", endpoint_url=endpoint_url, region_name="us-east-1")

    async def media(request: Request) -> Response:
        try:
            found = await run_in_threadpool(
                client.get_object, Bucket=bucket, Key=request.path_params["key"]
            )
        except ClientError:
            return PlainTextResponse("Object not found", 404)
        body = await run_in_threadpool(found["Body"].read)
        headers = {
            "Cache-Control": found["CacheControl"],
            "ETag": found["ETag"],
            "Accept-Ranges": "bytes",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "Content-Length, Content-Range, ETag",
        }
        return _ranged(request.headers.get("range"), body, found["ContentType"], headers)

    return Starlette(routes=[Route("/{key:path}", media)])


def _ranged(range_header: str | None, body: bytes, kind: str, headers: dict[str, str]) -> Response:
    match = _RANGE.fullmatch(range_header or "")
    if match is None or match[0] == "bytes=-":
        return Response(body, 200, headers, kind)
    first, last = match.groups()
    start = int(first) if first else max(len(body) - int(last), 0)
    end = min(int(last), len(body) - 1) if first and last else len(body) - 1
    if start > end:
        return Response(b"", 416, {**headers, "Content-Range": f"bytes */{len(body)}"})
    headers = {**headers, "Content-Range": f"bytes {start}-{end}/{len(body)}"}
    return Response(body[start : end + 1], 206, headers, kind)
