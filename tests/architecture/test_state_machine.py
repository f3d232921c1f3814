"""The state machine's definition is valid, and matches the template."""

import json
import re
from typing import Any

import pytest
from cfnlint.api import lint_all

from tests.architecture.test_template import ROOT, load_template
from tiktok_music.adapters.media_lines import MOST_LINE_BYTES

DEFINITION = (ROOT / "statemachine" / "refresh_media.asl.json").read_text()
# In the partition of most regions, the only one that cfn-lint knows.
STATES: dict[str, Any] = json.loads(DEFINITION.replace("${Partition}", "aws"))


def problems_of(definition: Any) -> list[str]:
    """The findings of cfn-lint, by its schema of Amazon States Language."""
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": "arn:aws:iam::123456789012:role/role",
            "Definition": definition,
            "DefinitionSubstitutions": dict.fromkeys(placeholders(), "value"),
        },
    }
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Machine": machine}}
    found = lint_all(json.dumps(template))
    return [match.message for match in found if match.rule.id.startswith(("E", "W"))]


def placeholders() -> set[str]:
    return set(re.findall(r"\$\{(\w+)\}", DEFINITION))


def test_the_definition_is_valid() -> None:
    assert problems_of(STATES) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("StartAt",), "Nowhere"),
        (("States", "Media", "Tolerated"), 1),
        (("States", "Media", "ItemProcessor", "States", "Batch", "Retry"), "always"),
        (("States", "WasAllWell", "Choices"), {}),
    ],
)
def test_a_faulty_definition_is_invalid(path: tuple[str, ...], value: Any) -> None:
    broken = json.loads(json.dumps(STATES))
    place = broken
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value

    assert len(problems_of(broken)) == 1


def test_every_named_state_exists_and_every_state_is_reachable() -> None:
    named = {STATES["StartAt"]}
    for state in STATES["States"].values():
        branches = (state, *state.get("Choices", ()), *state.get("Catch", ()))
        named |= {
            branch[key] for branch in branches for key in ("Next", "Default") if key in branch
        }

    assert named == set(STATES["States"])


def test_the_template_substitutes_every_placeholder() -> None:
    machine = load_template()["Resources"]["RefreshMedia"]["Properties"]

    assert machine["DefinitionUri"] == "statemachine/refresh_media.asl.json"
    assert set(machine["DefinitionSubstitutions"]) == placeholders()


def test_no_task_times_out_before_its_function() -> None:
    resources = load_template()["Resources"]
    batch = STATES["States"]["Media"]["ItemProcessor"]["States"]["Batch"]

    for task, function in (
        (STATES["States"]["Plan"], "MediaPlanFunction"),
        (batch, "MediaBatchFunction"),
    ):
        assert task["TimeoutSeconds"] > resources[function]["Properties"]["Timeout"]


def test_a_batch_holds_several_of_the_longest_lines() -> None:
    most = STATES["States"]["Media"]["ItemBatcher"]["MaxInputBytesPerBatch"]

    assert 3 * MOST_LINE_BYTES <= most <= 262_144 - MOST_LINE_BYTES


def test_the_state_machine_and_the_refresh_have_the_same_schedule() -> None:
    resources = load_template()["Resources"]
    own = resources["RefreshMusicFunction"]["Properties"]["Events"]["Schedule"]["Properties"]
    schedule = resources["RefreshMediaSchedule"]["Properties"]
    instead = {**schedule, **schedule["Target"]}

    names = (
        "ScheduleExpression",
        "DeadLetterConfig",
        "ScheduleExpressionTimezone",
        "Input",
        "RetryPolicy",
    )
    for name in names:
        assert own[name] == instead[name]
