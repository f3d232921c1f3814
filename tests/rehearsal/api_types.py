"""The resource types that moto's CloudFormation lacks, or reads only in part."""

import json
from collections.abc import Callable
from typing import Any

import boto3

from tests.rehearsal.api_calls import ACCOUNT_ID, REGION, ApiType, InvalidProperty, Properties


def without(*names: str) -> Callable[[Properties], dict[str, Any]]:
    return lambda properties: {
        name: value for name, value in properties.items() if name not in names
    }


def function_arguments(properties: Properties) -> dict[str, Any]:
    tags = {each["Key"]: each["Value"] for each in properties.get("Tags", ())}
    return {**without("ReservedConcurrentExecutions")(properties), "Tags": tags}


def reserve(client: Any, properties: Properties, ref: str) -> None:
    reserved = properties.get("ReservedConcurrentExecutions")
    if reserved is not None:
        client.put_function_concurrency(
            FunctionName=ref, ReservedConcurrentExecutions=int(reserved)
        )


def api_arguments(properties: Properties) -> dict[str, Any]:
    """An import has neither a name nor a protocol: the document has the name, and all is HTTP."""
    cors = properties["Body"].get("x-amazon-apigateway-cors")
    named = {"Name": properties["Body"]["info"]["title"], "ProtocolType": "HTTP"}
    if cors:
        named["CorsConfiguration"] = {name[0].upper() + name[1:]: cors[name] for name in cors}
    return named | without("Body", "FailOnWarnings")(properties)


def import_routes(client: Any, properties: Properties, ref: str) -> None:
    client.reimport_api(ApiId=ref, Body=json.dumps(properties["Body"]))


def machine_arguments(properties: Properties) -> dict[str, Any]:
    """Reads the definition from S3 and substitutes, as CloudFormation does."""
    place = properties["DefinitionS3Location"]
    body = boto3.client("s3").get_object(Bucket=place["Bucket"], Key=place["Key"])["Body"]
    definition = body.read().decode()
    for name, value in properties["DefinitionSubstitutions"].items():
        definition = definition.replace(f"${{{name}}}", str(value))
    renamed = {
        "name": properties["StateMachineName"],
        "definition": definition,
        "roleArn": properties["RoleArn"],
        "type": properties["StateMachineType"],
        "tags": [{"key": each["Key"], "value": each["Value"]} for each in properties["Tags"]],
        "tracingConfiguration": {"enabled": properties["TracingConfiguration"]["Enabled"]},
    }
    known = {"DefinitionS3Location", "DefinitionSubstitutions", "StateMachineName", "RoleArn"}
    unknown = properties.keys() - known - {"StateMachineType", "Tags", "TracingConfiguration"}
    if unknown:
        raise InvalidProperty(f"stepfunctions has no {', '.join(sorted(unknown))}")
    return renamed


def lower_first(value: Any) -> Any:
    """CodeDeploy's API names everything as its resource types do, but for the first letter."""
    if isinstance(value, list):
        return [lower_first(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {name[0].lower() + name[1:]: lower_first(each) for name, each in value.items()}


def answered(name: str) -> Callable[[Properties, Any], str]:
    return lambda properties, answer: str(answer[name])


def given(name: str) -> Callable[[Properties, Any], str]:
    return lambda properties, answer: str(properties[name])


def policy_of(role: str, properties: Properties) -> dict[str, Any]:
    return {
        "RoleName": role,
        "PolicyName": properties["PolicyName"],
        # IAM takes a document without a version, as SAM writes some; moto does not.
        "PolicyDocument": json.dumps({"Version": "2012-10-17", **properties["PolicyDocument"]}),
    }


def put_policies(client: Any, properties: Properties, ref: str) -> None:
    for policy in properties.get("Policies", ()):
        client.put_role_policy(**policy_of(ref, policy))
    for arn in properties.get("ManagedPolicyArns", ()):
        client.attach_role_policy(RoleName=ref, PolicyArn=arn)


def retain(client: Any, properties: Properties, ref: str) -> None:
    client.put_retention_policy(
        logGroupName=ref, retentionInDays=int(properties["RetentionInDays"])
    )


def log_group_arn(properties: Properties, _: Any) -> str:
    """CloudFormation's attribute ends in `:*`, the group's streams; moto's does not."""
    return f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{properties['LogGroupName']}:*"


API_TYPES = {
    "AWS::Lambda::Function": ApiType(
        service="lambda",
        operation="create_function",
        name="FunctionName",
        ref=given("FunctionName"),
        arguments=function_arguments,
        attributes={"Arn": answered("FunctionArn")},
        follow=reserve,
    ),
    "AWS::Lambda::LayerVersion": ApiType(
        service="lambda",
        operation="publish_layer_version",
        name="LayerName",
        ref=answered("LayerVersionArn"),
    ),
    "AWS::Lambda::Version": ApiType(
        service="lambda",
        operation="publish_version",
        ref=answered("FunctionArn"),
        attributes={"Version": answered("Version")},
    ),
    "AWS::Lambda::Alias": ApiType(
        service="lambda", operation="create_alias", ref=answered("AliasArn")
    ),
    "AWS::Lambda::Permission": ApiType(
        service="lambda",
        operation="add_permission",
        name="StatementId",
        ref=given("StatementId"),
    ),
    "AWS::Lambda::EventInvokeConfig": ApiType(
        service="lambda",
        operation="put_function_event_invoke_config",
        ref=answered("FunctionArn"),
    ),
    "AWS::Lambda::EventSourceMapping": ApiType(
        service="lambda", operation="create_event_source_mapping", ref=answered("UUID")
    ),
    "AWS::Scheduler::Schedule": ApiType(
        service="scheduler", operation="create_schedule", name="Name", ref=given("Name")
    ),
    "AWS::ApiGatewayV2::Api": ApiType(
        service="apigatewayv2",
        operation="create_api",
        ref=answered("ApiId"),
        arguments=api_arguments,
        follow=import_routes,
    ),
    "AWS::ApiGatewayV2::Stage": ApiType(
        service="apigatewayv2", operation="create_stage", ref=given("StageName")
    ),
    "AWS::ApiGatewayV2::DomainName": ApiType(
        service="apigatewayv2",
        operation="create_domain_name",
        ref=given("DomainName"),
        attributes={
            "RegionalDomainName": lambda properties, answer: "d-1.execute-api.amazonaws.com"
        },
    ),
    "AWS::ApiGatewayV2::ApiMapping": ApiType(
        service="apigatewayv2", operation="create_api_mapping", ref=answered("ApiMappingId")
    ),
    "AWS::CodeDeploy::Application": ApiType(
        service="codedeploy",
        operation="create_application",
        name="ApplicationName",
        ref=given("ApplicationName"),
        arguments=lambda properties: {
            **lower_first(without("Tags")(properties)),
            "tags": properties["Tags"],
        },
    ),
    "AWS::CodeDeploy::DeploymentGroup": ApiType(
        service="codedeploy",
        operation="create_deployment_group",
        name="DeploymentGroupName",
        ref=given("DeploymentGroupName"),
        arguments=lambda properties: lower_first(properties),
    ),
    "AWS::CloudWatch::Alarm": ApiType(
        service="cloudwatch",
        operation="put_metric_alarm",
        name="AlarmName",
        ref=given("AlarmName"),
    ),
    "AWS::CloudWatch::Dashboard": ApiType(
        service="cloudwatch",
        operation="put_dashboard",
        name="DashboardName",
        ref=given("DashboardName"),
    ),
    "AWS::IAM::Role": ApiType(
        service="iam",
        operation="create_role",
        name="RoleName",
        ref=given("RoleName"),
        arguments=lambda properties: {
            **without("Policies", "ManagedPolicyArns")(properties),
            "AssumeRolePolicyDocument": json.dumps(properties["AssumeRolePolicyDocument"]),
        },
        attributes={"Arn": lambda properties, answer: str(answer["Role"]["Arn"])},
        follow=put_policies,
    ),
    "AWS::IAM::Policy": ApiType(
        service="iam",
        operation="put_role_policy",
        ref=lambda properties, answer: f"{properties['Roles'][0]}/{properties['PolicyName']}",
        arguments=lambda properties: policy_of(properties["Roles"][0], properties),
    ),
    "AWS::Logs::LogGroup": ApiType(
        service="logs",
        operation="create_log_group",
        name="LogGroupName",
        ref=given("LogGroupName"),
        arguments=lambda properties: {"logGroupName": properties["LogGroupName"]},
        attributes={"Arn": log_group_arn},
        follow=retain,
    ),
    "AWS::S3::BucketPolicy": ApiType(
        service="s3",
        operation="put_bucket_policy",
        ref=given("Bucket"),
        arguments=lambda properties: {
            "Bucket": properties["Bucket"],
            "Policy": json.dumps(properties["PolicyDocument"]),
        },
    ),
    "AWS::StepFunctions::StateMachine": ApiType(
        service="stepfunctions",
        operation="create_state_machine",
        name="StateMachineName",
        ref=answered("stateMachineArn"),
        arguments=machine_arguments,
        attributes={"Name": given("StateMachineName")},
    ),
}
