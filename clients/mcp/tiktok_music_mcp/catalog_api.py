"""The catalog's HTTP API for the tools: sends one request, returns the JSON or raises ToolError."""

from collections.abc import Mapping
from typing import Any

import httpx2
from mcp.server.mcpserver.exceptions import ToolError

TIMEOUT_SECONDS = 15.0


class CatalogApi:
    """The API at `base_url`, called with one key."""

    def __init__(self, base_url: str, key: str) -> None:
        self._base_url = base_url.rstrip("/")
        # The repr of httpx2's own type masks the key.
        self._headers = httpx2.Headers({"Authorization": f"Bearer {key}"})

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: object = None,
    ) -> dict[str, Any]:
        """Returns the JSON of a 200; raises ToolError with the API's code and message."""
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
                response = await client.request(
                    method, self._base_url + path, params=params, json=body, headers=self._headers
                )
            answer: dict[str, Any] = response.json()
        except (httpx2.HTTPError, ValueError) as exc:
            raise ToolError(f"No valid response from the catalog ({type(exc).__name__}).") from exc
        if response.status_code != 200:
            raise ToolError(_error_text(answer))
        return answer


def _error_text(answer: Mapping[str, Any]) -> str:
    error = answer.get("error", {})
    issues = error.get("details", {}).get("issues", [])
    reasons = "".join(f" {issue['path']}: {issue['message'].rstrip('.')}." for issue in issues)
    return f"{error.get('code', 'INTERNAL')}: {error.get('message', 'No message.')}{reasons}"
