"""The template and the code agree."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tiktok_music.announce.settings import AnnounceSettings
from tiktok_music.api.schedule import next_run
from tiktok_music.api.settings import ListSettings
from tiktok_music.refresh.settings import (
    MediaBatchSettings,
    MediaPlanSettings,
    RefreshSettings,
)

ROOT = Path(__file__).parents[2]
# Read by Powertools, read by handlers, and set by Lambda: none of them is a setting.
NOT_OURS = {"AWS_CA_BUNDLE", "POWERTOOLS_LOG_LEVEL"}
BY_HANDLERS = {"METRICS_NAMESPACE"}
FROM_LAMBDA = {"AWS_REGION"}


class Template(yaml.SafeLoader):
    """Reads CloudFormation's short forms as plain values."""


Template.add_multi_constructor("!", lambda loader, tag, node: f"!{tag} {node.value}")


def load_template() -> dict[str, Any]:
    template: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), Template)
    return template


class RecordingEnvironment(dict[str, str]):
    """Environment variables that record the names that are read."""

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return super().get(key, default)


def names_in_template(function: str) -> set[str]:
    template = load_template()
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    own = template["Resources"][function]["Properties"]["Environment"]["Variables"]
    return {*shared, *own} - NOT_OURS


@pytest.mark.parametrize(
    ("function", "read"),
    [
        ("ListMusicFunction", ListSettings.from_env),
        ("RefreshMusicFunction", RefreshSettings.from_env),
        ("MediaPlanFunction", MediaPlanSettings.from_env),
        ("MediaBatchFunction", MediaBatchSettings.from_env),
        ("AnnounceFunction", AnnounceSettings.from_env),
    ],
)
def test_the_template_sets_exactly_the_variables_that_are_read(function: str, read: Any) -> None:
    environment = RecordingEnvironment(
        {
            "CATALOG_TABLE": "c",
            "KEYS_TABLE": "k",
            "AWS_REGION": "eu-central-1",
            "SOURCE_SECRET": "s",
            "MEDIA_BASE_URL": "https://media.example.com",
            "R2_ENDPOINT_URL": "https://x.r2.cloudflarestorage.com",
            "R2_BUCKET": "media",
            "R2_SECRET": "r2",
            "PLANS_BUCKET": "plans",
        }
    )

    read(environment)

    assert environment.names - FROM_LAMBDA == names_in_template(function) - BY_HANDLERS


def test_media_functions_have_the_variables_of_the_refresh() -> None:
    def variables(function: str) -> dict[str, str]:
        values: dict[str, str] = load_template()["Resources"][function]["Properties"][
            "Environment"
        ]["Variables"]
        return values

    refresh, plan = variables("RefreshMusicFunction"), variables("MediaPlanFunction")

    assert plan == {**refresh, "PLANS_BUCKET": "!Ref MediaPlans"}
    assert variables("MediaBatchFunction").items() <= refresh.items()


def test_fixed_values_of_the_template_are_the_defaults_of_the_code() -> None:
    variables = load_template()["Resources"]["RefreshMusicFunction"]["Properties"]["Environment"][
        "Variables"
    ]
    fixed = {name: value for name, value in variables.items() if not value.startswith("!")}
    needed = {
        "CATALOG_TABLE": "c",
        "AWS_REGION": "eu-central-1",
        "SOURCE_SECRET": "s",
        "MEDIA_BASE_URL": "https://media.example.com",
        "R2_ENDPOINT_URL": "https://x.r2.cloudflarestorage.com",
        "R2_BUCKET": "media",
        "R2_SECRET": "r2",
    }

    with_fixed = RefreshSettings.from_env({**needed, **fixed, "CML_SECRET": ""})

    assert with_fixed == RefreshSettings.from_env(needed)


def test_the_schedule_passes_its_scheduled_time() -> None:
    event = load_template()["Resources"]["RefreshMusicFunction"]["Properties"]["Events"]["Schedule"]

    assert load_template()["Parameters"]["RefreshEveryHours"]["Default"] == 12
    assert event["Properties"]["Input"] == '{"scheduledTime": "<aws.scheduler.scheduled-time>"}'
    assert "Arn" in event["Properties"]["DeadLetterConfig"]


@pytest.mark.parametrize(
    "hours", load_template()["Parameters"]["RefreshEveryHours"]["AllowedValues"]
)
def test_the_cron_of_the_schedule_is_the_grid_of_the_code(hours: int) -> None:
    event = load_template()["Resources"]["RefreshMusicFunction"]["Properties"]["Events"]["Schedule"]
    expression = event["Properties"]["ScheduleExpression"].removeprefix("!Sub ")
    cron = re.fullmatch(
        r"cron\(0 (\d+)/(\d+) \* \* \? \*\)", expression.replace("${RefreshEveryHours}", str(hours))
    )
    midnight = datetime(2026, 11, 22, tzinfo=UTC)

    assert event["Properties"]["ScheduleExpressionTimezone"] == "UTC"
    assert cron is not None
    # In cron, `0/5` is every fifth hour from 0 on, until the day ends.
    by_cron = [midnight + timedelta(hours=hour) for hour in range(int(cron[1]), 24, int(cron[2]))]
    by_code = [midnight]
    while by_code[-1] < midnight + timedelta(days=1):
        by_code.append(next_run(timedelta(hours=hours), by_code[-1]))
    assert by_code == [*by_cron, midnight + timedelta(days=1)]


def test_schedules_have_no_fixed_name_so_that_stacks_can_share_an_account() -> None:
    resources = load_template()["Resources"].values()
    events = [
        event["Properties"]
        for resource in resources
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "ScheduleV2"
    ]
    schedules = [each for each in resources if each["Type"] == "AWS::Scheduler::Schedule"]

    assert [event.get("OmitName") for event in events] == [True]
    assert [schedule["Properties"].get("Name") for schedule in schedules] == [None, None]


@pytest.mark.parametrize(
    ("service", "file"),
    [
        ("list_music", "list_music/handler.py"),
        ("refresh_music", "refresh_music/handler.py"),
        ("media_plan", "refresh_music/media_plan.py"),
        ("media_batch", "refresh_music/media_batch.py"),
    ],
)
def test_handlers_use_the_metrics_namespace_of_the_template(service: str, file: str) -> None:
    handler = (ROOT / "functions" / file).read_text()

    assert f'new_metrics("{service}", os.environ.get("METRICS_NAMESPACE", NAMESPACE))' in handler


def test_every_variable_is_documented() -> None:
    page = (ROOT / "docs/variables.md").read_text()
    functions = ("ListMusicFunction", "MediaPlanFunction", "AnnounceFunction")
    names = {name for function in functions for name in names_in_template(function)}

    assert sorted(name for name in names if f"`{name}`" not in page) == []
