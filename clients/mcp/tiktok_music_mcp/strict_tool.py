"""Tools that refuse unknown arguments, which the SDK drops in silence."""

from collections.abc import Callable
from typing import Any

from mcp.server.mcpserver.tools import Tool
from mcp.types import ToolAnnotations
from pydantic import create_model

READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def strict_tool(function: Callable[..., Any], title: str) -> Tool:
    """Returns a read-only tool; its arguments and its result have the types of the function."""
    tool = Tool.from_function(function, title=title, annotations=READ_ONLY, structured_output=True)
    lenient = tool.fn_metadata.arg_model
    strict = create_model(lenient.__name__, __base__=lenient)
    strict.model_config["extra"] = "forbid"
    strict.model_rebuild(force=True)
    tool.fn_metadata.arg_model = strict
    tool.parameters = strict.model_json_schema(by_alias=True)
    return tool
