"""Reduces botocore's service descriptions to the operations that the functions call.

botocore parses all of its JSON when a client is created: most of it is other services, other
operations, their regions, and documentation.
"""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

SERVICES = {"dynamodb", "s3", "secretsmanager"}
# For the announce function alone. Its regions are not listed: every client parses that list, and
# the service's own rules give its endpoint.
UNLISTED_SERVICES = {"events"}
# Those that the roles of the functions allow, by service; no role applies to S3, which is R2: it
# stays whole.
OPERATIONS = {
    "DynamoDB": {"BatchGetItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem"},
    "EventBridge": {"PutEvents"},
}


def trim_botocore(data: Path) -> None:
    """Rewrites the folder `botocore/data`; idempotent."""
    for folder in data.glob("*/"):
        if folder.name not in SERVICES | UNLISTED_SERVICES:
            shutil.rmtree(folder)
            continue
        for older in sorted(folder.glob("*/"))[:-1]:  # clients use the newest version of an API
            shutil.rmtree(older)
    for file in data.rglob("examples-1.json*"):
        file.unlink()
    for file in data.rglob("*.json.gz"):
        model = without_documentation(json.loads(gzip.decompress(file.read_bytes())))
        operations = OPERATIONS.get(model.get("metadata", {}).get("serviceId"))
        if operations is not None:
            keep_operations(model, operations)
        file.with_suffix("").write_text(json.dumps(model, separators=(",", ":")))
        file.unlink()
    endpoints = data / "endpoints.json"
    document = json.loads(endpoints.read_bytes())
    for partition in document["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in SERVICES}
    endpoints.write_text(json.dumps(document, separators=(",", ":")))


def keep_operations(model: dict[str, Any], names: set[str]) -> None:
    """Removes all but the named operations and the shapes that they refer to."""
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
    """Empties documentation texts; botocore's S3 handlers fail without the members.

    A member of a shape that is itself named "documentation" is not a text, and stays.
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
