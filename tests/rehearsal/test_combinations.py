"""The template creates a whole stack in every combination of its parts.

`make rehearse-deploy` tries all of them; the other runs try every two of them together.
"""

import json
import os
from itertools import combinations as pairs
from typing import Any

import boto3
import pytest
from botocore.exceptions import ParamValidationError

from tests.architecture.expansion import expand
from tests.rehearsal.api_calls import ACCOUNT_ID, REGION, InvalidProperty
from tests.rehearsal.combinations import FORMER_CATALOG, FORMER_KEYS, SWITCHES, combined, every, few
from tests.rehearsal.stack import Stack, deploy, holding

COMBINATIONS = every() if os.environ.get("REHEARSE") == "full" else few()
LAMBDA = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:"


@pytest.mark.parametrize("parts", COMBINATIONS, ids=lambda parts: "+".join(parts) or "plain")
def test_a_stack_is_created_and_refers_to_its_own_resources(
    account: None, parts: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    parameters = combined(*parts)

    stack = deploy("music", parameters)

    conditions = holding(stack.template, parameters)
    expected = {
        name
        for name, resource in stack.template["Resources"].items()
        if resource.get("Condition") is None or resource["Condition"] in conditions
    }
    assert stack.ids.keys() == expected
    assert stack.outputs.keys() == {
        name
        for name, output in stack.template["Outputs"].items()
        if output.get("Condition") is None or output["Condition"] in conditions
    }
    assert [record.message for record in caplog.records if record.name == "moto"] == []
    for text in (*stack.ids.values(), *stack.outputs.values()):
        assert "${" not in text
    check_functions(stack)
    check_schedules(stack)
    check_api(stack)
    check_watching(stack)
    check_roles(stack)
    if "map" in parts:
        check_state_machine(stack)
    made = (stack.ids.get("CatalogTable"), stack.ids.get("KeysTable"))
    used = (stack.outputs["CatalogTable"], stack.outputs["KeysTable"])
    assert (made, used) == (
        ((None, None), (FORMER_CATALOG, FORMER_KEYS)) if "former" in parts else (used, used)
    )


def check_functions(stack: Stack) -> None:
    """Every variable has a value, and names of tables and buckets are those of the stack."""
    client = boto3.client("lambda", region_name=REGION)
    for name in stack.of_type("AWS::Lambda::Function"):
        found = client.get_function_configuration(FunctionName=name)
        variables = found["Environment"]["Variables"]
        assert "${" not in str(found)
        assert variables["CATALOG_TABLE"] == stack.outputs["CatalogTable"]
        assert variables.get("KEYS_TABLE") in (None, stack.outputs["KeysTable"])
        assert variables.get("PLANS_BUCKET") in (None, stack.ids.get("MediaPlans"))


def check_schedules(stack: Stack) -> None:
    """Each schedule starts a function or the machine of the stack, with a role of the stack."""
    client = boto3.client("scheduler", region_name=REGION)
    functions = {f"{LAMBDA}{name}" for name in stack.of_type("AWS::Lambda::Function")}
    targets = {
        *functions,
        *stack.of_type("AWS::Lambda::Alias"),
        *stack.of_type("AWS::StepFunctions::StateMachine"),
    }
    enabled = []
    for name in stack.of_type("AWS::Scheduler::Schedule"):
        schedule = client.get_schedule(Name=name)
        assert schedule["Target"]["Arn"] in targets
        role = schedule["Target"]["RoleArn"].rpartition("/")[2]
        assert role in stack.of_type("AWS::IAM::Role")
        if "scheduledTime" in schedule["Target"]["Input"] and schedule["State"] == "ENABLED":
            enabled.append(schedule["Target"]["Arn"])
    callers_get = stack.ids.get("ListMusicAlias", f"{LAMBDA}{stack.ids['ListMusicFunction']}")
    assert client.get_schedule(Name=stack.ids["AgeCheck"])["Target"]["Arn"] == callers_get
    # One of the function and the state machine is started by the schedule, never both.
    started = stack.ids.get("RefreshMedia") or f"{LAMBDA}{stack.ids['RefreshMusicFunction']}"
    assert enabled == [started]


def check_api(stack: Stack) -> None:
    """Both routes go to the function, or to its alias, which the API may invoke."""
    client = boto3.client("apigatewayv2", region_name=REGION)
    [api] = stack.of_type("AWS::ApiGatewayV2::Api")
    own = f"{LAMBDA}{stack.ids['ListMusicFunction']}"
    function = stack.ids.get("ListMusicAlias", own)
    uris = {each["IntegrationUri"] for each in client.get_integrations(ApiId=api)["Items"]}
    routes = [each["RouteKey"] for each in client.get_routes(ApiId=api)["Items"]]
    policy = boto3.client("lambda", region_name=REGION).get_policy(
        FunctionName=own, **({"Qualifier": "live"} if function != own else {})
    )
    path = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions"
    assert uris == {f"{path}/{function}/invocations"}
    assert sorted(routes) == [
        "X-AMAZON-APIGATEWAY-ANY-METHOD /",
        "X-AMAZON-APIGATEWAY-ANY-METHOD /{proxy+}",
    ]
    assert f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{api}/*" in policy["Policy"]


def check_watching(stack: Stack) -> None:
    """Alarms and dashboard name resources of the stack, or its own metrics."""
    client = boto3.client("cloudwatch", region_name=REGION)
    [name] = stack.of_type("AWS::CloudWatch::Dashboard")
    body = client.get_dashboard(DashboardName=name)["DashboardBody"]
    widgets = json.loads(body)["widgets"]
    shown = [line[:4] for widget in widgets for line in widget["properties"]["metrics"]]
    alarms = client.describe_alarms()["MetricAlarms"]
    watched = [metric for alarm in alarms for metric in metrics_of(alarm)]
    own = f"TiktokMusicCatalog/{stack.name}"
    assert {alarm["AlarmName"] for alarm in alarms} == set(stack.of_type("AWS::CloudWatch::Alarm"))
    assert "${" not in body
    for namespace, _, dimension, value in (*shown, *watched):
        if namespace == own:
            assert dimension == "service"
        elif dimension == "QueueName":
            assert value in [url.rpartition("/")[2] for url in stack.of_type("AWS::SQS::Queue")]
        elif dimension == "TableName":
            assert value in (stack.outputs["CatalogTable"], stack.outputs["KeysTable"])
        else:
            assert value in stack.ids.values(), (namespace, dimension)


def metrics_of(alarm: Any) -> list[tuple[str, str, str, str]]:
    metrics = [
        each["MetricStat"]["Metric"] for each in alarm.get("Metrics", ()) if "MetricStat" in each
    ] or [alarm]
    return [
        (each["Namespace"], each["MetricName"], dimension["Name"], dimension["Value"])
        for each in metrics
        for dimension in each["Dimensions"]
    ]


def check_roles(stack: Stack) -> None:
    """Every resource that a policy names is resolved."""
    client = boto3.client("iam", region_name=REGION)
    for role in stack.of_type("AWS::IAM::Role"):
        for name in client.list_role_policies(RoleName=role)["PolicyNames"]:
            policy = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            assert "${" not in json.dumps(policy)
            for statement in policy["Statement"]:
                assert statement["Resource"], (role, statement)


def check_state_machine(stack: Stack) -> None:
    """Each function and bucket of the definition is one of the stack."""
    client = boto3.client("stepfunctions", region_name=REGION)
    described = client.describe_state_machine(stateMachineArn=stack.ids["RefreshMedia"])
    definition = described["definition"]
    functions = [
        f"{LAMBDA}{stack.ids[name]}"
        for name in ("MediaPlanFunction", "MediaBatchFunction", "RefreshMusicFunction")
    ]
    assert "${" not in definition
    assert [arn for arn in functions if definition.count(f'"{arn}"') != 1] == []
    assert definition.count(f'"{stack.ids["MediaPlans"]}"') == 2


def test_the_combinations_turn_every_condition_on_and_off(account: None) -> None:
    template = deploy("music", combined()).template
    held = [holding(template, combined(*parts)) for parts in few()]

    assert set().union(*held) == template["Conditions"].keys()
    assert set.intersection(*held) == set()
    for one, other in pairs(SWITCHES, 2):
        met = {(one in parts, other in parts) for parts in few()}
        assert len(met) == 4, (one, other)


def test_two_stacks_of_one_account_do_not_collide(account: None) -> None:
    parts = [name for name in SWITCHES if name not in ("domain", "former")]
    first, second = (deploy(name, combined(*parts)) for name in ("music", "music-dev"))

    # The stage is below its API.
    assert set(first.ids.values()) & set(second.ids.values()) == {"$default"}


@pytest.mark.parametrize(
    ("resource", "name", "value", "problem"),
    [
        ("ListMusicFunction", "Timeouts", 3, "create_function has no Timeouts"),
        ("ListMusicFunction", "MemorySize", 64, "create_function.MemorySize is 64"),
        ("RefreshMusicFunctionSchedule", "State", "ON", "create_schedule.State is ON"),
        ("SnapshotAgeAlarm", "Period", "a while", "invalid literal for int"),
    ],
)
def test_a_property_that_the_service_refuses_fails_the_rehearsal(
    account: None,
    monkeypatch: pytest.MonkeyPatch,
    resource: str,
    name: str,
    value: Any,
    problem: str,
) -> None:
    def broken(**given: str) -> dict[str, Any]:
        template = expand(**given)
        template["Resources"][resource]["Properties"][name] = value
        return template

    monkeypatch.setattr("tests.rehearsal.stack.expand", broken)

    with pytest.raises((InvalidProperty, ParamValidationError, ValueError), match=problem):
        deploy("music", combined())
