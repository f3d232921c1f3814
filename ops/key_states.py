"""States of API keys: active, suspended, revoked; one key or all keys of an organisation."""

import time
from datetime import datetime
from typing import Any

import typer

from ops.audit import recorded
from ops.console import confirm, echo, print_json
from ops.deployment import open_deployment
from ops.errors import CommandError
from ops.options import CommandOptions
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.api_key import ApiKey, KeyState
from tiktok_music.errors import KeyChanged

# State -> what the command does, and what it has done.
VERBS = {
    KeyState.ACTIVE: ("resume", "resumed"),
    KeyState.SUSPENDED: ("suspend", "suspended"),
    KeyState.REVOKED: ("revoke", "revoked"),
}
TAKES_EFFECT = "takes effect within 30 seconds"


def set_states(
    key_id: str | None, organization: str | None, state: KeyState, options: CommandOptions
) -> None:
    if (key_id is None) == (organization is None):
        raise typer.BadParameter("give the id of a key, or --organization")
    if organization is None:
        set_state(str(key_id), state, options)
        return
    deployment = open_deployment(options.stack)
    keys = deployment.keys
    found = usable_keys(organization, keys)
    if not found:
        raise CommandError(f"{organization} has no key: catalog keys list")
    changing = [each for each in found if each.state != state]
    imperative, past = VERBS[state]
    count = f"{len(changing)} {'key' if len(changing) == 1 else 'keys'} of {organization}"
    if changing:
        confirm(f"{imperative} {count}?", yes=options.yes)
    overtaken: list[str] = []
    for key in changing:
        try:
            with recorded(deployment, f"keys {imperative}", named(key), options.reason):
                keys.change_state(key, state)
        except KeyChanged as exc:
            overtaken.append(str(exc))
    if overtaken:
        raise CommandError(f"{'; '.join(overtaken)}; the others are {past}: catalog keys list")
    if options.as_json:
        print_json([to_dict(key._replace(state=state)) for key in found])
    elif changing:
        echo(f"{past} {count}; {TAKES_EFFECT}")
    else:
        echo(f"all keys of {organization} are already {state}")


def usable_keys(organization: str, keys: DynamoKeys) -> list[ApiKey]:
    """All keys of an organisation that are not revoked."""
    return [
        key
        for key in keys.list_all()
        if key.organization_id == organization and key.state != KeyState.REVOKED
    ]


def set_state(key_id: str, state: KeyState, options: CommandOptions) -> None:
    deployment = open_deployment(options.stack)
    keys = deployment.keys
    key = existing_key(keys, key_id)
    if key.state == KeyState.REVOKED and state != KeyState.REVOKED:
        raise CommandError(f"{key_id} is permanently revoked; create another: catalog keys create")
    imperative, past = VERBS[state]
    if key.state != state:
        confirm(f"{imperative} {key_id} of {key.organization_name}?", yes=options.yes)
        try:
            with recorded(deployment, f"keys {imperative}", named(key), options.reason):
                keys.change_state(key, state)
        except KeyChanged as exc:
            raise CommandError(f"{exc}; nothing changed: catalog keys list") from exc
    if options.as_json:
        print_json(to_dict(key._replace(state=state)))
    elif key.state != state:
        echo(f"{key_id} {past}; {TAKES_EFFECT}")
    else:
        echo(f"{key_id} is already {state}")


def key_id_of(text: str) -> str:
    """The id of a key; accepts the whole key too."""
    parts = text.split("_")
    return parts[2] if parts[0] == "lp" and len(parts) > 2 else text


def existing_key(keys: DynamoKeys, key_id: str) -> ApiKey:
    key = keys.get(key_id)
    if key is None:
        raise CommandError(
            f"key {key_id[:16]} not found: `catalog keys list` lists the ids, the 16 characters "
            "after lp_live_ or lp_test_"
        )
    return key


def named(key: ApiKey) -> dict[str, str]:
    """The key of a change, for its record."""
    return {"keyId": key.key_id, "organization": key.organization_id}


def to_dict(key: ApiKey) -> dict[str, Any]:
    """JSON values of a key, without its secret."""
    return {
        "keyId": key.key_id,
        "environment": key.environment,
        "organization": key.organization_id,
        "name": key.organization_name,
        "scopes": sorted(key.scopes),
        "tier": key.tier,
        "state": key.state,
        "browserOrigins": list(key.browser.origins) if key.browser else [],
        "createdAt": time_of(key.created_at),
        "expiresAt": time_of(key.valid_until),
        "isExpired": key.is_expired(time.time()),
    }


def time_of(moment: datetime | None) -> str | None:
    """A time in JSON."""
    return moment.isoformat(timespec="minutes") if moment else None
