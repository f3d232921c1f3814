"""`catalog keys allow-browser`: which web pages the browser tokens of a key are for."""

import secrets
from typing import Annotated

import typer

from ops.audit import recorded
from ops.console import confirm, echo, print_json, reports_errors
from ops.deployment import open_deployment
from ops.errors import CommandError
from ops.key_states import TAKES_EFFECT, existing_key, key_id_of, named, to_dict
from ops.options import JsonOption, ReasonOption, StackOption, YesOption
from tiktok_music.api.tokens.form import MOST_ORIGINS
from tiktok_music.api.tokens.origins import is_origin_pattern
from tiktok_music.api_key import ApiKey, BrowserAccess, KeyState, has_checksum
from tiktok_music.errors import KeyChanged

SECRET_BYTES = 32


def new_access(origins: tuple[str, ...]) -> BrowserAccess:
    """Access with a new secret."""
    return BrowserAccess(secrets.token_bytes(SECRET_BYTES), origins)


@reports_errors
def allow_browser(
    key_id: Annotated[
        str,
        typer.Argument(help="The 16 characters after lp_live_ or lp_test_.", callback=key_id_of),
    ],
    origin: Annotated[
        list[str] | None,
        typer.Option("--origin", help=f"A page's origin, up to {MOST_ORIGINS}. Replaces all."),
    ] = None,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make a new secret: ends all tokens of the key.")
    ] = False,
    off: Annotated[
        bool, typer.Option("--off", help="End all tokens of the key, and make no more.")
    ] = False,
    reason: str | None = ReasonOption,
    stack: str | None = StackOption,
    as_json: bool = JsonOption,
    yes: bool = YesOption,
) -> None:
    """Let a key make short-lived tokens for web pages; takes effect within 30 seconds.

    The key itself stays as it is. An origin is such as https://app.example.com or
    https://*.example.com; for test keys http://localhost:3000 or http://localhost:* too.
    """
    deployment = open_deployment(stack)
    keys = deployment.keys
    key = existing_key(keys, key_id)
    browser = _changed(key, tuple(dict.fromkeys(origin or ())), rotate=rotate, off=off)
    if key.browser is not None and (browser is None or browser.secret != key.browser.secret):
        confirm(f"end all tokens of {key_id}, {key.organization_name}?", yes=yes)
    if browser != key.browser:
        what = {**named(key), "origins": " ".join(browser.origins) if browser else None}
        try:
            with recorded(deployment, "keys allow-browser", what, reason):
                keys.change_browser(key, browser)
        except KeyChanged as exc:
            raise CommandError(f"{exc}; nothing changed: catalog keys list") from exc
    if as_json:
        print_json(to_dict(key._replace(browser=browser)))
    elif browser is None:
        echo(f"{key_id} makes no tokens; {TAKES_EFFECT}")
    else:
        echo(f"{key_id} makes tokens for {', '.join(browser.origins)}; {TAKES_EFFECT}")


def _changed(
    key: ApiKey, origins: tuple[str, ...], *, rotate: bool, off: bool
) -> BrowserAccess | None:
    """The access that the options ask for; raises CommandError or BadParameter."""
    if off and (origins or rotate):
        raise typer.BadParameter("--off goes with no other option")
    if off:
        return None
    if key.state == KeyState.REVOKED:
        raise CommandError(
            f"{key.key_id} is permanently revoked; create another: catalog keys create"
        )
    if not has_checksum(key.environment, key.key_id):
        raise CommandError(
            f"{key.key_id} is a key of an earlier release, which can have no tokens; make one that "
            f"can: catalog keys rotate {key.key_id}"
        )
    wrong = [each for each in origins if not is_origin_pattern(each, key.environment)]
    if wrong:
        local = " (http://localhost is for test keys)" if wrong[0].startswith("http://") else ""
        raise typer.BadParameter(
            f"--origin {wrong[0]!r} is not an origin as browsers send it, such as "
            f"https://app.example.com: lower case, without a path or a final slash{local}"
        )
    if len(origins) > MOST_ORIGINS:
        raise typer.BadParameter(
            f"--origin is given more than {MOST_ORIGINS} times, and a token has {MOST_ORIGINS} at "
            "most; https://*.example.com stands for all hosts of a domain, another key for more"
        )
    if key.browser is None and not origins:
        raise typer.BadParameter("give the pages' origins: --origin https://app.example.com")
    if key.browser is None or rotate:
        return new_access(origins or (key.browser.origins if key.browser else ()))
    if not origins:
        raise typer.BadParameter("give --origin, --rotate or --off")
    return key.browser._replace(origins=origins)
