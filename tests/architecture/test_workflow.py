"""The workflow runs the documented commands, with a token that can only read."""

import re
from typing import Any

import yaml

from tests.architecture.test_template import ROOT

# `on` is a boolean in YAML 1.1.
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def test_the_workflow_runs_the_documented_commands_by_one_script() -> None:
    script = (ROOT / ".ci/run").read_text()

    assert [step["run"] for step in STEPS if "run" in step] == [".ci/run", "make generators"]
    assert re.findall(r"^make .+$", script, re.MULTILINE) == [
        "make check",
        "make test",
    ]
    assert "set -euo pipefail" in script
    assert "export REQUIRE_ALL_TESTS=1" in script
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    assert "make check" in contributing
    assert "make test" in contributing
    assert "make generators" in contributing
    assert "make test" in (ROOT / "README.md").read_text()


def test_every_action_is_pinned_by_hash_and_names_its_version() -> None:
    text = (ROOT / ".github/workflows/ci.yml").read_text()

    pinned = re.findall(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", text, re.MULTILINE)
    assert len(pinned) == len([step for step in STEPS if "uses" in step]) == text.count("uses:")


def test_its_token_can_only_read_and_is_not_stored_in_the_checkout() -> None:
    checkout = next(step for step in STEPS if step.get("uses", "").startswith("actions/checkout@"))

    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert [job for job in WORKFLOW["jobs"].values() if "permissions" in job] == []
    assert checkout["with"]["persist-credentials"] is False
    assert "secrets." not in str(WORKFLOW)


def test_it_has_a_time_limit_and_the_lambdas_python() -> None:
    triggers = WORKFLOW[True]
    runtime = re.search(r"Runtime: python(\S+)", (ROOT / "template.yaml").read_text())
    python = next(step["with"]["python-version"] for step in STEPS if "python" in str(step))

    assert set(triggers) == {"push", "pull_request"}
    assert all(job["timeout-minutes"] <= 60 for job in WORKFLOW["jobs"].values())
    assert runtime is not None
    assert python == runtime[1]
