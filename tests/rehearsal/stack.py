"""Deploys the expanded template to moto's CloudFormation, and reads what was created."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import boto3
import pytest
from moto.cloudformation import parsing

from tests.architecture.expansion import CODE, DEFINITION, expand, parsed_template
from tests.architecture.test_template import ROOT
from tests.rehearsal.api_calls import REGION, model_of
from tests.rehearsal.api_types import API_TYPES
from tests.rehearsal.combinations import FORMER_CATALOG, FORMER_KEYS, FORMER_STREAM


@dataclass(frozen=True, slots=True)
class Stack:
    """A created stack: the expanded template, the ids of its resources, its outputs."""

    name: str
    template: dict[str, Any]
    ids: dict[str, str]
    outputs: dict[str, str]

    def of_type(self, name: str) -> list[str]:
        """The ids of the created resources of a type."""
        resources = self.template["Resources"]
        return [each for key, each in self.ids.items() if resources[key]["Type"] == name]

    def environment(self, function: str) -> dict[str, str]:
        """The variables of a function, by its name in the template."""
        client = boto3.client("lambda", region_name=REGION)
        found = client.get_function_configuration(FunctionName=self.ids[function])
        return dict(found["Environment"]["Variables"])


def prepare_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads what `sam package` uploads, and completes moto's resource types."""
    parsed_template()
    for name, api in API_TYPES.items():
        monkeypatch.setitem(parsing.get_model_map(), name, model_of(name, api))
    # moto parses a body as YAML, a hundred times slower than the JSON that it is.
    monkeypatch.setattr(
        "moto.cloudformation.models.yaml.load", lambda body, Loader: json.loads(body)
    )
    s3 = boto3.client("s3", region_name=REGION)
    bucket, _, code = CODE.removeprefix("s3://").partition("/")
    s3.create_bucket(Bucket=bucket)
    archive = BytesIO()
    with ZipFile(archive, "w") as file:
        file.writestr("handler.py", "")
    s3.put_object(Bucket=bucket, Key=code, Body=archive.getvalue())
    definition = (ROOT / "statemachine/refresh_media.asl.json").read_bytes()
    make_former_tables()
    s3.put_object(Bucket=bucket, Key=DEFINITION.rpartition("/")[2], Body=definition)


def make_former_tables() -> None:
    """The tables that a former stack left; the catalog has a stream."""
    client = boto3.client("dynamodb", region_name=REGION)
    for name in (FORMER_CATALOG, FORMER_KEYS):
        client.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )


def former_stream() -> str:
    client = boto3.client("dynamodb", region_name=REGION)
    return str(client.describe_table(TableName=FORMER_CATALOG)["Table"]["LatestStreamArn"])


def deploy(name: str, parameters: Mapping[str, str]) -> Stack:
    """Creates a stack."""
    parameters = {
        key: former_stream() if value == FORMER_STREAM else value
        for key, value in parameters.items()
    }
    template = expand(**parameters)
    client = boto3.client("cloudformation", region_name=REGION)
    client.create_stack(
        StackName=name,
        TemplateBody=json.dumps({**template, "Parameters": as_text(template["Parameters"])}),
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
        ],
        Capabilities=["CAPABILITY_IAM"],
    )
    [described] = client.describe_stacks(StackName=name)["Stacks"]
    assert described["StackStatus"] == "CREATE_COMPLETE", described.get("StackStatusReason")
    resources = client.describe_stack_resources(StackName=name)["StackResources"]
    return Stack(
        name=name,
        template=template,
        ids={
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in resources
            if "LogicalResourceId" in each  # moto lists those of a false condition, empty
        },
        outputs={each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]},
    )


def as_text(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as CloudFormation passes them on; moto would compare 0 with "0"."""
    given = {name: {**each, "Type": "String"} for name, each in parameters.items()}
    for each in given.values():
        if "Default" in each:
            each["Default"] = str(each["Default"])
    return given


def holding(template: Mapping[str, Any], parameters: Mapping[str, str]) -> set[str]:
    """The names of the conditions that hold with these parameters."""
    values = {name: each.get("Default") for name, each in template["Parameters"].items()}
    known: Any = {name: str(value) for name, value in {**values, **parameters}.items()}
    found: dict[str, bool] = {}
    for name, condition in template["Conditions"].items():
        found[name] = parsing.parse_condition(condition, known, found)
    return {name for name, holds in found.items() if holds}
