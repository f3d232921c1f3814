"""States of API keys: active, suspended, revoked; one key or all keys of an organisation."""

from dataclasses import replace

import typer

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
    keys = open_deployment(options.stack).keys
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
            keys.change_state(key, state)
        except KeyChanged as exc:
            overtaken.append(str(exc))
    if overtaken:
        raise CommandError(f"{'; '.join(overtaken)}; the others are {past}: catalog keys list")
    if options.as_json:
        print_json([to_dict(replace(key, state=state)) for key in found])
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
    keys = open_deployment(options.stack).keys
    key = existing_key(keys, key_id)
    if key.state == KeyState.REVOKED and state != KeyState.REVOKED:
        raise CommandError(f"{key_id} is permanently revoked; create another: catalog keys create")
    imperative, past = VERBS[state]
    if key.state != state:
        confirm(f"{imperative} {key_id} of {key.organization_name}?", yes=options.yes)
        try:
            keys.change_state(key, state)
        except KeyChanged as exc:
            raise CommandError(f"{exc}; nothing changed: catalog keys list") from exc
    if options.as_json:
        print_json(to_dict(replace(key, state=state)))
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


def to_dict(key: ApiKey) -> dict[str, str]:
    """JSON values of a key, without its secret."""
    return {
        "keyId": key.key_id,
        "environment": key.environment,
        "organization": key.organization_id,
        "name": key.organization_name,
        "scopes": " ".join(sorted(key.scopes)),
        "tier": key.tier,
        "state": key.state,
        "browserOrigins": " ".join(key.browser.origins) if key.browser else "",
    }
