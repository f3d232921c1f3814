"""Reads an answer: its JSON body, its snapshot version, or the error that it stands for."""

import json
import re
from collections.abc import Mapping
from typing import Any

from tiktok_music_client.answer import Answer
from tiktok_music_client.errors import BY_CODE, BY_STATUS, ApiError, BadAnswer, Internal

_SECONDS = re.compile(r"[0-9]{1,6}", re.ASCII)


def body_of(answer: Answer) -> dict[str, Any]:
    """Returns the JSON object of an answer; raises BadAnswer."""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError) as exc:
        raise BadAnswer("the response is not JSON") from exc
    if not isinstance(body, dict):
        raise BadAnswer("the response is not a JSON object")
    return body


def body_with_version(answer: Answer) -> dict[str, Any]:
    """Returns the JSON object with the snapshot's version, which the API sends as a header."""
    return {**body_of(answer), "version": answer.headers.get("X-Catalog-Snapshot")}


def raise_for_status(answer: Answer) -> None:
    """Raises the error that a status other than 200 or 304 stands for."""
    if answer.status in (200, 304):
        return
    if answer.status < 400:
        raise BadAnswer(f"the response has the status {answer.status}")
    try:
        envelope = body_of(answer).get("error")
    except BadAnswer:
        envelope = None
    raise _error_of(answer, envelope if isinstance(envelope, dict) else {})


def _error_of(answer: Answer, envelope: Mapping[str, Any]) -> ApiError:
    status, code = answer.status, str(envelope.get("code", ""))
    details = envelope.get("details")
    fallback = BY_STATUS.get(status, Internal if status >= 500 else ApiError)
    retry_after = answer.headers.get("Retry-After", "")
    return BY_CODE.get(code, ApiError if code else fallback)(
        status,
        str(envelope.get("message", "The response does not say why.")),
        code=code,
        request_id=str(envelope.get("requestId") or answer.request_id),
        details=details if isinstance(details, dict) else None,
        retry_after_seconds=int(retry_after) if _SECONDS.fullmatch(retry_after) else None,
    )
