"""A chart in this project's own format: a JSON or JSON-lines document in a file or a bucket."""

import json
from collections.abc import Callable
from typing import Any

from pydantic import Field, ValidationError

from tiktok_music.adapters.upstream_rows import Text, UpstreamRow, rejected_row
from tiktok_music.adapters.upstream_text import clean_name
from tiktok_music.errors import SourceRefused
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart, chart_of
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.track import is_tiktok_id


class StaticRow(UpstreamRow):
    """One track; only `tiktokId` and `title` are required."""

    tiktokId: Text
    title: Text
    author: Text | None = None
    album: Text | None = None
    duration: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    userCount: int | None = Field(default=None, ge=0)
    language: Text | None = None
    isCommerceMusic: bool | None = None
    previewUrl: Text | None = None
    coverUrl: Text | None = None


class StaticSource:
    """Reads one document; `read` returns its bytes or raises SourceUnavailable."""

    def __init__(self, location: str, read: Callable[[], bytes]) -> None:
        self._location = location
        self._read = read

    def fetch(self) -> Chart:
        """Every row of the document."""
        rows = parse_document(self._read(), self._location)
        return chart_of([parse_static_row(row) for row in rows])


def parse_document(data: bytes, location: str) -> list[Any]:
    """Parses a JSON array, an object with `tracks`, or JSON lines; an invalid line stays text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise SourceRefused(f"{location} is not UTF-8 text") from exc
    try:
        document = json.loads(text)
    except ValueError:
        return _lines(text, location)
    if isinstance(document, dict) and isinstance(document.get("tracks"), list):
        document = document["tracks"]
    if isinstance(document, dict):
        return [document]
    if not isinstance(document, list):
        raise SourceRefused(f"{location} holds neither a list nor lines of tracks")
    return document


def _lines(text: str, location: str) -> list[Any]:
    rows = [parse_line(line) for line in text.splitlines() if line.strip()]
    if not any(isinstance(row, dict) for row in rows):
        raise SourceRefused(f"{location} is neither JSON nor JSON lines")
    return rows


def parse_line(line: str) -> Any:
    """The JSON value of one line, or its text if it is not JSON."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line


def parse_static_row(row: Any) -> Candidate | Rejection:
    """Parses one track of the document."""
    if not isinstance(row, dict):
        return rejected_row({}, "the row is not a JSON object")
    try:
        static = StaticRow.model_validate(row)
    except ValidationError as exc:
        return rejected_row(row, exc)
    title = clean_name(static.title)
    if not is_tiktok_id(static.tiktokId):
        return rejected_row(row, "tiktokId is not a TikTok id: a string of 5 to 20 digits")
    if not title:
        return rejected_row(row, "the title is empty")
    return Candidate(
        tiktok_id=static.tiktokId,
        title=title,
        author=clean_name(static.author),
        album=clean_name(static.album),
        duration_seconds=static.duration or 0.0,
        user_count=static.userCount or 0,
        is_commerce_music=bool(static.isCommerceMusic),
        language_name=static.language,
        preview_urls=(static.previewUrl,) if static.previewUrl else (),
        cover_urls=(static.coverUrl,) if static.coverUrl else (),
    )
