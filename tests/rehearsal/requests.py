"""The requests of a deployed stack: recorded calls of its handlers, and calls of AWS's services."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

from tests.rehearsal.api_calls import ACCOUNT_ID, REGION
from tests.rehearsal.permissions import Request
from tests.rehearsal.stack import Stack

BUS = f"arn:aws:events:{REGION}:{ACCOUNT_ID}:event-bus/"


class CallRecorder:
    """Records each call of AWS clients as requests of `role`, None for the test's own calls."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.role: str | None = None
        self.requests: set[Request] = set()
        make_call = BaseClient._make_api_call  # type: ignore[attr-defined]  # botocore's own seam

        def recording(client: Any, operation: str, arguments: Any) -> Any:
            service, role = client.meta.service_model.service_name, self.role
            # Media go to R2, whose keys are in a secret.
            if role is not None and "127.0.0.1" not in client.meta.endpoint_url:
                self.role = None
                found = requests_of(service, operation, arguments)
                self.requests |= {Request(role, *each) for each in found}
                self.role = role
            return make_call(client, operation, arguments)

        monkeypatch.setattr(BaseClient, "_make_api_call", recording)


def requests_of(service: str, operation: str, arguments: Any) -> Iterator[tuple[Any, ...]]:
    """Yields (action, resource, condition keys); raises KeyError for a service that is unknown."""
    action = f"{service}:{operation}"
    if service == "dynamodb":
        tables = arguments.get("RequestItems") or {arguments["TableName"]: arguments}
        for name, each in tables.items():
            keys = each.get("Keys") or [each.get("Key") or each["Item"]]
            leading = tuple(sorted({key["pk"]["S"] for key in keys}))
            arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{name}"
            yield action, arn, (("dynamodb:LeadingKeys", leading),)
    elif service == "secretsmanager":
        client = boto3.client("secretsmanager", region_name=REGION)
        yield action, client.describe_secret(SecretId=arguments["SecretId"])["ARN"], ()
    elif service == "s3":
        yield action, f"arn:aws:s3:::{arguments['Bucket']}/{arguments['Key']}", ()
    elif service == "events":
        for entry in arguments["Entries"]:
            source = (("events:source", (entry["Source"],)),)
            yield action, f"{BUS}{entry['EventBusName']}", source
    else:
        raise KeyError(f"{service}: its calls are not judged yet")


def service_requests(stack: Stack) -> Iterator[Request]:
    """The requests that AWS's services make with the roles of the stack."""
    resources = stack.template["Resources"]
    for name in stack.ids:
        kind = resources[name]["Type"]
        if kind == "AWS::Scheduler::Schedule":
            yield from _of_schedule(stack, name)
        elif kind == "AWS::StepFunctions::StateMachine":
            yield from _of_machine(stack, name)
        elif kind == "AWS::Lambda::Function":
            yield from _of_function(stack, name)
        elif kind == "AWS::CodeDeploy::DeploymentGroup":
            yield from _of_traffic(stack, "ListTrafficRole")
        elif kind in ("AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping"):
            yield from _of_asynchronous(stack, resources[name]["Properties"])


def _of_function(stack: Stack, name: str) -> Iterator[Request]:
    """Lambda writes a function's log and its traces."""
    logging = stack.template["Resources"][name]["Properties"]["LoggingConfig"]
    group = f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{stack.ids[logging['LogGroup']['Ref']]}"
    for action in ("CreateLogStream", "PutLogEvents"):
        yield Request(f"{name}Role", f"logs:{action}", f"{group}:log-stream:2026/11/22/1")
    for action in ("PutTelemetryRecords", "PutTraceSegments"):
        yield Request(f"{name}Role", f"xray:{action}", "*")


def _of_asynchronous(stack: Stack, properties: Any) -> Iterator[Request]:
    """Lambda sends failures to the queue, and reads the stream of a mapping."""
    role = f"{properties['FunctionName']['Ref']}Role"
    queue = properties["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
    yield Request(role, "sqs:SendMessage", queue_arn(stack, queue))
    if "EventSourceArn" in properties:
        table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{stack.ids['CatalogTable']}"
        described = boto3.client("dynamodb", region_name=REGION).describe_table(
            TableName=stack.ids["CatalogTable"]
        )
        stream = described["Table"]["LatestStreamArn"]
        for action in ("DescribeStream", "GetRecords", "GetShardIterator"):
            yield Request(role, f"dynamodb:{action}", stream)
        yield Request(role, "dynamodb:ListStreams", f"{table}/stream/*")


def _of_traffic(stack: Stack, role: str) -> Iterator[Request]:
    """CodeDeploy moves the alias and reads the alarm; its guide names functions and aliases."""
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{stack.ids['ListMusicFunction']}"
    for action in ("GetAlias", "GetProvisionedConcurrencyConfig", "UpdateAlias"):
        for resource in (function, f"{function}:live"):
            yield Request(role, f"lambda:{action}", resource)
    yield Request(role, "cloudwatch:DescribeAlarms", "*")


def queue_arn(stack: Stack, name: str) -> str:
    queue = stack.ids[name].rpartition("/")[2]
    return f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{queue}"


def _of_schedule(stack: Stack, name: str) -> Iterator[Request]:
    """The scheduler starts the target, and sends what it could not start to the queue."""
    target = boto3.client("scheduler", region_name=REGION).get_schedule(Name=stack.ids[name])[
        "Target"
    ]
    is_machine = ":states:" in target["Arn"]
    action = "states:StartExecution" if is_machine else "lambda:InvokeFunction"
    yield Request(f"{name}Role", action, target["Arn"])
    if "DeadLetterConfig" in target:
        yield Request(f"{name}Role", "sqs:SendMessage", target["DeadLetterConfig"]["Arn"])


def _of_machine(stack: Stack, name: str) -> Iterator[Request]:
    """Step Functions invokes the functions, reads the plan, writes the results, and runs batches.

    Sources: the guide's policies for Lambda and for distributed maps; a results file that is large
    is a multipart upload.
    """
    arn = stack.ids[name]
    described = boto3.client("stepfunctions", region_name=REGION).describe_state_machine(
        stateMachineArn=arn
    )
    states = json.loads(described["definition"])["States"]
    batch = states["Media"]["ItemProcessor"]["States"]["Batch"]
    role = f"{name}Role"
    for task in (states["Plan"], batch, states["Refresh"]):
        yield Request(role, "lambda:InvokeFunction", task["Parameters"]["FunctionName"])
    bucket = f"arn:aws:s3:::{stack.ids['MediaPlans']}"
    yield Request(role, "s3:GetObject", f"{bucket}/plans/2026-11-22T060000Z/1.jsonl")
    for action in ("AbortMultipartUpload", "GetObject", "ListMultipartUploadParts", "PutObject"):
        place = states["Media"]["ResultWriter"]["Parameters"]["Prefix"]
        yield Request(role, f"s3:{action}", f"{bucket}/{place}/run/SUCCEEDED_0.json")
    yield Request(role, "states:StartExecution", arn)
    for action in (
        "GetSamplingRules",
        "GetSamplingTargets",
        "PutTelemetryRecords",
        "PutTraceSegments",
    ):
        yield Request(role, f"xray:{action}", "*")
    machine = arn.rpartition(":")[2]
    executions = f"arn:aws:states:{REGION}:{ACCOUNT_ID}:execution:{machine}"
    for action in ("DescribeExecution", "StopExecution"):
        for child in (":run", "/Media:batch"):
            yield Request(role, f"states:{action}", f"{executions}{child}")
