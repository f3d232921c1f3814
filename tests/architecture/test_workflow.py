"""The workflows run the documented commands, with tokens that can do no more than they need."""

import re
from typing import Any

import pytest
import yaml
from cfnlint.api import lint

from tests.architecture.test_template import ROOT

FOLDER = ROOT / ".github/workflows"
# `on` is a boolean in YAML 1.1.
WORKFLOWS: dict[str, dict[Any, Any]] = {
    path.stem: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yml"))
}
# Workflow -> its commands, and what its token may do beyond reading.
COMMANDS = {
    "ci": [".ci/run", "make generators", "make audit"],
    "deploy": [
        'make deploy OPTIONS="--no-confirm-changeset --no-fail-on-empty-changeset'
        ' --no-execute-changeset"',
        'make deploy OPTIONS="--no-confirm-changeset --no-fail-on-empty-changeset"',
    ],
    "release": [
        ".ci/run",
        'make release TAG="$GITHUB_REF_NAME"',
        'gh release create "$GITHUB_REF_NAME" --verify-tag --notes-file dist/NOTES.md'
        " dist/*.whl dist/*.tgz dist/sbom.json",
    ],
}
PERMISSIONS = {
    "ci": [{"contents": "read"}],
    "deploy": [{"contents": "read", "id-token": "write"}],
    "release": [{"contents": "read"}, {"contents": "write"}],
}


def jobs(name: str) -> list[dict[str, Any]]:
    return list(WORKFLOWS[name]["jobs"].values())


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in jobs(name) for step in job["steps"]]


def test_the_workflows_run_the_documented_commands() -> None:
    script = (ROOT / ".ci/run").read_text()
    contributing = (ROOT / "CONTRIBUTING.md").read_text()

    found = {name: [step["run"] for step in steps(name) if "run" in step] for name in WORKFLOWS}
    assert found == COMMANDS
    assert re.findall(r"^make .+$", script, re.MULTILINE) == ["make check", "make test"]
    assert "set -euo pipefail" in script
    assert "export REQUIRE_ALL_TESTS=1" in script
    for target in ("check", "test", "generators", "audit", "release"):
        assert f"make {target}" in contributing
    assert "make test" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_action_is_pinned_by_hash_and_names_its_version(name: str) -> None:
    text = (FOLDER / f"{name}.yml").read_text()

    pinned = re.findall(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", text, re.MULTILINE)
    assert len(pinned) == len([step for step in steps(name) if "uses" in step])
    assert len(pinned) == text.count("uses:")


@pytest.mark.parametrize("name", WORKFLOWS)
def test_tokens_do_what_they_must_and_none_is_stored(name: str) -> None:
    text = (FOLDER / f"{name}.yml").read_text()
    checkouts = [step for step in steps(name) if "actions/checkout@" in step.get("uses", "")]

    own = [job["permissions"] for job in jobs(name) if "permissions" in job]
    assert [WORKFLOWS[name]["permissions"], *own] == PERMISSIONS[name]
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False] * len(jobs(name))
    # No stored key: a role in AWS by OIDC, and the job's own token.
    assert "secrets." not in text
    # An input in a command could be a command.
    assert [step["run"] for step in steps(name) if "${{" in step.get("run", "")] == []


def test_they_have_a_time_limit_and_the_lambdas_python() -> None:
    runtime = re.search(r"Runtime: python(\S+)", (ROOT / "template.yaml").read_text())
    assert runtime is not None
    triggers = {name: set(workflow[True]) for name, workflow in WORKFLOWS.items()}

    assert triggers == {
        "ci": {"push", "pull_request"},
        "deploy": {"workflow_dispatch"},
        "release": {"push"},
    }
    for name in WORKFLOWS:
        assert all(job["timeout-minutes"] <= 60 for job in jobs(name))
        pythons = [
            step["with"]["python-version"] for step in steps(name) if "python-version" in str(step)
        ]
        assert pythons == [runtime[1]] * len(jobs(name))


def test_a_deployment_shows_its_changes_before_the_environment_approves_them() -> None:
    show, deploy = (WORKFLOWS["deploy"]["jobs"][name] for name in ("show", "deploy"))

    assert "environment" not in show
    assert (deploy["needs"], deploy["environment"]) == ("show", "${{ inputs.profile }}")


def test_the_example_of_an_edge_is_a_valid_template() -> None:
    text = (ROOT / "docs/examples/cloudfront.yaml").read_text()

    found = lint(text, regions=["us-east-1"])
    assert [match.message for match in found if match.rule.id.startswith(("E", "W"))] == []
