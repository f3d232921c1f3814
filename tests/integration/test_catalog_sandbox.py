"""`catalog sandbox publish` over a real moto server, as an operator types it."""

import json

import boto3
import pytest
from typer.testing import CliRunner, Result

from local.embedded_aws import BUCKET, REGION, EmbeddedAws
from ops.cli import app
from ops.sandbox import sandbox_objects


def publish(*words: str) -> Result:
    return CliRunner().invoke(app, ["sandbox", "publish", *words])


def keys(account: EmbeddedAws) -> set[str]:
    s3 = boto3.client("s3", endpoint_url=account.endpoint_url, region_name=REGION)
    return {each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}


def test_the_media_are_stored_once_and_a_second_run_writes_nothing(account: EmbeddedAws) -> None:
    first, second = publish(), publish()

    assert (first.exit_code, first.stdout) == (
        0,
        "table catalog: 14 objects written, 0 already there\n",
    )
    assert second.stdout == "table catalog: 0 objects written, 14 already there\n"
    assert keys(account) == {each.key for each in sandbox_objects()}
    [change] = json.loads(CliRunner().invoke(app, ["audit", "--json"]).stdout)
    assert (change["command"], change["what"]) == ("sandbox publish", {"objects": 14})


def test_a_dry_run_counts_and_writes_nothing(account: EmbeddedAws) -> None:
    text, document = publish("--dry-run").stdout, publish("--dry-run", "--json").stdout

    assert text == "table catalog: 14 objects would be written (dry run), 0 already there\n"
    assert json.loads(document) == {"missing": 14, "alreadyThere": 0, "written": 0}
    assert keys(account) == set()


def test_a_bucket_that_cannot_be_read_is_reported(
    account: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("R2_SECRET", "nothing/r2")

    result = publish()

    assert (result.exit_code, result.stderr.startswith("catalog: ")) == (2, True)
