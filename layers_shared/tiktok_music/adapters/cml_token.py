"""The access token of the Business API: kept in a secret, renewed before it ends."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from tiktok_music.adapters.safe_http import SafeHttp
from tiktok_music.adapters.upstream import MAX_PAGE_BYTES, TIMEOUT_SECONDS, parse_json, unwrap
from tiktok_music.errors import DownloadFailed, SettingsError, SourceRefused, SourceUnavailable

RENEW_PATH = "/open_api/v1.3/tt_user/oauth2/refresh_token/"
# A run ends well within this, so that a token that is good at its start is good at its end.
RENEWED_BEFORE_END = timedelta(hours=1)
NOT_RENEWED = (
    "the token could not be renewed: the answer has no access_token; is the refresh token in its "
    "secret still good?"
)
FIELDS = ("clientId", "clientSecret", "accessToken", "refreshToken", "businessId")


class TokenSecret(Protocol):
    """The secret that holds the token, as a JSON object of strings."""

    def read(self) -> dict[str, Any]:
        """What is stored."""

    def write(self, value: Mapping[str, Any]) -> None:
        """Replaces it."""


class CmlToken:
    """Renews itself; a renewed token is stored before it is used, for the old one has ended."""

    def __init__(
        self, http: SafeHttp, base_url: str, secret: TokenSecret, now: Callable[[], datetime]
    ) -> None:
        self._http = http
        self._base_url = base_url
        self._secret = secret
        self._now = now
        self._held: dict[str, Any] | None = None

    def headers(self) -> dict[str, str]:
        """What authenticates a call."""
        held = self._current()
        ends = held.get("expiresAt")
        if ends and datetime.fromisoformat(ends) - self._now() < RENEWED_BEFORE_END:
            self.renew()
        return {"Access-Token": str(self._current()["accessToken"])}

    def business_id(self) -> str:
        """The account that the token speaks for."""
        return str(self._current()["businessId"])

    def renew(self) -> None:
        """Gets a new token for the refresh token; raises SourceUnavailable, SourceRefused."""
        held = self._current()
        body = {
            "client_id": held["clientId"],
            "client_secret": held["clientSecret"],
            "grant_type": "refresh_token",
            "refresh_token": held["refreshToken"],
        }
        given = self._given(body)
        renewed = {
            **held,
            "accessToken": given["access_token"],
            "refreshToken": given.get("refresh_token") or held["refreshToken"],
            "businessId": given.get("open_id") or held["businessId"],
        }
        if isinstance(given.get("expires_in"), int):
            ends = self._now() + timedelta(seconds=given["expires_in"])
            renewed["expiresAt"] = ends.isoformat()
        self._secret.write(renewed)
        self._held = renewed

    def _given(self, body: Mapping[str, str]) -> dict[str, Any]:
        """The answer, of which nothing is ever quoted: it is made of tokens."""
        try:
            return unwrap(parse_json(self._post(body)), "access_token")
        except SourceRefused:
            raise SourceRefused(NOT_RENEWED) from None

    def _current(self) -> dict[str, Any]:
        if self._held is None:
            held = self._secret.read()
            missing = [name for name in FIELDS if not isinstance(held.get(name), str)]
            if missing:
                raise SettingsError(f"the secret of the cml source lacks {', '.join(missing)}")
            self._held = held
        return self._held

    def _post(self, body: Mapping[str, str]) -> bytes:
        try:
            answer = self._http.post(
                f"{self._base_url}{RENEW_PATH}",
                headers={"Content-Type": "application/json"},
                body=json.dumps(body).encode(),
                max_bytes=MAX_PAGE_BYTES,
                deadline_seconds=TIMEOUT_SECONDS,
            )
        except DownloadFailed as exc:
            raise SourceUnavailable(f"the token could not be renewed: {exc}") from exc
        if answer.status != 200:
            raise SourceUnavailable(f"the token could not be renewed: HTTP {answer.status}")
        return answer.body
