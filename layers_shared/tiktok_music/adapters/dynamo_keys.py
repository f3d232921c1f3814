"""API keys in their own DynamoDB table."""

from datetime import UTC, datetime
from typing import Any

from pynamodb.exceptions import PynamoDBException
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from tiktok_music.adapters.dynamo_items import UNREADABLE, key_of, parsed, read_item, scan_items
from tiktok_music.adapters.dynamo_models import DynamoRows, KeyRow, is_condition_failed, translated
from tiktok_music.api_key import ApiKey, BrowserAccess, KeyEnvironment, KeyState, RateTier
from tiktok_music.errors import KeyChanged

PREFIX = "KEY#"


class DynamoKeys:
    """The keys, by key id."""

    def __init__(self, rows: DynamoRows, table_name: str) -> None:
        self._rows = rows.bind(KeyRow, table_name)

    def get(self, key_id: str) -> ApiKey | None:
        """The key, None if there is none or it is unreadable, which grants nothing.

        Strongly consistent: a revocation takes effect as soon as it is written.
        """
        with translated("read an API key"):
            item = read_item(self._rows, f"KEY#{key_id}")
        return parsed(self._rows, item, api_key) if item is not None else None

    def list_all(self) -> list[ApiKey]:
        """All readable keys, sorted by id. Scans the table, which has a few hundred at most."""
        with translated("list the API keys"):
            items = [each for each in scan_items(self._rows) if key_of(each).startswith(PREFIX)]
        keys = (parsed(self._rows, each, api_key) for each in items)
        return sorted(filter(None, keys), key=lambda key: key.key_id)

    def save(self, key: ApiKey) -> None:
        """Writes a new key."""
        row = self._rows(
            f"KEY#{key.key_id}",
            secret_sha256=key.secret_sha256,
            environment=key.environment,
            organization_id=key.organization_id,
            organization_name=key.organization_name,
            scopes=set(key.scopes) or None,
            tier=key.tier,
            state=key.state,
            browser=_browser_to(key.browser),
            created_at=_seconds(key.created_at),
            valid_until=_seconds(key.valid_until),
        )
        with translated("write an API key"):
            row.save()

    def change_state(self, key: ApiKey, state: KeyState) -> ApiKey:
        """The key with another state, written if the stored state is still that of `key`.

        Optimistic lock: raises KeyChanged. All else of the stored key stays as it is.
        """
        condition = self._rows.state == key.state
        return self._change(key, key._replace(state=state), self._rows.state.set(state), condition)

    def change_browser(self, key: ApiKey, browser: BrowserAccess | None) -> ApiKey:
        """The key with other browser tokens, in the same way: None ends them."""
        stored = _browser_to(browser)
        action = self._rows.browser.remove() if stored is None else self._rows.browser.set(stored)
        condition = self._rows.state == key.state
        # Access that cannot be read counts as none, and may be replaced.
        if key.browser is not None:
            condition &= self._rows.browser == _browser_to(key.browser)
        return self._change(key, key._replace(browser=browser), action, condition)

    def _change(self, key: ApiKey, changed: ApiKey, action: Action, condition: Condition) -> ApiKey:
        row = self._rows(f"KEY#{key.key_id}")
        with translated("change an API key"):
            try:
                row.update([action], condition=condition)
            except PynamoDBException as exc:
                if not is_condition_failed(exc):
                    raise
                # A retry fails on its own first attempt.
                stored = self.get(key.key_id)
                if stored != changed:
                    raise KeyChanged(f"{key.key_id} was changed by another operator") from exc
        return changed


def api_key(row: KeyRow) -> ApiKey:
    """The key of an item; raises one of UNREADABLE."""
    texts = (row.secret_sha256, row.organization_id, row.organization_name)
    if None in texts:
        raise ValueError("a field is missing")
    return ApiKey(
        key_id=row.pk.removeprefix(PREFIX),
        secret_sha256=row.secret_sha256,
        environment=KeyEnvironment(row.environment),
        organization_id=row.organization_id,
        organization_name=row.organization_name,
        scopes=frozenset(row.scopes or ()),
        tier=RateTier(row.tier),
        state=KeyState(row.state),
        browser=_browser_from(row.browser) if row.browser is not None else None,
        created_at=_moment(row.created_at),
        valid_until=_moment(row.valid_until),
    )


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _browser_to(browser: BrowserAccess | None) -> dict[str, Any] | None:
    if browser is None:
        return None
    return {"secret": browser.secret.hex(), "origins": list(browser.origins)}


def _browser_from(stored: Any) -> BrowserAccess | None:
    """An unreadable value grants nothing, and costs the key nothing else."""
    try:
        return BrowserAccess(bytes.fromhex(stored["secret"]), tuple(stored["origins"]))
    except UNREADABLE:
        return None
