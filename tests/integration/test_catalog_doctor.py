"""`catalog doctor` over a real moto server: a healthy deployment, and each fault with its fix."""

import json

import boto3
import pytest
from typer.testing import CliRunner

from local.embedded_aws import BUCKET, CML_SECRET, REGION, EmbeddedAws
from local.library import TOKEN
from ops.cli import app
from tests.peer import Exchange, running_peer

BUCKET_CHECKS = ["write", "public", "range", "type", "cache", "cors", "delete"]
CHECKS = [
    "settings",
    "credentials",
    "clock",
    "table catalog",
    "table keys",
    "items of catalog",
    "items of keys",
    "lists",
    "secret tiktok-music/r2",
    *(f"bucket {name}" for name in BUCKET_CHECKS),
    "sandbox media",
    "published media",
    "source static",
]


def doctor() -> tuple[int, dict[str, dict[str, str]]]:
    result = CliRunner().invoke(app, ["doctor", "--json"])
    return result.exit_code, {line["check"]: line for line in json.loads(result.stdout)}


def failed(lines: dict[str, dict[str, str]]) -> list[str]:
    return [check for check, line in lines.items() if not line["ok"]]


def objects(account: EmbeddedAws) -> int:
    s3 = boto3.client("s3", endpoint_url=account.endpoint_url, region_name=REGION)
    return s3.list_objects_v2(Bucket=BUCKET)["KeyCount"]


def test_a_healthy_deployment_passes_all_checks_and_is_left_unchanged(account: EmbeddedAws) -> None:
    CliRunner().invoke(app, ["sandbox", "publish"])
    before = objects(account)

    code, lines = doctor()

    assert (code, list(lines), failed(lines)) == (0, CHECKS, [])
    assert lines["source static"]["found"] == "2 rows, 1 unreadable"
    assert (objects(account), before) == (14, 14)
    assert "bucket cors" in CliRunner().invoke(app, ["doctor"]).stdout


def test_missing_sandbox_media_are_found_with_the_command_that_publishes_them(
    account: EmbeddedAws,
) -> None:
    code, lines = doctor()

    assert (code, failed(lines)) == (1, ["sandbox media"])
    assert lines["sandbox media"]["fix"] == "publish them: catalog sandbox publish"


def test_a_domain_that_rewrites_responses_fails_each_public_check(
    account: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_peer(answer_a_page) as peer:
        monkeypatch.setenv("MEDIA_BASE_URL", peer.base_url)
        code, lines = doctor()

    public = [f"bucket {name}" for name in ("public", "range", "type", "cache", "cors")]
    assert (code, failed(lines)) == (1, [*public, "sandbox media"])
    found = lines["bucket public"]["found"]
    assert found.endswith("answers 200 with 11 bytes of text/html, not the probe")
    assert lines["bucket cors"] == {
        "check": "bucket cors",
        "ok": False,
        "found": "access-control-allow-origin is none for https://example.com",
        "fix": "give the bucket the CORS rule of docs/deploy.md, step 1, with the origins of your "
        "pages",
    }
    assert objects(account) == 0


def answer_a_page(exchange: Exchange) -> None:
    exchange.reply(200, b"hello there", Content_Type="text/html")


def test_missing_resources_are_found_with_their_fixes(
    account: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEYS_TABLE", "nothing")
    monkeypatch.setenv("R2_SECRET", "nothing/r2")
    monkeypatch.setenv("SOURCE_LOCATION", "/nowhere")

    code, lines = doctor()

    assert (code, failed(lines)) == (
        1,
        ["table nothing", "items of nothing", "secret nothing/r2", "bucket write", "source static"],
    )
    assert lines["secret nothing/r2"]["fix"] == (
        "create it: aws secretsmanager create-secret --name nothing/r2"
    )


def test_a_library_that_a_refresh_does_without_is_found(
    account: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = boto3.client("secretsmanager", endpoint_url=account.endpoint_url, region_name=REGION)
    secrets.create_secret(Name=CML_SECRET, SecretString=json.dumps(TOKEN))
    settings = {"SOURCE": "static,cml", "CML_SECRET": CML_SECRET, "ALLOW_PRIVATE_HOSTS": "true"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    with running_peer(lambda exchange: exchange.reply(403, b"no")) as peer:
        monkeypatch.setenv("CML_BASE_URL", peer.base_url)
        code, lines = doctor()

    assert (code, failed(lines)) == (1, ["sandbox media", "source static,cml"])
    found = lines["source static,cml"]["found"]
    assert found == "cml: upstream answered HTTP 403 (is the key in its secret right?)"


def test_unreadable_items_are_counted_and_named(account: EmbeddedAws) -> None:
    dynamodb = boto3.resource("dynamodb", endpoint_url=account.endpoint_url, region_name=REGION)
    for key in ("TRACK#a", "ASIDE#TRACK#b", "PTR", "RUNS", "MEDIA#c", "RUN#d"):
        dynamodb.Table("catalog").put_item(Item={"pk": key, "runs": "[{}]", "media": '"x"'})
    dynamodb.Table("keys").put_item(Item={"pk": "KEY#ABCDEFGHIJKLMNOP"})

    code, lines = doctor()

    assert code == 1
    assert lines["items of catalog"]["found"].startswith("6 unreadable or set aside: ")
    assert lines["items of keys"]["found"] == "1 unreadable or set aside: KEY#ABCDEFGHIJKLMNOP"


def test_an_unreachable_media_domain_is_reported_once(
    account: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIA_BASE_URL", "http://127.0.0.1:9")

    code, lines = doctor()

    assert (code, failed(lines)) == (1, ["bucket public", "sandbox media"])
    assert lines["bucket public"]["found"].startswith("127.0.0.1:9 refuses the connection: ")
    assert [name for name in lines if name.startswith("bucket")] == [
        "bucket write",
        "bucket public",
        "bucket delete",
    ]


def test_invalid_settings_end_the_checks(
    account: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("R2_BUCKET")

    code, lines = doctor()

    assert (code, list(lines), lines["settings"]["found"]) == (
        1,
        ["settings"],
        "settings: R2_BUCKET is not set",
    )
