"""Checks of the media domain: each fault is named for what it is; CORS is the documented rule."""

import json
import re
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from urllib3.exceptions import (
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from ops.bucket_probe import BODY, DomainFailed, PublicObject, no_answer, page_origins
from ops.errors import CheckFailed
from tests.peer import Exchange, running_peer

URL = "https://media.example.com/music/probe/preview.mp3"
PAGE = "https://app.example.com"
CERTIFICATE = ssl.SSLCertVerificationError("Hostname mismatch")
NO_POOL: Any = None


@pytest.mark.parametrize(
    ("error", "found", "fix"),
    [
        (
            NameResolutionError("media.example.com", NO_POOL, OSError(-2, "unknown")),  # type: ignore[arg-type]  # any OSError
            "the name media.example.com does not resolve (DNS)",
            "connect the domain",
        ),
        (
            NewConnectionError(NO_POOL, "[Errno 111] Connection refused"),
            "media.example.com refuses the connection: ",
            "nothing listens",
        ),
        (SSLError(CERTIFICATE), "the certificate of media.example.com is not valid", "certificate"),
        (
            ReadTimeoutError(NO_POOL, URL, "slow"),
            "media.example.com gives no answer in 10 s",
            "DNS",
        ),
        (ProtocolError("cut"), "media.example.com breaks off: cut", "rewrites"),
    ],
)
def test_a_domain_without_an_answer_is_reported_by_its_cause(
    error: HTTPError, found: str, fix: str
) -> None:
    failure = no_answer(URL, error)

    assert str(failure).startswith(found)
    assert fix in failure.fix


@pytest.mark.parametrize(
    ("status", "headers", "found", "fix"),
    [
        (
            302,
            {"Location": "https://login.example.com/"},
            "redirects (302) to https://login",
            "login",
        ),
        (403, {}, "answers 403", "access rule"),
        (404, {}, "answers 404 for an object that was just written", "another bucket"),
        (200, {"Content-Type": "text/html"}, "answers 200 with 5 bytes of text/html", "rewrites"),
    ],
)
def test_a_wrong_answer_is_reported_by_its_cause(
    status: int, headers: dict[str, str], found: str, fix: str
) -> None:
    fields = {name.replace("-", "_"): value for name, value in headers.items()}
    with (
        running_peer(lambda exchange: exchange.reply(status, b"hello", **fields)) as peer,
        pytest.raises(DomainFailed) as exc,
    ):
        PublicObject(f"{peer.base_url}/music/probe/preview.mp3", (PAGE,)).body()

    assert (found in str(exc.value), fix in exc.value.fix) == (True, True), (
        exc.value,
        exc.value.fix,
    )


def documented_rule() -> dict[str, Any]:
    guide = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text()
    match = re.search(r"```json\n(\[\{\"AllowedOrigins.*?)```", guide, re.DOTALL)
    assert match is not None
    [rule] = json.loads(match[1])
    assert isinstance(rule, dict)
    return rule


def bucket_with(rule: dict[str, Any]) -> Callable[[Exchange], None]:
    """Answers as R2 does under a CORS rule: only to the origins that it names."""

    def answer(exchange: Exchange) -> None:
        headers = {}
        origin = exchange.headers.get("Origin", "")
        if origin in rule["AllowedOrigins"] or "*" in rule["AllowedOrigins"]:
            any_origin = "*" in rule["AllowedOrigins"]
            headers["Access_Control_Allow_Origin"] = "*" if any_origin else origin
            headers["Access_Control_Expose_Headers"] = ", ".join(rule["ExposeHeaders"])
        exchange.reply(200, BODY, **headers)

    return answer


def cors_of(rule: dict[str, Any], *origins: str) -> str:
    with running_peer(bucket_with(rule)) as peer:
        try:
            return PublicObject(f"{peer.base_url}/music/p/preview.mp3", origins).cors()
        except CheckFailed as exc:
            return str(exc)


def test_the_documented_cors_rule_passes_and_a_narrower_one_fails() -> None:
    rule = documented_rule()

    assert rule["AllowedOrigins"] == [PAGE]
    assert cors_of(rule, PAGE) == f"allows {PAGE}"
    assert cors_of({**rule, "AllowedOrigins": ["*"]}, PAGE) == f"allows {PAGE}"
    other = "https://staging.example.com"
    assert cors_of(rule, PAGE, other) == f"access-control-allow-origin is none for {other}"
    hidden = cors_of({**rule, "ExposeHeaders": ["Content-Length"]}, PAGE)
    assert hidden == "access-control-expose-headers lacks content-range, etag"


@pytest.mark.parametrize(
    ("parameters", "origins"),
    [
        ({}, ("https://example.com",)),
        ({"AllowedOrigins": "*"}, ("https://example.com",)),
        ({"AllowedOrigins": f"{PAGE},https://b.test"}, (PAGE, "https://b.test")),
    ],
)
def test_the_origins_are_those_of_the_stack(
    parameters: dict[str, str], origins: tuple[str, ...]
) -> None:
    assert page_origins(parameters) == origins
