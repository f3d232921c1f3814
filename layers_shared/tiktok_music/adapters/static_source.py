"""A chart in this project's own format: a JSON or JSON-lines document in a file or a bucket."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from tiktok_music.adapters.untrusted_json import read_json
from tiktok_music.adapters.upstream import MOST_FETCHED_BYTES
from tiktok_music.adapters.upstream_rows import (
    Count,
    Lenient,
    Seconds,
    Text,
    UnreadableFields,
    UpstreamRow,
    read_chart,
    rejected_row,
)
from tiktok_music.adapters.upstream_text import clean_name
from tiktok_music.errors import SourceRefused
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.rejection import Rejection
from tiktok_music.track import is_tiktok_id


class StaticRow(UpstreamRow):
    """One track; only `tiktokId` and `title` are required."""

    tiktokId: Text
    title: Text
    author: Lenient[Text] = None
    album: Lenient[Text] = None
    duration: Lenient[Seconds] = None
    userCount: Lenient[Count] = None
    language: Lenient[Text] = None
    isCommerceMusic: Lenient[bool] = None
    previewUrl: Lenient[Text] = None
    coverUrl: Lenient[Text] = None


class StaticSource:
    """Reads one document; `read` returns its bytes or raises SourceUnavailable."""

    def __init__(self, location: str, read: Callable[[], bytes]) -> None:
        self._location = location
        self._read = read

    def fetch(self) -> Chart:
        """Every row of the document."""
        rows = parse_document(self._read(), self._location)
        chart = read_chart(rows, parse_static_row)
        return replace(chart, empty_parts=() if rows else ("document",))


def parse_document(data: bytes, location: str) -> list[Any]:
    """Parses a JSON array, an object with `tracks`, or JSON lines; an invalid line stays text."""
    if len(data) > MOST_FETCHED_BYTES:
        raise SourceRefused(f"{location} is larger than {MOST_FETCHED_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise SourceRefused(f"{location} is not UTF-8 text") from exc
    try:
        document = read_json(text)
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
    rows = [parse_line(line) for line in text.split("\n") if line.strip()]
    if not any(isinstance(row, dict) for row in rows):
        raise SourceRefused(f"{location} is neither JSON nor JSON lines")
    return rows


def parse_line(line: str) -> Any:
    """The JSON value of one line, or its text if it is not JSON."""
    try:
        return read_json(line)
    except ValueError:
        return line


def parse_static_row(row: Any, unreadable: UnreadableFields | None = None) -> Candidate | Rejection:
    """Parses one track of the document; counts dropped values in `unreadable`."""
    if not isinstance(row, dict):
        return rejected_row({}, "the row is not a JSON object")
    try:
        static = StaticRow.model_validate(row, context=unreadable)
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
        is_commerce_music=static.isCommerceMusic,
        language_name=static.language,
        preview_urls=(static.previewUrl,) if static.previewUrl else (),
        cover_urls=(static.coverUrl,) if static.coverUrl else (),
    )
