"""Expands the template as SAM does."""

from copy import deepcopy
from functools import cache
from typing import Any

import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.transform import transform

from tests.architecture.test_template import ROOT, Template

# Places of what `sam package` uploads.
CODE, DEFINITION = "s3://artifacts/code.zip", "s3://artifacts/refresh_media.asl.json"


class LongForms(Template):
    """Reads CloudFormation's short forms in the long form that SAM's translator needs."""


def _long(loader: yaml.SafeLoader, tag: str, node: Any) -> Any:
    if isinstance(node, yaml.SequenceNode):
        value: Any = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        value = loader.construct_scalar(node)
    if tag in ("Ref", "Condition"):
        return {tag: value}
    if tag == "GetAtt":
        return {"Fn::GetAtt": value.split(".")}
    return {f"Fn::{tag}": value}


LongForms.add_multi_constructor("!", _long)


class NoManagedPolicies:
    """Replaces IAM's managed policies, which the translator would load from AWS."""

    def load(self) -> dict[str, str]:
        return {
            "AWSLambdaBasicExecutionRole": (
                "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
            ),
            "AWSXrayWriteOnlyAccess": "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess",
        }


@cache
def parsed_template() -> dict[str, Any]:
    """The template in long forms; parsing it takes longer than expanding it."""
    document: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), LongForms)
    return document


def expand(**given: str) -> dict[str, Any]:
    """Expands the template with the given parameters; needs a region in the environment."""
    document = deepcopy(parsed_template())
    for resource in document["Resources"].values():
        for name, place in (("CodeUri", CODE), ("ContentUri", CODE), ("DefinitionUri", DEFINITION)):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = place
    parameters = {
        name: str(each.get("Default", "x")) for name, each in document["Parameters"].items()
    }
    result: dict[str, Any] = transform(
        document, {**parameters, **given}, NoManagedPolicies(), Parser()
    )
    return result


def of_type(resources: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: each["Properties"] for key, each in resources.items() if each["Type"] == name}
