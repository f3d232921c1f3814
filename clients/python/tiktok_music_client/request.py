"""A request to the API and the parser of its answer. No I/O."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import urlencode

from tiktok_music_client.answer import Answer
from tiktok_music_client.errors import BadAnswer
from tiktok_music_client.responses import raise_for_status

T = TypeVar("T")
LIST = "/v1/tiktok-music"


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """One request to the API; `parse` takes an answer with status 200 or 304."""

    path: str
    parse: Callable[[Answer], T]
    method: str = "GET"
    parameters: Mapping[str, str | list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None

    @property
    def target(self) -> str:
        """The path with the query."""
        query = urlencode(self.parameters, doseq=True)
        return f"{self.path}?{query}" if query else self.path

    def result(self, answer: Answer) -> T:
        """Returns the parsed answer; raises ApiError or BadAnswer."""
        try:
            raise_for_status(answer)
            return self.parse(answer)
        except BadAnswer as error:
            error.request_id = answer.request_id
            raise
