"""`catalog keys …`: API keys. A secret is shown once and stored nowhere."""

import secrets
from dataclasses import replace
from typing import Annotated

import typer

from ops.console import confirm, print_json, print_table, told
from ops.deployment import JsonOption, StackOption, YesOption, open_deployment
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.api.rate_limit import PER_MINUTE
from tiktok_music.api_key import (
    READ,
    WRITE,
    ApiKey,
    KeyEnvironment,
    KeyState,
    MintedKey,
    RateTier,
    mint_key,
)

app = typer.Typer(help="API keys: create, rotate, list, suspend, revoke.", no_args_is_help=True)
SCOPES = (READ, WRITE, "*")


def _id_in(text: str) -> str:
    """The id of a key, also where somebody gives more of the key than that."""
    parts = text.split("_")
    return parts[2] if parts[0] == "lp" and len(parts) > 2 else text


def _id_in_some(text: str | None) -> str | None:
    return None if text is None else _id_in(text)


KeyId = Annotated[
    str, typer.Argument(help="The 16 characters after lp_live_ or lp_test_.", callback=_id_in)
]


# Of `suspend` and `resume`: one key, or all that an organisation has.
SomeKeyId = Annotated[
    str | None,
    typer.Argument(help="The 16 characters after lp_live_ or lp_test_.", callback=_id_in_some),
]
OrganizationOption = Annotated[
    str | None, typer.Option("--organization", help="All keys of this organisation instead.")
]


@app.command()
@told
def create(
    organization: Annotated[str, typer.Option("--organization", help="Id of the organisation.")],
    name: Annotated[str, typer.Option("--name", help="Its name, as whoami tells it.")],
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help=f"One or more of {', '.join(SCOPES)} (default: {READ})."),
    ] = None,
    tier: Annotated[str, typer.Option(help=f"One of {', '.join(PER_MINUTE)}.")] = "standard",
    test: Annotated[bool, typer.Option("--test", help="A key of the sandbox.")] = False,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Make a key, and show it: this once."""
    for option, text in (("--organization", organization), ("--name", name)):
        if not text.strip():
            raise typer.BadParameter(f"{option} is empty")
    scopes = scope or [READ]
    wrong = [each for each in scopes if each not in SCOPES]
    if wrong:
        raise typer.BadParameter(f"--scope {wrong[0]!r} is not one of {', '.join(SCOPES)}")
    if tier not in PER_MINUTE:
        raise typer.BadParameter(f"--tier {tier!r} is not one of {', '.join(PER_MINUTE)}")
    environment = KeyEnvironment.TEST if test else KeyEnvironment.LIVE
    minted = mint_key(environment, secrets.token_bytes)
    key = ApiKey(
        key_id=minted.key_id,
        secret_sha256=minted.secret_sha256,
        environment=environment,
        organization_id=organization,
        organization_name=name,
        scopes=frozenset(scopes),
        tier=RateTier(tier),
        state=KeyState.ACTIVE,
    )
    keys = open_deployment(stack).keys
    others = [each for each in _of(organization, keys) if each.state != KeyState.REVOKED]
    if others and all(each.is_suspended() for each in others):
        raise typer.BadParameter(
            f"{organization} is suspended: catalog keys resume --organization {organization}"
        )
    keys.save(key)
    _show(minted, key, as_json=as_json)


@app.command()
@told
def rotate(key_id: KeyId, stack: str | None = StackOption, as_json: bool = JsonOption) -> None:
    """Make a key like another one, and show it: this once. The other goes on until revoked."""
    keys = open_deployment(stack).keys
    old = _existing(keys, key_id)
    if old.state != KeyState.ACTIVE:
        raise typer.BadParameter(f"{key_id} is {old.state}: only an active key is rotated")
    minted = mint_key(old.environment, secrets.token_bytes)
    new = replace(old, key_id=minted.key_id, secret_sha256=minted.secret_sha256)
    keys.save(new)
    _show(minted, new, as_json=as_json)
    typer.echo(f"when it is in use, end the old one: catalog keys revoke {key_id}", err=True)


@app.command("list")
@told
def list_keys(stack: str | None = StackOption, as_json: bool = JsonOption) -> None:
    """Every key, without its secret."""
    rows = [_told(key) for key in open_deployment(stack).keys.list_all()]
    if as_json:
        print_json(rows)
    elif rows:
        print_table(tuple(rows[0]), [tuple(row.values()) for row in rows])
    else:
        typer.echo("there is no key yet: catalog keys create --help")


@app.command()
@told
def revoke(
    key_id: KeyId,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """End a key for good; callers are refused within 30 seconds."""
    _set_state(key_id, KeyState.REVOKED, stack, as_json=as_json, yes=yes)


@app.command()
@told
def suspend(
    key_id: SomeKeyId = None,
    organization: OrganizationOption = None,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Stop a key, or an organisation, for now: every route answers 503 KILL_SWITCH. While all its
    keys are suspended, an organisation gets no new one."""
    _switch(key_id, organization, KeyState.SUSPENDED, stack, as_json=as_json, yes=yes)


@app.command()
@told
def resume(
    key_id: SomeKeyId = None,
    organization: OrganizationOption = None,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Let a suspended key in again, or all of an organisation."""
    _switch(key_id, organization, KeyState.ACTIVE, stack, as_json=as_json, yes=yes)


def _switch(
    key_id: str | None,
    organization: str | None,
    state: KeyState,
    stack: str | None,
    *,
    as_json: bool,
    yes: bool,
) -> None:
    if (key_id is None) == (organization is None):
        raise typer.BadParameter("give the id of a key, or --organization")
    if organization is None:
        _set_state(str(key_id), state, stack, as_json=as_json, yes=yes)
        return
    keys = open_deployment(stack).keys
    found = [each for each in _of(organization, keys) if each.state != KeyState.REVOKED]
    if not found:
        raise typer.BadParameter(f"{organization} has no key: `catalog keys list` tells who has")
    changing = [each for each in found if each.state != state]
    if changing:
        confirm(f"Set all {len(changing)} keys of {organization} to {state}?", yes=yes)
    for key in changing:
        keys.save(replace(key, state=state))
    if as_json:
        print_json([_told(replace(key, state=state)) for key in found])
    else:
        when = "within 30 seconds" if changing else "already"
        typer.echo(f"all {len(found)} keys of {organization} are {state} {when}")


def _of(organization: str, keys: DynamoKeys) -> list[ApiKey]:
    return [key for key in keys.list_all() if key.organization_id == organization]


def _set_state(
    key_id: str, state: KeyState, stack: str | None, *, as_json: bool, yes: bool
) -> None:
    keys = open_deployment(stack).keys
    key = _existing(keys, key_id)
    if key.state == KeyState.REVOKED and state != KeyState.REVOKED:
        raise typer.BadParameter(
            f"{key_id} is revoked, for good; make another: catalog keys create"
        )
    if key.state != state:
        confirm(f"Set {key_id} of {key.organization_name} to {state}?", yes=yes)
        keys.save(replace(key, state=state))
    if as_json:
        print_json(_told(replace(key, state=state)))
    else:
        when = "within 30 seconds" if key.state != state else "already"
        typer.echo(f"{key_id} is {state} {when}")


def _existing(keys: DynamoKeys, key_id: str) -> ApiKey:
    key = keys.get(key_id)
    if key is None:
        raise typer.BadParameter(
            f"there is no key {key_id[:16]}: `catalog keys list` has the ids, the 16 characters "
            "after lp_live_ or lp_test_"
        )
    return key


def _told(key: ApiKey) -> dict[str, str]:
    """A key without its secret."""
    return {
        "keyId": key.key_id,
        "environment": key.environment,
        "organization": key.organization_id,
        "name": key.organization_name,
        "scopes": " ".join(sorted(key.scopes)),
        "tier": key.tier,
        "state": key.state,
    }


def _show(minted: MintedKey, key: ApiKey, *, as_json: bool) -> None:
    if as_json:
        print_json({**_told(key), "key": minted.text})
    else:
        typer.echo(minted.text)
    typer.echo("keep it: it is not stored, and not shown again", err=True)
