"""API keys of the local run: one of every kind that a caller may have."""

import secrets
from collections.abc import Sequence

from ops.browser_access import new_access
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.api_key import (
    READ,
    WRITE,
    ApiKey,
    KeyEnvironment,
    KeyState,
    RateTier,
    mint_key,
)

# name in run.json -> environment, scopes, tier, state
KINDS = {
    "publishRead": ("live", {READ}, "partner", "active"),
    "all": ("live", {"*"}, "partner", "active"),
    "publishWrite": ("live", {READ, WRITE}, "partner", "active"),
    "noScopes": ("live", set[str](), "standard", "active"),
    "revoked": ("live", {READ}, "standard", "revoked"),
    "test": ("test", {"*"}, "standard", "active"),
}


def make_demo_keys(region: str, table_name: str, pages: Sequence[str] = ()) -> dict[str, str]:
    """Stores one key of each kind; returns name -> full key.

    The key `publishRead` makes browser tokens for `pages`.
    """
    store = DynamoKeys(DynamoRows(DynamoAccess(region)), table_name)
    full_keys = {}
    for name, (environment, scopes, tier, state) in KINDS.items():
        minted = mint_key(KeyEnvironment(environment), secrets.token_bytes)
        store.save(
            ApiKey(
                key_id=minted.key_id,
                secret_sha256=minted.secret_sha256,
                environment=KeyEnvironment(environment),
                organization_id="org_local",
                organization_name="Local",
                scopes=frozenset(scopes),
                tier=RateTier(tier),
                state=KeyState(state),
                browser=new_access(tuple(pages)) if pages and name == "publishRead" else None,
            )
        )
        full_keys[name] = minted.text
    return full_keys
