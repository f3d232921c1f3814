"""The workflow runs what the documents tell to run, and may do nothing but read."""

import re
from typing import Any

import yaml

from tests.architecture.test_template import ROOT

# `on` is a boolean in YAML 1.1.
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def test_it_runs_the_one_command_and_that_the_two_of_the_documents() -> None:
    script = (ROOT / ".ci/run").read_text()

    assert [step["run"] for step in STEPS if "run" in step] == [".ci/run"]
    assert re.findall(r"^make .+$", script, re.MULTILINE) == ["make check", "make test"]
    assert "set -euo pipefail" in script
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    assert "make check" in contributing
    assert "make test" in contributing
    assert "make test" in (ROOT / "README.md").read_text()


def test_every_action_is_pinned_and_says_which_version_it_is() -> None:
    text = (ROOT / ".github/workflows/ci.yml").read_text()

    pinned = re.findall(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", text, re.MULTILINE)
    assert len(pinned) == len([step for step in STEPS if "uses" in step]) == text.count("uses:")


def test_its_token_reads_and_is_not_left_behind() -> None:
    checkout = next(step for step in STEPS if step.get("uses", "").startswith("actions/checkout@"))

    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert [job for job in WORKFLOW["jobs"].values() if "permissions" in job] == []
    assert checkout["with"]["persist-credentials"] is False
    assert "secrets." not in str(WORKFLOW)


def test_it_ends_by_itself_and_asks_for_the_lambdas_python() -> None:
    triggers = WORKFLOW[True]
    runtime = re.search(r"Runtime: python(\S+)", (ROOT / "template.yaml").read_text())
    python = next(step["with"]["python-version"] for step in STEPS if "python" in str(step))

    assert set(triggers) == {"push", "pull_request"}
    assert all(job["timeout-minutes"] <= 60 for job in WORKFLOW["jobs"].values())
    assert runtime is not None
    assert python == runtime[1]
