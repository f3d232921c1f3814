"""Events of an HTTP API, payload 2.0, in the shape of events/list_get.json."""

import base64
import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).parent.parent / "events"
LIST_GET: dict[str, Any] = json.loads((EVENTS / "list_get.json").read_text())


def http_event(path: str, method: str = "GET", **headers: str) -> dict[str, Any]:
    """A request event; header names have underscores."""
    event = copy.deepcopy(LIST_GET)
    path, _, query = path.partition("?")
    event |= {"rawPath": path, "rawQueryString": query, "routeKey": "ANY /{proxy+}"}
    event["requestContext"]["http"] |= {"method": method, "path": path}
    event["headers"] = {name.replace("_", "-"): value for name, value in headers.items()}
    return event


@dataclass
class Answer:
    """A handler's result as the HTTP client receives it."""

    status: int
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, result: dict[str, Any]) -> "Answer":
        body = result.get("body", "")
        is_binary = result.get("isBase64Encoded", False)
        return cls(
            result["statusCode"],
            result["headers"],
            base64.b64decode(body) if is_binary else body.encode(),
        )
