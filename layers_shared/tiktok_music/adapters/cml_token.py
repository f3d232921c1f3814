"""The access token of the Business API: stored in a secret, renewed before it expires."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from tiktok_music.adapters.safe_http import SafeHttp
from tiktok_music.adapters.upstream import MAX_PAGE_BYTES, TIMEOUT_SECONDS, parse_json, unwrap
from tiktok_music.errors import DownloadFailed, SettingsError, SourceRefused, SourceUnavailable

RENEW_PATH = "/open_api/v1.3/tt_user/oauth2/refresh_token/"
# Longer than a run, so that a token that is valid at its start is valid at its end.
RENEW_BEFORE_EXPIRY = timedelta(hours=1)
NOT_RENEWED = (
    "the token could not be renewed: the answer has no access_token; is the refresh token in its "
    "secret still valid?"
)
FIELDS = ("clientId", "clientSecret", "accessToken", "refreshToken", "businessId")


class TokenSecret(Protocol):
    """The secret that holds the token, as a JSON object of strings."""

    def read(self) -> dict[str, Any]:
        """The stored object."""

    def write(self, value: Mapping[str, Any]) -> None:
        """Replaces the stored object."""


class CmlToken:
    """Renews itself; a new token is stored before it is used, as the old one is invalid by then."""

    def __init__(
        self, http: SafeHttp, base_url: str, secret: TokenSecret, now: Callable[[], datetime]
    ) -> None:
        self._http = http
        self._base_url = base_url
        self._secret = secret
        self._now = now
        self._stored: dict[str, Any] | None = None

    def headers(self) -> dict[str, str]:
        """The authentication header of a call; renews a token that is about to expire."""
        expires_at = self._current().get("expiresAt")
        if expires_at and datetime.fromisoformat(expires_at) - self._now() < RENEW_BEFORE_EXPIRY:
            self.renew()
        return {"Access-Token": str(self._current()["accessToken"])}

    def business_id(self) -> str:
        """The account of the token."""
        return str(self._current()["businessId"])

    def renew(self) -> None:
        """Fetches a new token; raises SourceUnavailable, SourceRefused."""
        stored = self._current()
        body = {
            "client_id": stored["clientId"],
            "client_secret": stored["clientSecret"],
            "grant_type": "refresh_token",
            "refresh_token": stored["refreshToken"],
        }
        answer = self._answer(body)
        renewed = {
            **stored,
            "accessToken": answer["access_token"],
            "refreshToken": answer.get("refresh_token") or stored["refreshToken"],
            "businessId": answer.get("open_id") or stored["businessId"],
        }
        if isinstance(answer.get("expires_in"), int):
            expires_at = self._now() + timedelta(seconds=answer["expires_in"])
            renewed["expiresAt"] = expires_at.isoformat()
        self._secret.write(renewed)
        self._stored = renewed

    def _answer(self, body: Mapping[str, str]) -> dict[str, Any]:
        """The answer, which no message quotes: it consists of tokens."""
        try:
            return unwrap(parse_json(self._post(body)), "access_token")
        except SourceRefused:
            raise SourceRefused(NOT_RENEWED) from None

    def _current(self) -> dict[str, Any]:
        if self._stored is None:
            stored = self._secret.read()
            missing = [name for name in FIELDS if not isinstance(stored.get(name), str)]
            if missing:
                raise SettingsError(f"the secret of the cml source lacks {', '.join(missing)}")
            self._stored = stored
        return self._stored

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
