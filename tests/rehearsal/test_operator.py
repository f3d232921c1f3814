"""`catalog --stack` works on a rehearsed stack: it finds tables and settings in the stack."""

import json

import pytest
from typer.testing import CliRunner

from ops.cli import app
from tests.rehearsal.world import world


def test_the_command_reads_and_writes_the_stack(
    account: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def catalog(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, [*words, "--stack", "music"])
        return done.exit_code, done.output

    with world(monkeypatch) as deployed:
        before = catalog("status")
        deployed.refresh("2026-11-22T06:00:00Z")
        _, status = catalog("status", "--json")
        alarms = len(deployed.stack.of_type("AWS::CloudWatch::Alarm"))
        keys = catalog("keys", "create", "--organization", "org_1", "--name", "Acme")

    assert before[0] == 2
    assert "has no snapshot yet" in before[1]
    shown = json.loads(status)
    # The snapshot is of another day: late, which is no fault of the stack.
    assert (shown["catalog"], shown["tracks"], len(shown["alarms"])) == ("stack music", 2, alarms)
    assert keys[0] == 0
    assert "lp_live_" in keys[1]
