"""The access token of the Business API: stored in a secret, renewed before it expires."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Protocol

from pydantic import Field

from tiktok_music.adapters.safe_http import SafeHttp
from tiktok_music.adapters.upstream import MAX_PAGE_BYTES, TIMEOUT_SECONDS, parse_json, unwrap
from tiktok_music.adapters.upstream_rows import Lenient, UpstreamRow
from tiktok_music.errors import DownloadFailed, SettingsError, SourceRefused, SourceUnavailable

RENEW_PATH = "/open_api/v1.3/tt_user/oauth2/refresh_token/"
# Longer than a run, so that a token that is valid at its start is valid at its end.
RENEW_BEFORE_EXPIRY = timedelta(hours=1)
NOT_RENEWED = (
    "the token could not be renewed: the answer has no access_token; is the refresh token in its "
    "secret still valid?"
)
NOT_USABLE = "the token could not be renewed: the access_token of the answer is unusable"
FIELDS = ("clientId", "clientSecret", "accessToken", "refreshToken", "businessId")


# A header value: printable ASCII without spaces.
Token = Annotated[str, Field(pattern=r"^[\x21-\x7e]+$", max_length=4096)]
# From a minute to ten years; upstream says a day.
Lifetime = Annotated[int, Field(ge=60, le=10 * 366 * 86_400)]


class Renewal(UpstreamRow):
    """The answer to a renewal; an unusable member is None."""

    access_token: Lenient[Token] = None
    refresh_token: Lenient[Token] = None
    expires_in: Lenient[Lifetime] = None
    open_id: Lenient[Token] = None


class TokenSecret(Protocol):
    """The secret that holds the token, as a JSON object of strings."""

    def read(self) -> dict[str, Any]:
        """The stored object."""

    def write(self, value: Mapping[str, Any]) -> None:
        """Replaces the stored object."""


class CmlToken:
    """Renews itself, once a run: upstream replaces both tokens, and the old ones end with it.

    What an answer brings is validated and stored before it is used, in one write; the secret keeps
    the value before it as its previous version.
    """

    def __init__(
        self, http: SafeHttp, base_url: str, secret: TokenSecret, now: Callable[[], datetime]
    ) -> None:
        self._http = http
        self._base_url = base_url
        self._secret = secret
        self._now = now
        self._stored: dict[str, Any] | None = None
        self._is_renewed = False

    def headers(self) -> dict[str, str]:
        """The authentication header of a call; renews a token that is about to expire."""
        if self._ends_soon() and not self._is_renewed:
            self.renew()
        return {"Access-Token": str(self._current()["accessToken"])}

    def business_id(self) -> str:
        """The account of the token."""
        return str(self._current()["businessId"])

    def renew(self) -> None:
        """Fetches a new token; raises SourceUnavailable, SourceRefused.

        A usable refresh token is stored even if the access token is not: it may be the only one
        that still renews.
        """
        stored = self._current()
        body = {
            "client_id": stored["clientId"],
            "client_secret": stored["clientSecret"],
            "grant_type": "refresh_token",
            "refresh_token": stored["refreshToken"],
        }
        answer = self._answer(body)
        if answer.refresh_token or answer.access_token:
            self._store(self._renewed(stored, answer))
        if answer.access_token is None:
            raise SourceRefused(NOT_USABLE)
        self._is_renewed = True

    def _renewed(self, stored: Mapping[str, Any], answer: Renewal) -> dict[str, Any]:
        renewed = {
            **stored,
            "accessToken": answer.access_token or stored["accessToken"],
            "refreshToken": answer.refresh_token or stored["refreshToken"],
            "businessId": answer.open_id or stored["businessId"],
        }
        if answer.access_token is not None:
            renewed.pop("expiresAt", None)
            if answer.expires_in is not None:
                expires_at = self._now() + timedelta(seconds=answer.expires_in)
                renewed["expiresAt"] = expires_at.isoformat()
        return renewed

    def _store(self, renewed: dict[str, Any]) -> None:
        self._secret.write(renewed)
        self._stored = renewed

    def _ends_soon(self) -> bool:
        """True if the token ends within the hour; one without a readable end does not."""
        try:
            expires_at = datetime.fromisoformat(self._current().get("expiresAt") or "")
        except (TypeError, ValueError):
            return False
        expires_at = expires_at.replace(tzinfo=expires_at.tzinfo or UTC)
        return expires_at - self._now() < RENEW_BEFORE_EXPIRY

    def _answer(self, body: Mapping[str, str]) -> Renewal:
        """The answer, which no message quotes: it consists of tokens."""
        try:
            answer = unwrap(parse_json(self._post(body)), "access_token")
        except SourceRefused:
            raise SourceRefused(NOT_RENEWED) from None
        return Renewal.model_validate(answer)

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
