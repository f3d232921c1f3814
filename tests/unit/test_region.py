"""One rule for the region, everywhere: option, AWS_REGION, AWS_DEFAULT_REGION, profile."""

import os
import subprocess
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from ops import deployment
from ops.account import use_account
from ops.cli import app

ROOT = Path(__file__).parents[2]
NAMES = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE")
# (option, AWS_REGION, AWS_DEFAULT_REGION, profile) -> the region, None for none.
TABLE = [
    ("us-west-2", "eu-north-1", "eu-west-1", "here", "us-west-2"),
    (None, "eu-north-1", "eu-west-1", "here", "eu-north-1"),
    (None, "eu-north-1", None, None, "eu-north-1"),
    (None, None, "eu-west-1", "here", "eu-west-1"),
    (None, "", "eu-west-1", None, "eu-west-1"),
    (None, None, None, "here", "ap-south-1"),
    (None, "", "", "here", "ap-south-1"),
    (None, None, None, "nowhere", None),
    (None, None, None, "unknown", None),
    (None, None, None, None, None),
    (None, "", "", None, None),
]


@pytest.fixture(autouse=True)
def profiles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("[profile here]\nregion = ap-south-1\n[profile nowhere]\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    for name in NAMES:
        # Set first, so that what the command sets is undone.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.mark.parametrize(("option", "region", "default", "profile", "expected"), TABLE)
def test_the_command_its_clients_and_settings_use_one_region(
    monkeypatch: pytest.MonkeyPatch,
    option: str | None,
    region: str | None,
    default: str | None,
    profile: str | None,
    expected: str | None,
) -> None:
    for name, value in zip(NAMES[:2], (region, default), strict=True):
        if value is not None:
            monkeypatch.setenv(name, value)

    use_account(profile, option)

    assert [os.environ.get(name) for name in NAMES[:2]] == [expected, expected]
    if profile != "unknown":
        assert boto3.Session().region_name == expected


def test_tables_of_the_environment_need_no_aws_region_if_the_profile_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "here")
    monkeypatch.setenv("CATALOG_TABLE", "catalog")
    monkeypatch.setenv("KEYS_TABLE", "keys")

    use_account(None, None)

    tables = deployment._environment_tables()
    assert tables is not None
    assert tables.region == "ap-south-1"


def test_an_unknown_profile_is_one_line_with_a_hint() -> None:
    done = CliRunner().invoke(app, ["--profile", "unknown", "status", "--stack", "music"])

    assert done.exit_code == 2
    assert "unknown" in done.stderr
    assert "aws configure list-profiles" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("region", "default", "deploys_in", "builds_in"),
    [
        ("eu-north-1", "eu-west-1", "eu-north-1", "eu-north-1"),
        ("eu-north-1", None, "eu-north-1", "eu-north-1"),
        (None, "eu-west-1", "eu-west-1", "eu-west-1"),
        ("", "eu-west-1", "eu-west-1", "eu-west-1"),
        # The profile decides, which SAM reads by itself.
        (None, None, "none", "eu-central-1"),
    ],
)
def test_make_passes_the_region_to_sam_and_invents_none_for_a_deployment(
    tmp_path: Path, region: str | None, default: str | None, deploys_in: str, builds_in: str
) -> None:
    program = tmp_path / "sam"
    program.write_text('#!/bin/sh\necho "$1 ${AWS_DEFAULT_REGION:-none}"\n')
    program.chmod(0o755)
    given = {"AWS_REGION": region, "AWS_DEFAULT_REGION": default}
    environment = {
        **os.environ,
        **{name: value for name, value in given.items() if value is not None},
    }

    shown = subprocess.run(
        ["make", "-s", "-f", "Makefile", "-f", "-", "shown", f"SAM_PROGRAM={program}"],
        input="shown:\n\t@$(SAM) build\n\t@$(SAM_DEPLOY) deploy\n",
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert shown.stdout == f"build {builds_in}\ndeploy {deploys_in}\n"
