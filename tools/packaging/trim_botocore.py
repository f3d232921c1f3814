"""Cuts botocore's descriptions of AWS down to what is called.

botocore reads its JSON whole when a client is made: most of it is other services, other operations,
their regions, and documentation.
"""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

SERVICES = {"dynamodb", "s3", "secretsmanager"}
# What the roles of the functions allow; S3 is R2, to which no role applies, and stays whole.
DYNAMODB_OPERATIONS = {"BatchGetItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem"}


def trim_botocore(data: Path) -> None:
    """Rewrites the folder `botocore/data`; a second time it changes nothing."""
    for folder in data.glob("*/"):
        if folder.name not in SERVICES:
            shutil.rmtree(folder)
    for file in data.rglob("examples-1.json*"):
        file.unlink()
    for file in data.rglob("*.json.gz"):
        model = without_documentation(json.loads(gzip.decompress(file.read_bytes())))
        if model.get("metadata", {}).get("serviceId") == "DynamoDB":
            keep_operations(model, DYNAMODB_OPERATIONS)
        file.with_suffix("").write_text(json.dumps(model, separators=(",", ":")))
        file.unlink()
    endpoints = data / "endpoints.json"
    told = json.loads(endpoints.read_bytes())
    for partition in told["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in SERVICES}
    endpoints.write_text(json.dumps(told, separators=(",", ":")))


def keep_operations(model: dict[str, Any], names: set[str]) -> None:
    """Leaves the named operations of a service, and the shapes that they are made of."""
    model["operations"] = {name: model["operations"][name] for name in sorted(names)}
    reached: set[str] = set()
    unread: list[Any] = [model["operations"]]
    while unread:
        part = unread.pop()
        if isinstance(part, dict):
            shape = part.get("shape")
            if isinstance(shape, str) and shape not in reached:
                reached.add(shape)
                unread.append(model["shapes"][shape])
            unread.extend(part.values())
        elif isinstance(part, list):
            unread.extend(part)
    model["shapes"] = {name: model["shapes"][name] for name in model["shapes"] if name in reached}


def without_documentation(model: Any) -> Any:
    """Emptied, not left out: botocore's own S3 handlers look for it.

    A field of a shape may itself be named "documentation": that one is no text, and stays.
    """
    if isinstance(model, list):
        return [without_documentation(item) for item in model]
    if isinstance(model, dict):
        return {
            name: ""
            if name == "documentation" and isinstance(value, str)
            else without_documentation(value)
            for name, value in model.items()
        }
    return model
