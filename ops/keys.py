"""`catalog keys …`: API keys. A secret is shown once and never stored."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer

from ops.audit import recorded, required_reason
from ops.browser_access import allow_browser, new_access
from ops.console import cell, echo, print_json, print_table, reports_errors
from ops.deployment import open_deployment
from ops.errors import CommandError
from ops.key_states import (
    existing_key,
    key_id_of,
    named,
    set_state,
    set_states,
    time_of,
    to_dict,
    usable_keys,
)
from ops.options import CommandOptions, JsonOption, ReasonOption, StackOption, YesOption
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

app = typer.Typer(
    help="API keys: create, rotate, list, suspend, resume, revoke, allow-browser.",
    no_args_is_help=True,
)
# Of the table; --json has all.
COLUMNS = (
    "keyId", "environment", "organization", "name", "scopes", "tier", "state", "browserOrigins",
    "createdAt", "lastUsedAt", "expiresAt",
)  # fmt: skip
SCOPES = (READ, WRITE, "*")


def _optional_key_id(text: str | None) -> str | None:
    return None if text is None else key_id_of(text)


KeyId = Annotated[
    str, typer.Argument(help="The 16 characters after lp_live_ or lp_test_.", callback=key_id_of)
]
# `suspend` and `resume` take one key, or all keys of an organisation.
OptionalKeyId = Annotated[
    str | None,
    typer.Argument(help="The 16 characters after lp_live_ or lp_test_.", callback=_optional_key_id),
]
UntilOption = Annotated[
    datetime | None, typer.Option("--until", help="End in UTC. Default: does not expire.")
]
OrganizationOption = Annotated[
    str | None, typer.Option("--organization", help="All keys of this organisation instead.")
]


@app.command()
@reports_errors
def create(
    organization: Annotated[str, typer.Option("--organization", help="Id of the organisation.")],
    name: Annotated[str, typer.Option("--name", help="Name of the organisation, for whoami.")],
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help=f"One or more of {', '.join(SCOPES)} (default: {READ})."),
    ] = None,
    tier: Annotated[str, typer.Option(help=f"One of {', '.join(PER_MINUTE)}.")] = "standard",
    test: Annotated[bool, typer.Option("--test", help="Create a key of the sandbox.")] = False,
    until: UntilOption = None,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Create a key and show it once."""
    for option, text in (("--organization", organization), ("--name", name)):
        if not text.strip():
            raise typer.BadParameter(f"{option} is empty")
    scopes = scope or [READ]
    unknown = [each for each in scopes if each not in SCOPES]
    if unknown:
        raise typer.BadParameter(f"--scope {unknown[0]!r} is not one of {', '.join(SCOPES)}")
    if tier not in PER_MINUTE:
        raise typer.BadParameter(f"--tier {tier!r} is not one of {', '.join(PER_MINUTE)}")
    ends = _end_of(until)
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
        created_at=_now(),
        valid_until=ends,
    )
    deployment = open_deployment(stack)
    keys = deployment.keys
    others = usable_keys(organization, keys)
    if others and all(each.is_suspended() for each in others):
        raise CommandError(
            f"{organization} is suspended (all keys); run catalog keys resume --organization "
            f"{organization}"
        )
    with recorded(deployment, "keys create", named(key)):
        keys.save(key)
    _print_key(minted, key, as_json=as_json)


@app.command()
@reports_errors
def rotate(
    key_id: KeyId,
    until: UntilOption = None,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
) -> None:
    """Create a key with the same settings and show it once. The old key works until revoked.

    A key that expires is replaced by one that is valid for as long, unless --until is given.
    """
    ends = _end_of(until)
    deployment = open_deployment(stack)
    keys = deployment.keys
    old = existing_key(keys, key_id)
    if old.state != KeyState.ACTIVE:
        raise CommandError(f"{key_id} is {old.state}: only an active key can be rotated")
    minted = mint_key(old.environment, secrets.token_bytes)
    browser = new_access(old.browser.origins) if old.browser else None
    new = old._replace(
        key_id=minted.key_id,
        secret_sha256=minted.secret_sha256,
        browser=browser,
        created_at=_now(),
        valid_until=ends or _renewed_end(old),
    )
    with recorded(deployment, "keys rotate", {**named(old), "newKeyId": new.key_id}):
        keys.save(new)
    _print_key(minted, new, as_json=as_json)
    echo(f"Once the new key is in use: catalog keys revoke {key_id}", err=True)


@app.command("list")
@reports_errors
def list_keys(stack: str | None = StackOption, as_json: bool = JsonOption) -> None:
    """List all keys, without their secrets, with the hour in which each was last used."""
    deployment = open_deployment(stack)
    keys = deployment.keys.list_all()
    used = deployment.usage.last_used(key.key_id for key in keys)
    rows = [{**to_dict(key), "lastUsedAt": time_of(used.get(key.key_id))} for key in keys]
    if as_json:
        print_json(rows)
    elif rows:
        print_table(COLUMNS, [[_short(row[name]) for name in COLUMNS] for row in rows])
    else:
        echo("no keys yet: catalog keys create --help")


@app.command()
@reports_errors
def revoke(
    key_id: KeyId,
    reason: str | None = ReasonOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Revoke a key permanently; takes effect within 30 seconds."""
    options = CommandOptions(stack, as_json, yes, reason=required_reason(reason))
    set_state(key_id, KeyState.REVOKED, options)


@app.command()
@reports_errors
def suspend(
    key_id: OptionalKeyId = None,
    organization: OrganizationOption = None,
    reason: str | None = ReasonOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Suspend a key, or all keys of an organisation: its requests get 503 KILL_SWITCH.

    While all its keys are suspended, no key can be created for an organisation.
    """
    options = CommandOptions(stack, as_json, yes, reason=reason)
    set_states(key_id, organization, KeyState.SUSPENDED, options)


@app.command()
@reports_errors
def resume(
    key_id: OptionalKeyId = None,
    organization: OrganizationOption = None,
    reason: str | None = ReasonOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Make a suspended key, or all suspended keys of an organisation, active again."""
    options = CommandOptions(stack, as_json, yes, reason=reason)
    set_states(key_id, organization, KeyState.ACTIVE, options)


app.command("allow-browser")(allow_browser)


def _short(value: object) -> str:
    """The text of a value; a time in UTC without its offset."""
    text = cell(value)
    return text[:16].replace("T", " ") if text.endswith("+00:00") else text


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _end_of(until: datetime | None) -> datetime | None:
    """The end of a new key, which is in the future."""
    ends = until.replace(tzinfo=UTC) if until else None
    if ends is not None and ends <= datetime.now(UTC):
        raise typer.BadParameter(f"--until {ends:%Y-%m-%d %H:%M} UTC is in the past")
    return ends


def _renewed_end(old: ApiKey) -> datetime | None:
    """The end of a key that replaces another: valid for as long, if that is known."""
    if old.valid_until is None or old.created_at is None:
        return old.valid_until
    return _now() + (old.valid_until - old.created_at)


def _print_key(minted: MintedKey, key: ApiKey, *, as_json: bool) -> None:
    if as_json:
        print_json({**to_dict(key), "key": minted.text})
    else:
        echo(minted.text)
    echo("Save this key now; it is shown once", err=True)
