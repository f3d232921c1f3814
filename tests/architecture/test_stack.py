"""The deployed stack: logs, tables, names, CORS, versions, outputs."""

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


def test_logs_are_retained_for_the_days_of_the_parameter(expanded: dict[str, Any]) -> None:
    groups = of_type(expanded, "AWS::Logs::LogGroup")
    functions = of_type(expanded, "AWS::Lambda::Function")

    days = {group["RetentionInDays"]["Ref"] for group in groups.values()}
    used = {function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions.values()}
    [stage] = of_type(expanded, "AWS::ApiGatewayV2::Stage").values()
    used.add(stage["AccessLogSettings"]["DestinationArn"]["Fn::GetAtt"][0])
    assert days == {"LogRetentionDays"}
    assert used == groups.keys()
    assert "authorization" not in stage["AccessLogSettings"]["Format"].lower()
    for function in functions.values():
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert function["LoggingConfig"]["LogFormat"] == "JSON"


def test_tables_can_be_restored_and_are_protected_from_deletion(expanded: dict[str, Any]) -> None:
    tables = of_type(expanded, "AWS::DynamoDB::Table")

    assert tables.keys() == {"CatalogTable", "KeysTable"}
    for name, table in tables.items():
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["DeletionProtectionEnabled"] is True
        # Without it, AWS encrypts with a key of its own, free; SSEEnabled is KMS, with its charges.
        assert "SSESpecification" not in table
        assert expanded[name]["Condition"] == f"Own{name}"
        assert expanded[name]["DeletionPolicy"] == "Retain"
        assert expanded[name]["UpdateReplacePolicy"] == "Retain"


def test_functions_tables_and_queues_are_tagged(expanded: dict[str, Any]) -> None:
    tagged = ("AWS::DynamoDB::Table", "AWS::Lambda::Function", "AWS::SQS::Queue")

    for name, resource in expanded.items():
        if resource["Type"] in tagged:
            tag = {"Key": "service", "Value": "tiktok-music"}
            assert tag in resource["Properties"]["Tags"], name


def test_two_stacks_of_one_account_have_no_name_in_common(
    expanded: dict[str, Any],
) -> None:
    """A fixed name can exist only once per account and region."""
    naming = ("Name", "TableName", "QueueName", "LogGroupName", "DashboardName", "AlarmName")
    own = ("AWS::Lambda::Alias",)  # below its function

    named = {
        f"{key}.{name}": resource["Properties"][name]
        for key, resource in expanded.items()
        for name in (*naming, "FunctionName" if "Function" in resource["Type"] else "RoleName")
        if name in resource["Properties"] and resource["Type"] not in own
    }
    assert [key for key, value in named.items() if "${AWS::StackName}" not in str(value)] == []
    assert len(named) == 21


def test_nothing_that_a_failed_creation_leaves_blocks_the_next_one(
    expanded: dict[str, Any],
) -> None:
    """What stays has a generated name; what has a name goes with the stack."""
    naming = ("LogGroupName", "DashboardName", "AlarmName")
    stays = {
        name for name, resource in expanded.items() if resource.get("DeletionPolicy") == "Retain"
    }
    named = {
        name
        for name, resource in expanded.items()
        if any(each in resource["Properties"] for each in naming)
    }

    assert stays == {"CatalogTable", "KeysTable", "MediaPlans"}
    assert stays & named == set()
    for name in stays:
        assert not {"TableName", "BucketName"} & expanded[name]["Properties"].keys(), name


def test_schedule_and_stage_follow_the_parameters(expanded: dict[str, Any]) -> None:
    schedule = expanded["RefreshMusicFunctionSchedule"]["Properties"]
    [stage] = of_type(expanded, "AWS::ApiGatewayV2::Stage").values()
    refresh = expanded["RefreshMusicFunction"]["Properties"]

    with_map = expanded["RefreshMediaSchedule"]["Properties"]
    state = {"Ref": "ScheduleState"}
    assert schedule["State"] == {"Fn::If": ["HasMediaMap", "DISABLED", state]}
    assert with_map["State"] == state
    for each in (schedule, with_map):
        assert each["ScheduleExpression"] == {"Fn::Sub": "cron(0 0/${RefreshEveryHours} * * ? *)"}
        assert each["ScheduleExpressionTimezone"] == "UTC"
    assert stage["DefaultRouteSettings"] == {
        "ThrottlingBurstLimit": {"Ref": "ThrottleBurst"},
        "ThrottlingRateLimit": {"Ref": "ThrottleRate"},
    }
    reserved = refresh["ReservedConcurrentExecutions"]
    assert reserved == {"Fn::If": ["ReservesRefresh", 1, {"Ref": "AWS::NoValue"}]}


def test_cors_is_enabled_only_with_origins(
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
    # CORS-safelisted, or of no use to a page.
    always = {"cache-control", "vary", "content-location"}
    assert set(cors["exposeHeaders"]) == {name.lower() for name in described} - always
    assert "allowCredentials" not in cors


def test_every_path_goes_to_the_list_function_or_to_its_alias_if_it_exists(
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
    assert condition == "HasAlias"
    assert integration["payloadFormatVersion"] == "2.0"
    assert alias["Fn::Sub"].endswith("/functions/${ListMusicAlias}/invocations")
    assert function["Fn::Sub"].endswith("/functions/${ListMusicFunction.Arn}/invocations")
    assert permission["FunctionName"] == {
        "Fn::If": ["HasAlias", {"Ref": "ListMusicAlias"}, {"Ref": "ListMusicFunction"}]
    }


def test_snapstart_publishes_a_version_per_release_and_none_if_it_is_off(
    expanded: dict[str, Any],
) -> None:
    function = expanded["ListMusicFunction"]["Properties"]
    version, alias = expanded["ListMusicVersion"], expanded["ListMusicAlias"]

    apply_on = {"Fn::If": ["HasSnapStart", "PublishedVersions", "None"]}
    assert function["SnapStart"] == {"ApplyOn": apply_on}
    assert version["Condition"] == alias["Condition"] == "HasAlias"
    # A new release name replaces the version; the function differs by that name too.
    assert version["Properties"]["Description"] == {"Ref": "Release"}
    assert "${Release}" in function["Description"]["Fn::If"][1]["Fn::Sub"]
    assert alias["Properties"]["FunctionVersion"] == {"Fn::GetAtt": ["ListMusicVersion", "Version"]}
    assert load_template()["Parameters"]["SnapStart"]["Default"] == "off"


def test_the_age_check_asks_what_callers_get(expanded: dict[str, Any]) -> None:
    asked = expanded["AgeCheck"]["Properties"]["Target"]["Arn"]
    [statement] = expanded["AgeCheckRole"]["Properties"]["Policies"][0]["PolicyDocument"][
        "Statement"
    ]

    function = {"Fn::GetAtt": ["ListMusicFunction", "Arn"]}
    assert asked == {"Fn::If": ["HasAlias", {"Ref": "ListMusicAlias"}, function]}
    assert statement["Resource"] == asked


def test_traffic_moves_by_codedeploy_and_back_on_failing_requests(
    expanded: dict[str, Any],
) -> None:
    group = expanded["ListTrafficGroup"]["Properties"]
    condition, policy, otherwise = expanded["ListMusicAlias"]["UpdatePolicy"]["Fn::If"]

    assert (condition, otherwise) == ("IsGradual", {"Ref": "AWS::NoValue"})
    assert policy == {
        "CodeDeployLambdaAliasUpdate": {
            "ApplicationName": {"Ref": "ListTraffic"},
            "DeploymentGroupName": {"Ref": "ListTrafficGroup"},
        }
    }
    assert group["AlarmConfiguration"]["Alarms"] == [
        {"Name": expanded["ApiFailuresAlarm"]["Properties"]["AlarmName"]}
    ]
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    traffic = [name for name in expanded if name.startswith("ListTraffic")]
    assert {expanded[name]["Condition"] for name in traffic} == {"IsGradual"}
    assert load_template()["Parameters"]["GradualDeployment"]["Default"] == "off"


def test_the_first_run_of_the_media_map_may_start_its_batches(expanded: dict[str, Any]) -> None:
    assert expanded["RefreshMediaSchedule"]["DependsOn"] == "RefreshMediaBatches"


def test_the_console_asks_for_every_parameter_in_a_group_and_by_a_label() -> None:
    template = load_template()
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]

    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    assert len(grouped) == len(set(grouped))
    assert set(grouped) == set(template["Parameters"])
    assert set(interface["ParameterLabels"]) == set(template["Parameters"])


def test_the_repository_of_serverless_applications_gets_licence_and_readme() -> None:
    application = load_template()["Metadata"]["AWS::ServerlessRepo::Application"]

    assert application["SpdxLicenseId"] == "Apache-2.0"
    assert application["Description"] == load_template()["Description"]
    for name in ("LicenseUrl", "ReadmeUrl"):
        assert (ROOT / application[name]).is_file()


def test_the_outputs_list_the_next_steps_in_order() -> None:
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
