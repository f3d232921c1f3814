"""Resolves targets: splits them into requests, and joins the results and issues of all."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tiktok_music_client.answer import Answer
from tiktok_music_client.errors import BadAnswer, ValidationFailed
from tiktok_music_client.parsing import parse
from tiktok_music_client.posts import (
    Issue,
    Resolved,
    RetiredPolicy,
    Target,
    Unresolved,
)
from tiktok_music_client.request import LIST, Request
from tiktok_music_client.responses import body_of

Result = Resolved | Unresolved
REQUEST_SIZE = 50  # the most targets that the resolve endpoint takes
_INDEX = re.compile(r"(?<=^targets\[)[0-9]{1,6}(?=\])", re.ASCII)


class Resolution:
    """The targets of one call, and their results, with the indexes of all targets."""

    def __init__(
        self, targets: Iterable[Target], on_retired: RetiredPolicy | None, *, on_error: str = ""
    ) -> None:
        self._targets = tuple(targets)
        policies = {"onRetired": on_retired, "onError": on_error}
        self._policies = {name: policy for name, policy in policies.items() if policy}
        self._results: list[Result] = []
        self._error: ValidationFailed | None = None
        self._issues: list[Any] = []

    def requests(self) -> Iterator[tuple[int, Request[tuple[Result, ...]]]]:
        """Yields the requests, each with the index of its first target.

        A request is a POST that only reads: it is safe to retry.
        """
        for first in range(0, len(self._targets), REQUEST_SIZE):
            group = self._targets[first : first + REQUEST_SIZE]
            body = {"targets": [_sent(target) for target in group], **self._policies}
            yield first, Request(f"{LIST}/resolve", _parse(len(group)), method="POST", body=body)

    def add(self, first: int, results: tuple[Result, ...]) -> None:
        self._results += [_counted(result, first) for result in results]

    @contextmanager
    def collecting_issues(self, first: int) -> Iterator[None]:
        """Holds back the issues of one request until the results are read."""
        try:
            yield
        except ValidationFailed as error:
            if not error.issues:
                raise
            self._error = self._error or error
            self._issues += [_shifted(issue, first) for issue in error.details["issues"]]

    def results(self) -> tuple[Result, ...]:
        """Returns all results; raises the issues of all requests as one ValidationFailed."""
        if self._error is not None:
            self._error.details["issues"] = self._issues
            raise self._error
        return tuple(self._results)

    def all_resolved(self) -> tuple[Resolved, ...]:
        """Returns all results; raises ValidationFailed, or BadAnswer if one is not resolved."""
        resolved = [result for result in self.results() if isinstance(result, Resolved)]
        if len(resolved) != len(self._results):
            raise BadAnswer("the response has issues where all or none were to be resolved")
        return tuple(resolved)


def _sent(target: Target) -> dict[str, Any]:
    post = _given({"publishVia": target.publish_via, "media": target.media})
    settings = _given(
        {"isBrandOrganic": target.is_brand_organic, "isBrandedContent": target.is_branded_content}
    )
    post |= {"tiktokPostSettings": settings} if settings else {}
    if target.music is None and target.track_id is None and target.mode == "draft":
        return {"mode": target.mode, **post}
    music = target.music or ("auto" if target.track_id is None else "manual")
    options = {
        "trackId": target.track_id,
        "volume": target.volume,
        "originalVolume": target.original_volume,
        "startMs": target.start_ms,
        "endMs": target.end_ms,
        "fallback": target.fallback,
    }
    return {"mode": target.mode, "tiktokMusic": {"mode": music, **_given(options)}, **post}


def _given(options: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in options.items() if value is not None}


def _parse(size: int) -> Any:
    """Returns the parser of an answer with one row for each target."""

    def results(answer: Answer) -> tuple[Result, ...]:
        rows = body_of(answer).get("targets")
        if not isinstance(rows, list) or len(rows) != size:
            raise BadAnswer("the response has no row for each target")
        return tuple(parse(_kind(row), row) for row in rows)

    return results


def _kind(row: object) -> type[Result]:
    return Unresolved if isinstance(row, dict) and "issues" in row else Resolved


def _counted(result: Result, first: int) -> Result:
    if isinstance(result, Resolved):
        return result
    issues = tuple(Issue(path=_path(i.path, first), message=i.message) for i in result.issues)
    return replace(result, index=result.index + first, issues=issues)


def _shifted(issue: Any, first: int) -> Any:
    """Returns an issue as it was sent, with the path and the `index` counted from all targets."""
    if not isinstance(issue, Mapping):
        return issue
    index = issue.get("index")
    counted = {"index": index + first} if isinstance(index, int) else {}
    return {**issue, "path": _path(str(issue.get("path", "")), first), **counted}


def _path(path: str, first: int) -> str:
    return _INDEX.sub(lambda found: str(int(found[0]) + first), path)
