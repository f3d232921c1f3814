"""Resolves targets: splits them into requests, and joins the results and issues of all."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tiktok_music_client.answer import Answer
from tiktok_music_client.errors import BadAnswer, ValidationFailed
from tiktok_music_client.models import Resolved, Target
from tiktok_music_client.parsing import parse
from tiktok_music_client.request import LIST, Request
from tiktok_music_client.responses import body_of

REQUEST_SIZE = 50  # the most targets that the resolve endpoint takes
_INDEX = re.compile(r"(?<=^targets\[)[0-9]{1,6}(?=\])", re.ASCII)

Rows = tuple[Resolved, ...]


class Resolution:
    """The targets of one call, all or none: `result` raises the issues of all requests as one."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._targets = tuple(targets)
        self._rows: list[Resolved] = []
        self._error: ValidationFailed | None = None
        self._issues: list[dict[str, Any]] = []

    def requests(self) -> Iterator[tuple[int, Request[Rows]]]:
        """Yields the requests, each with the index of its first target."""
        for first in range(0, len(self._targets), REQUEST_SIZE):
            group = self._targets[first : first + REQUEST_SIZE]
            yield first, _request(group)

    def add(self, rows: Rows) -> None:
        self._rows += rows

    @contextmanager
    def collecting_issues(self, first: int) -> Iterator[None]:
        """Holds back the issues of one request until `result`, with the indexes of all targets."""
        try:
            yield
        except ValidationFailed as error:
            if not error.issues:
                raise
            self._error = self._error or error
            self._issues += [_shifted(issue, first) for issue in error.details["issues"]]

    def result(self) -> Rows:
        if self._error is not None:
            self._error.details["issues"] = self._issues
            raise self._error
        return tuple(self._rows)


def _request(targets: tuple[Target, ...]) -> Request[Rows]:
    """A POST that only reads, so that it is safe to retry."""

    def parse_rows(answer: Answer) -> Rows:
        rows = body_of(answer).get("targets")
        if not isinstance(rows, list) or len(rows) != len(targets):
            raise BadAnswer("the response has no row for each target")
        return tuple(parse(Resolved, row) for row in rows)

    body = {"targets": [_sent(target) for target in targets]}
    return Request(f"{LIST}/resolve", parse_rows, method="POST", body=body)


def _sent(target: Target) -> dict[str, Any]:
    if target.music is None and target.track_id is None and target.mode == "draft":
        return {"mode": target.mode}
    music = target.music or ("auto" if target.track_id is None else "manual")
    track = {} if target.track_id is None else {"trackId": target.track_id}
    return {"mode": target.mode, "tiktokMusic": {"mode": music, **track}}


def _shifted(issue: Any, first: int) -> Any:
    """Returns an issue with its path, and its `index` if it has one, counted from all targets."""
    if not isinstance(issue, dict):
        return issue
    path = _INDEX.sub(lambda found: str(int(found[0]) + first), str(issue.get("path", "")))
    index = issue.get("index")
    counted = {"index": index + first} if isinstance(index, int) else {}
    return {**issue, "path": path, **counted}
