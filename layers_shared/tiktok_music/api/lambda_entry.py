"""The Lambda entry point: turns any event into an API response, also where Mangum would fail."""

from collections.abc import Callable, Mapping
from typing import Any

from mangum import Mangum
from mangum.types import ASGI, LambdaContext

from tiktok_music.api.gateway import HttpApi, MalformedEvent, Result, is_preflight
from tiktok_music.api.responses import INTERNAL, INTERNAL_MESSAGE, error_envelope, json_bytes

_COMMON = {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}


class LambdaEntry:
    """The handler around the application; always returns a response, never raises."""

    def __init__(
        self,
        app: ASGI,
        new_request_id: Callable[[], str],
        on_error: Callable[[str, Exception], None],
    ) -> None:
        """`on_error` receives the request id and each error of the framework itself."""
        self._respond = Mangum(app, lifespan="off", custom_handlers=[HttpApi])
        self._new_request_id = new_request_id
        self._on_error = on_error

    def __call__(self, event: Any, context: LambdaContext) -> Result:
        try:
            if is_preflight(event):
                return _no_content(self._new_request_id())
            return self._respond(event, context)
        except MalformedEvent as exc:
            details = {"issues": [exc.issue]}
            return self._error(422, "VALIDATION", "The request is not valid.", details)
        except Exception as exc:  # noqa: BLE001 - the last resort: clients always get the envelope
            status, code = INTERNAL
            result = self._error(status, code, INTERNAL_MESSAGE)
            self._on_error(result["headers"]["x-request-id"], exc)
            return result

    def _error(
        self, status: int, code: str, message: str, details: Mapping[str, Any] | None = None
    ) -> Result:
        request_id = self._new_request_id()
        body = json_bytes(error_envelope(code, message, request_id, details)).decode()
        headers = {**_COMMON, "x-request-id": request_id}
        return {
            "statusCode": status,
            "headers": headers,
            "body": body,
            "isBase64Encoded": False,
        }


def _no_content(request_id: str) -> Result:
    headers = {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-request-id": request_id,
    }
    return {"statusCode": 204, "headers": headers, "body": "", "isBase64Encoded": False}
