"""Parses answers with datamodel-code-generator's models, in the environment of the generators.

Argument: the folder of `models.py`. Reads lines of `[name of the schema, body]`; prints each body
as its model gives it, without the members that were not in it.
"""

import json
import sys
from importlib import import_module
from typing import Any

sys.path.insert(0, sys.argv[1])
models: Any = import_module("models")

for line in sys.stdin:
    name, body = json.loads(line)
    print(
        getattr(models, name)
        .model_validate(body)
        .model_dump_json(by_alias=True, exclude_unset=True)
    )
