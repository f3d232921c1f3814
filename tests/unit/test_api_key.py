"""The checksum in a key's id, keys of older releases, which have none, and what a key permits."""

import base64
import hashlib
import secrets
from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest

from tests.builders import NOON, a_key
from tests.fakes import FakeKeys
from tiktok_music.api.auth import Authenticator, require_scope
from tiktok_music.api_key import (
    BrowserAccess,
    KeyEnvironment,
    PresentedKey,
    mint_key,
    parse_authorization,
)
from tiktok_music.errors import ScopeMissing, Unauthenticated

LIVE = KeyEnvironment.LIVE
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def an_older_key(environment: str = "live") -> str:
    """A key as releases without the checksum made them."""
    key_id = base64.b32encode(secrets.token_bytes(10)).decode()
    secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    return f"lp_{environment}_{key_id}_{secret}"


def sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@pytest.mark.parametrize("environment", list(KeyEnvironment))
def test_a_new_key_has_the_format_and_is_read(environment: KeyEnvironment) -> None:
    made = [mint_key(environment, secrets.token_bytes) for _ in range(200)]

    assert {tuple(len(part) for part in key.text.split("_", 3)) for key in made} == {(2, 4, 16, 43)}
    assert [parse_authorization(f"Bearer {key.text}") for key in made] == [
        PresentedKey(environment, key.key_id, key.secret_sha256) for key in made
    ]
    assert len({key.key_id for key in made}) == 200


@pytest.mark.parametrize("environment", ["live", "test"])
def test_a_key_of_an_older_release_is_read(environment: str) -> None:
    texts = [an_older_key(environment) for _ in range(200)]

    assert [parse_authorization(f"Bearer {text}") for text in texts] == [
        PresentedKey(KeyEnvironment(environment), text.split("_")[2], sha256(text.split("_", 3)[3]))
        for text in texts
    ]


def test_the_secret_keeps_its_256_bits() -> None:
    """The mark in the two unused bits does not change what the 43 characters decode to."""
    random = bytes(range(224, 256))
    key = mint_key(LIVE, lambda size: random[:size])

    secret = key.text.split("_", 3)[3]

    assert base64.urlsafe_b64decode(f"{secret}=") == random
    assert key.secret_sha256 == sha256(secret)


def test_any_other_character_in_the_id_of_a_new_key_makes_it_malformed() -> None:
    key = mint_key(LIVE, lambda size: bytes(range(size)))
    _, _, key_id, secret = key.text.split("_", 3)
    changed = [
        f"{key_id[:place]}{character}{key_id[place + 1 :]}"
        for place in range(16)
        for character in ALPHABET
        if character != key_id[place]
    ]

    read = [each for each in changed if parse_authorization(f"Bearer lp_live_{each}_{secret}")]

    assert (len(changed), read) == (16 * 31, [])
    assert parse_authorization(f"Bearer lp_test_{key_id}_{secret}") is None


def test_an_invented_id_in_a_new_key_costs_no_read() -> None:
    keys, stale = FakeKeys(), list[object]()
    authenticator = Authenticator(keys, lambda: 0.0, stale.append)
    secret = mint_key(LIVE, secrets.token_bytes).text.split("_", 3)[3]

    for number in range(500):
        with pytest.raises(Unauthenticated):
            authenticator.authenticate(f"Bearer lp_live_{ALPHABET[number % 32] * 16}_{secret}")

    assert (keys.reads, stale) == (0, [])


@pytest.mark.parametrize(
    ("scopes", "is_granted"),
    [({"publish:read"}, True), ({"*"}, True), ({"publish:write"}, False), (set(), False)],
    ids=str,
)
def test_a_key_grants_its_scopes_or_all(scopes: set[str], is_granted: bool) -> None:
    _, key = a_key(scopes=frozenset(scopes))

    assert key.grants("publish:read") is is_granted
    with nullcontext() if is_granted else pytest.raises(ScopeMissing, match=r"publish:read"):
        require_scope(key, "publish:read")


@pytest.mark.parametrize(
    ("valid_until", "is_expired"),
    [
        (None, False),
        (NOON + timedelta(seconds=1), False),
        (NOON, True),
        (NOON - timedelta(seconds=1), True),
    ],
)
def test_a_key_is_expired_from_its_end_on(valid_until: datetime | None, is_expired: bool) -> None:
    _, key = a_key(valid_until=valid_until)

    assert key.is_expired(NOON.timestamp()) is is_expired


def test_the_secret_of_browser_tokens_is_not_shown() -> None:
    access = BrowserAccess(b"s3cret", ("https://app.example",))

    assert repr(access) == "BrowserAccess(origins=('https://app.example',))"
