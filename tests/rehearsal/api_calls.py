"""Creates a resource by one call of its service's own API, as CloudFormation would.

Values become the API's types, as CloudFormation converts them. Botocore's model then decides: every
name, type, enumeration, limit and pattern is checked, so that a property that the service does not
know, or a value that it refuses, fails here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
from botocore.model import Shape

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
Properties = Mapping[str, Any]


class InvalidProperty(Exception):
    """Raised when the service's API would refuse a property."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiType:
    """A resource type: the call that creates it, and what `Ref` and `GetAtt` read.

    `name` is the argument that gets a generated name where the template gives none; `follow` makes
    further calls.
    """

    service: str
    operation: str
    ref: Callable[[Properties, Any], str]
    name: str = ""
    arguments: Callable[[Properties], dict[str, Any]] = dict
    attributes: Mapping[str, Callable[[Properties, Any], str]] = field(default_factory=dict)
    follow: Callable[[Any, Properties, str], None] = lambda client, properties, ref: None


class ApiResource:
    """A created resource, as moto's CloudFormation expects it."""

    def __init__(self, ref: str, attributes: Mapping[str, str]) -> None:
        self.physical_resource_id = ref
        self._attributes = attributes

    def get_cfn_attribute(self, name: str) -> str:
        return self._attributes[name]

    def is_created(self) -> bool:
        return True


@cache
def client_of(service: str, region: str) -> Any:
    """One client for all stacks of a test run: making one takes longer than a call."""
    return boto3.client(service, region_name=region)  # type: ignore[call-overload]  # a variable


def create(api: ApiType, generated_name: str, properties: Properties, region: str) -> ApiResource:
    """Creates the resource; raises InvalidProperty or botocore's ParamValidationError."""
    properties = dict(properties)
    if api.name:
        properties.setdefault(api.name, generated_name)
    client = client_of(api.service, region)
    method = client.meta.method_to_api_mapping[api.operation]
    shape = client.meta.service_model.operation_model(method).input_shape
    values = converted(api.arguments(properties), shape, api.operation)
    answer = getattr(client, api.operation)(**values)
    ref = api.ref(properties, answer)
    api.follow(client, properties, ref)
    found = {name: read(properties, answer) for name, read in api.attributes.items()}
    return ApiResource(ref, found)


def converted(value: Any, shape: Shape, place: str) -> Any:
    """The value in the API's type; CloudFormation gives numbers as text and the reverse."""
    kind = shape.type_name
    members: Any = shape
    if kind == "structure" and isinstance(value, dict):
        unknown = value.keys() - members.members.keys()
        if unknown:
            raise InvalidProperty(f"{place} has no {', '.join(sorted(unknown))}")
        return {
            name: converted(each, members.members[name], f"{place}.{name}")
            for name, each in value.items()
        }
    if kind == "map" and isinstance(value, dict):
        return {
            key: converted(each, members.value, f"{place}.{key}") for key, each in value.items()
        }
    if kind == "list" and isinstance(value, list):
        return [converted(each, members.member, f"{place}[]") for each in value]
    if isinstance(value, dict | list):
        raise InvalidProperty(f"{place} is no {kind}: {value}")
    return checked(scalar(value, kind), shape, place)


def scalar(value: Any, kind: str) -> Any:
    if kind == "string":
        return str(value).lower() if isinstance(value, bool) else str(value)
    if kind in ("integer", "long"):
        return int(value)
    if kind in ("double", "float"):
        return float(value)
    if kind == "boolean" and isinstance(value, str):
        return {"true": True, "false": False}[value.lower()]
    return value


def checked(value: Any, shape: Shape, place: str) -> Any:
    """Checks what botocore leaves to the service: enumerations, limits, patterns."""
    allowed = getattr(shape, "enum", [])
    if allowed and value not in allowed:
        raise InvalidProperty(f"{place} is {value}, not one of {', '.join(allowed)}")
    size = value if isinstance(value, int | float) else len(value)
    most, least = shape.metadata.get("max"), shape.metadata.get("min")
    if (most is not None and size > most) or (least is not None and size < least):
        raise InvalidProperty(f"{place} is {value}, not within {least} and {most}")
    pattern = shape.metadata.get("pattern")
    if pattern and isinstance(value, str) and not matches(pattern, value):
        raise InvalidProperty(f"{place} is {value}, which does not match {pattern}")
    return value


def matches(pattern: str, value: str) -> bool:
    """Java's classes of characters are unknown to Python: such a pattern decides nothing."""
    try:
        return re.fullmatch(pattern, value, re.ASCII | re.DOTALL) is not None
    except re.error:
        return True


def model_of(type_name: str, api: ApiType) -> type:
    """The type as moto's CloudFormation expects it."""

    def create_from_cloudformation_json(
        resource_name: str, document: Any, account_id: str, region_name: str, **_: Any
    ) -> ApiResource:
        return create(api, resource_name, document.get("Properties", {}), region_name)

    members = {
        "cloudformation_name_type": staticmethod(lambda: api.name),
        "has_cfn_attr": staticmethod(lambda name: name in api.attributes),
        "create_from_cloudformation_json": staticmethod(create_from_cloudformation_json),
    }
    return type(type_name.replace("::", ""), (), members)
