"""`catalog keys allow-browser`, and what happens to the tokens of its key."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import a_key
from tests.served import Run
from tiktok_music.adapters.dynamo_key_usage import DynamoKeyUsage
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_models import DynamoRows
from tiktok_music.api_key import ApiKey, BrowserAccess, KeyState

PAGE = "https://app.example.com"


@pytest.fixture
def key(stores: DynamoRows) -> ApiKey:
    _, key = a_key()
    DynamoKeys(stores, "keys").save(key)
    return key


def browser_of(stores: DynamoRows, key: ApiKey) -> BrowserAccess:
    stored = DynamoKeys(stores, "keys").get(key.key_id)
    assert stored is not None
    assert stored.browser is not None
    return stored.browser


def test_a_key_is_allowed_rotated_and_ended(catalog: Run, stores: DynamoRows, key: ApiKey) -> None:
    command = ("keys", "allow-browser", key.key_id)

    allowed = catalog(*command, "--origin", PAGE, "--origin", "https://*.a.test")
    first = browser_of(stores, key)
    assert allowed.stdout == (
        f"{key.key_id} makes tokens for {PAGE}, https://*.a.test; takes effect within 30 seconds\n"
    )
    assert (first.origins, len(first.secret)) == ((PAGE, "https://*.a.test"), 32)
    assert first.secret.hex() not in allowed.output + repr(first)

    catalog(*command, "--origin", PAGE)
    assert browser_of(stores, key) == BrowserAccess(first.secret, (PAGE,))
    assert catalog(*command, "--rotate", input="n\n").exit_code == 1
    assert browser_of(stores, key).secret == first.secret
    rotated = json.loads(catalog(*command, "--rotate", "--yes", "--json").stdout)
    assert rotated["browserOrigins"] == [PAGE]
    assert browser_of(stores, key).secret != first.secret
    assert f" {PAGE}" in catalog("keys", "list").stdout

    ended = catalog(*command, "--off", "--yes")
    assert ended.stdout == f"{key.key_id} makes no tokens; takes effect within 30 seconds\n"
    assert DynamoKeys(stores, "keys").get(key.key_id) == key


def test_a_rotated_key_has_tokens_of_its_own(catalog: Run, stores: DynamoRows, key: ApiKey) -> None:
    catalog("keys", "allow-browser", key.key_id, "--origin", PAGE)

    made = json.loads(catalog("keys", "rotate", key.key_id, "--json").stdout)

    new = DynamoKeys(stores, "keys").get(made["keyId"])
    assert new is not None
    assert new.browser is not None
    assert new.browser.origins == (PAGE,)
    assert new.browser.secret != browser_of(stores, key).secret


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ((), "give the pages' origins: --origin https://app.example.com"),
        (("--rotate",), "give the pages' origins"),
        (("--off", "--rotate"), "--off goes with no other option"),
        (("--origin", f"{PAGE}/"), f"--origin '{PAGE}/' is not an origin as browsers send it"),
        (("--origin", "https://*"), "--origin 'https://*' is not an origin"),
        (("--origin", "http://localhost:3000"), "(http://localhost is for test keys)"),
        (tuple(f"--origin=https://{n}.a.test" for n in range(6)), "given more than 5 times"),
    ],
)
def test_wrong_options_change_nothing(
    catalog: Run, stores: DynamoRows, key: ApiKey, options: tuple[str, ...], problem: str
) -> None:
    result = catalog("keys", "allow-browser", key.key_id, *options)

    printed = " ".join(result.output.replace("│", " ").split())
    assert (result.exit_code, problem in printed) == (2, True), printed
    assert DynamoKeys(stores, "keys").get(key.key_id) == key


def test_a_test_key_may_be_for_localhost(catalog: Run, stores: DynamoRows) -> None:
    _, key = a_key("test")
    DynamoKeys(stores, "keys").save(key)

    catalog("keys", "allow-browser", key.key_id, "--origin", "http://localhost:*")

    assert browser_of(stores, key).origins == ("http://localhost:*",)


def test_a_key_of_an_earlier_release_has_no_tokens(catalog: Run, stores: DynamoRows) -> None:
    _, key = a_key(key_id="A" * 16)
    DynamoKeys(stores, "keys").save(key)

    refused = catalog("keys", "allow-browser", key.key_id, "--origin", PAGE)

    assert refused.exit_code == 2
    assert f"catalog keys rotate {key.key_id}" in " ".join(refused.stderr.split())


def test_a_revoked_or_unknown_key_is_refused(catalog: Run, stores: DynamoRows) -> None:
    _, key = a_key(state=KeyState.REVOKED)
    DynamoKeys(stores, "keys").save(key)

    revoked = catalog("keys", "allow-browser", key.key_id, "--origin", PAGE)
    unknown = catalog("keys", "allow-browser", "B" * 16, "--origin", PAGE)

    assert (revoked.exit_code, unknown.exit_code) == (2, 2)
    assert "is permanently revoked" in revoked.stderr
    assert "not found" in unknown.stderr


def test_the_list_shows_created_last_used_and_expiry(catalog: Run, stores: DynamoRows) -> None:
    make = ("keys", "create", "--organization", "org_1", "--name", "Acme", "--json")
    before = datetime.now(UTC).replace(second=0, microsecond=0)
    used = json.loads(catalog(*make).stdout)["keyId"]
    ending = json.loads(catalog(*make, "--until", "2099-01-01").stdout)["keyId"]
    _, old = a_key(valid_until=before - timedelta(days=1))
    DynamoKeys(stores, "keys").save(old)
    usage = DynamoKeyUsage(stores, "catalog")
    for number in (1_000, 999, 1_001, 1_001, 5):
        usage.mark(used, number)

    rows = {row["keyId"]: row for row in json.loads(catalog("keys", "list", "--json").stdout)}

    names = ("lastUsedAt", "expiresAt", "isExpired")
    hour = datetime.fromtimestamp(1_001 * 3_600, UTC).isoformat(timespec="minutes")
    assert {key: [row[name] for name in names] for key, row in rows.items()} == {
        used: [hour, None, False],
        ending: [None, "2099-01-01T00:00+00:00", False],
        old.key_id: [None, (before - timedelta(days=1)).isoformat(timespec="minutes"), True],
    }
    assert datetime.fromisoformat(rows[used]["createdAt"]) >= before
    assert rows[old.key_id]["createdAt"] is None
    assert "1970-02-11 17:00" in catalog("keys", "list").stdout


def test_a_rotated_key_is_valid_for_as_long_as_the_old_one(
    catalog: Run, stores: DynamoRows
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    _, old = a_key(created_at=now - timedelta(days=80), valid_until=now + timedelta(days=10))
    DynamoKeys(stores, "keys").save(old)

    renewed = json.loads(catalog("keys", "rotate", old.key_id, "--json").stdout)
    given = json.loads(
        catalog("keys", "rotate", old.key_id, "--json", "--until", "2099-01-01").stdout
    )

    left = datetime.fromisoformat(renewed["expiresAt"]) - now
    assert abs(left - timedelta(days=90)) < timedelta(minutes=2)
    assert given["expiresAt"] == "2099-01-01T00:00+00:00"
    past = catalog("keys", "rotate", old.key_id, "--until", "2020-01-01")
    assert (past.exit_code, "is in the past" in past.output) == (2, True)
