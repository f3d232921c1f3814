"""What a deployed stack is: logs, tables, names, browsers, versions, what its outputs say."""

import json
import re
import tomllib
from typing import Any

import pytest

from tests.architecture.expansion import expand, of_type
from tests.architecture.test_template import ROOT, load_template
from tiktok_music.api.open_routes import OPENAPI


@pytest.fixture
def expanded(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    resources: dict[str, Any] = expand()["Resources"]
    return resources


def test_logs_are_kept_for_as_long_as_is_asked(expanded: dict[str, Any]) -> None:
    groups = of_type(expanded, "AWS::Logs::LogGroup")
    functions = of_type(expanded, "AWS::Lambda::Function")

    kept = {group["RetentionInDays"]["Ref"] for group in groups.values()}
    used = {function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions.values()}
    [stage] = of_type(expanded, "AWS::ApiGatewayV2::Stage").values()
    used.add(stage["AccessLogSettings"]["DestinationArn"]["Fn::GetAtt"][0])
    assert kept == {"LogRetentionDays"}
    assert used == groups.keys()
    assert "authorization" not in stage["AccessLogSettings"]["Format"].lower()
    for function in functions.values():
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert function["LoggingConfig"]["LogFormat"] == "JSON"


def test_tables_can_be_had_back_and_not_be_deleted_by_mistake(expanded: dict[str, Any]) -> None:
    tables = of_type(expanded, "AWS::DynamoDB::Table")

    assert tables.keys() == {"CatalogTable", "KeysTable"}
    for name, table in tables.items():
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["DeletionProtectionEnabled"] is True
        assert table["SSESpecification"] == {"SSEEnabled": True}
        assert expanded[name]["DeletionPolicy"] == "Retain"
        assert expanded[name]["UpdateReplacePolicy"] == "Retain"


def test_what_costs_or_keeps_is_tagged(expanded: dict[str, Any]) -> None:
    tagged = ("AWS::DynamoDB::Table", "AWS::Lambda::Function", "AWS::SQS::Queue")

    for name, resource in expanded.items():
        if resource["Type"] in tagged:
            tag = {"Key": "service", "Value": "tiktok-music"}
            assert tag in resource["Properties"]["Tags"], name


def test_two_stacks_in_one_account_get_in_each_others_way_nowhere(
    expanded: dict[str, Any],
) -> None:
    """What has a fixed name can be there once in an account and region."""
    naming = ("Name", "TableName", "QueueName", "LogGroupName", "DashboardName", "AlarmName")
    own = ("AWS::Lambda::Alias",)  # below its function

    named = {
        f"{key}.{name}": resource["Properties"][name]
        for key, resource in expanded.items()
        for name in (*naming, "FunctionName" if "Function" in resource["Type"] else "RoleName")
        if name in resource["Properties"] and resource["Type"] not in own
    }
    assert [key for key, value in named.items() if "${AWS::StackName}" not in str(value)] == []
    assert len(named) == 5


def test_schedule_and_stage_do_as_the_parameters_say(expanded: dict[str, Any]) -> None:
    schedule = expanded["RefreshMusicFunctionSchedule"]["Properties"]
    [stage] = of_type(expanded, "AWS::ApiGatewayV2::Stage").values()
    refresh = expanded["RefreshMusicFunction"]["Properties"]

    with_map = expanded["RefreshMediaSchedule"]["Properties"]
    state = {"Ref": "ScheduleState"}
    assert schedule["State"] == {"Fn::If": ["HasMediaMap", "DISABLED", state]}
    assert with_map["State"] == state
    for each in (schedule, with_map):
        assert each["ScheduleExpression"] == {"Fn::Sub": "rate(${RefreshEveryHours} hours)"}
    assert stage["DefaultRouteSettings"] == {
        "ThrottlingBurstLimit": {"Ref": "ThrottleBurst"},
        "ThrottlingRateLimit": {"Ref": "ThrottleRate"},
    }
    reserved = refresh["ReservedConcurrentExecutions"]
    assert reserved == {"Fn::If": ["ReservesRefresh", 1, {"Ref": "AWS::NoValue"}]}


def test_browsers_are_let_in_only_where_origins_are_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    origins = "https://a.test,https://b.test"
    [api] = of_type(expand(AllowedOrigins=origins)["Resources"], "AWS::ApiGatewayV2::Api").values()
    described = json.loads(OPENAPI.read_bytes())["components"]["headers"]

    condition, cors, otherwise = api["Body"]["x-amazon-apigateway-cors"]["Fn::If"]
    assert (condition, otherwise) == ("HasOrigins", {"Ref": "AWS::NoValue"})
    assert cors["allowOrigins"] == {"Fn::Split": [",", origins]}
    assert cors["allowMethods"] == ["GET", "HEAD", "OPTIONS"]
    assert cors["allowHeaders"] == ["authorization", "if-none-match"]
    # A page may read the first of any answer; the others tell it nothing.
    always = {"cache-control", "vary", "content-location"}
    assert set(cors["exposeHeaders"]) == {name.lower() for name in described} - always
    assert "allowCredentials" not in cors


def test_everything_goes_to_the_list_function_by_its_alias_where_there_is_one(
    expanded: dict[str, Any],
) -> None:
    [api] = of_type(expanded, "AWS::ApiGatewayV2::Api").values()
    [permission] = of_type(expanded, "AWS::Lambda::Permission").values()
    paths = api["Body"]["paths"]
    methods = paths["/{proxy+}"]
    integration = methods["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"]

    condition, alias, function = integration["uri"]["Fn::If"]
    every = paths["/"]["x-amazon-apigateway-any-method"]
    assert every["x-amazon-apigateway-integration"] == integration
    assert condition == "HasSnapStart"
    assert integration["payloadFormatVersion"] == "2.0"
    assert alias["Fn::Sub"].endswith("/functions/${ListMusicAlias}/invocations")
    assert function["Fn::Sub"].endswith("/functions/${ListMusicFunction.Arn}/invocations")
    assert permission["FunctionName"] == {
        "Fn::If": ["HasSnapStart", {"Ref": "ListMusicAlias"}, {"Ref": "ListMusicFunction"}]
    }


def test_snapstart_makes_a_version_of_each_release_and_nothing_where_it_is_off(
    expanded: dict[str, Any],
) -> None:
    function = expanded["ListMusicFunction"]["Properties"]
    version, alias = expanded["ListMusicVersion"], expanded["ListMusicAlias"]

    apply_on = {"Fn::If": ["HasSnapStart", "PublishedVersions", "None"]}
    assert function["SnapStart"] == {"ApplyOn": apply_on}
    assert version["Condition"] == alias["Condition"] == "HasSnapStart"
    # Another name of the release replaces the version, of a function that differs by that name.
    assert version["Properties"]["Description"] == {"Ref": "SnapStart"}
    assert "${SnapStart}" in function["Description"]["Fn::If"][1]["Fn::Sub"]
    assert alias["Properties"]["FunctionVersion"] == {"Fn::GetAtt": ["ListMusicVersion", "Version"]}
    assert load_template()["Parameters"]["SnapStart"]["Default"] == "off"


def test_the_outputs_tell_what_to_do_next_in_order() -> None:
    outputs = load_template()["Outputs"]

    steps = [
        (name, match[1])
        for name, output in outputs.items()
        if (match := re.match(r"(\d)\. ", output["Description"]))
    ]
    assert steps == [
        ("RefreshFunction", "1"),
        ("CatalogTable", "2"),
        ("KeysTable", "3"),
        ("ApiUrl", "4"),
    ]
    assert all(output["Description"] for output in outputs.values())


def test_development_and_production_are_two_stacks_by_two_profiles() -> None:
    profiles = tomllib.loads((ROOT / "samconfig.toml").read_text())

    named = {
        name: (profile["global"]["parameters"]["stack_name"], profile["deploy"]["parameters"])
        for name, profile in profiles.items()
        if name != "version"
    }
    assert {name: stack for name, (stack, _) in named.items()} == {
        "default": "tiktok-music-dev",
        "prod": "tiktok-music",
    }
    for name, (_, deploy) in named.items():
        stage = "dev" if name == "default" else name
        assert deploy["tags"] == f"service=tiktok-music stage={stage}"
        assert deploy["capabilities"] == "CAPABILITY_IAM"
        assert deploy["confirm_changeset"] is True
        assert "parameter_overrides" not in deploy
