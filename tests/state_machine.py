"""Interprets a state machine's definition: the subset of Amazon States Language that ours uses.

Unknown fields are refused, so that no field of the definition is untested. Waiting takes no time.
Source: https://states-language.net/spec.html, and AWS's guide to the distributed map.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mypy_boto3_s3 import S3Client

Function = Callable[[Any], Any]
# The limit of a state's input or output, and of a child's, in bytes of UTF-8.
MOST_PAYLOAD_BYTES = 262_144
COMMON = {"Type", "Comment", "Next", "End"}
FIELDS = {
    "Task": {"Resource", "Parameters", "ResultSelector", "ResultPath", "OutputPath"}
    | {"TimeoutSeconds", "Retry", "Catch"},
    "Map": {"ItemReader", "ItemBatcher", "MaxConcurrencyPath", "ToleratedFailurePercentage"}
    | {"ItemProcessor", "ResultWriter", "ResultPath", "Catch"},
    "Choice": {"Choices", "Default"},
    "Fail": {"ErrorPath", "CausePath"},
    "Succeed": set[str](),
}


class StateFailed(Exception):
    """Raised when a state fails: an error name of States Language and its cause."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


@dataclass
class Execution:
    """The result of an execution, its visited states and waits."""

    status: str = "RUNNING"
    output: Any = None
    error: str | None = None
    visited: list[str] = field(default_factory=list)
    waited_seconds: list[float] = field(default_factory=list)
    children: list[Any] = field(default_factory=list)
    concurrency: int | None = None


@dataclass
class StateMachine:
    """A definition after its substitutions; `functions` are the Lambdas by ARN.

    An asynchronous invocation is appended to `events`; Lambda would run it separately.
    """

    definition: Mapping[str, Any]
    functions: Mapping[str, Function]
    s3: S3Client
    events: list[tuple[str, Any]] = field(default_factory=list)

    def run(self, event: Any) -> Execution:
        """Runs one execution with `event` as its input."""
        execution = Execution()
        try:
            execution.output = self._walk(self.definition, event, event, execution)
            execution.status = "SUCCEEDED"
        except StateFailed as exc:
            execution.status, execution.error = "FAILED", exc.error
        return execution

    def _walk(self, states: Mapping[str, Any], data: Any, event: Any, execution: Execution) -> Any:
        name = states["StartAt"]
        while True:
            state = states["States"][name]
            unknown = set(state) - COMMON - FIELDS[state["Type"]]
            assert not unknown, (name, unknown)
            execution.visited.append(name)
            step: Callable[..., tuple[Any, str | None]] = getattr(self, f"_{state['Type'].lower()}")
            data, following = step(state, bounded(data), event, execution)
            if following is None:
                return bounded(data)
            name = following

    def _task(self, state: Any, data: Any, event: Any, execution: Execution) -> tuple[Any, Any]:
        tries: dict[int, int] = {}
        while True:
            try:
                result = self._invoke(filled(state["Parameters"], data, event))
            except StateFailed as exc:
                wait = wait_of(state.get("Retry", []), exc.error, tries)
                if wait is None:
                    return caught(state, data, exc)
                execution.waited_seconds.append(wait)
                continue
            if "ResultSelector" in state:
                result = filled(state["ResultSelector"], result, event)
            data = placed(state.get("ResultPath", "$"), data, result)
            return looked_up(state.get("OutputPath", "$"), data, event), state.get("Next")

    def _invoke(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assert set(request) <= {"FunctionName", "InvocationType", "Payload"}, request
        payload = bounded(request["Payload"])
        if request.get("InvocationType") == "Event":
            self.events.append((request["FunctionName"], payload))
            return {"StatusCode": 202, "Payload": ""}
        try:
            answer = json.loads(json.dumps(self.functions[request["FunctionName"]](payload)))
        except Exception as exc:
            cause = json.dumps({"errorType": type(exc).__name__, "errorMessage": str(exc)})
            raise StateFailed(type(exc).__name__, cause) from exc
        except BaseException as exc:
            raise StateFailed("Runtime.ExitError", "the process ended") from exc
        return {"StatusCode": 200, "Payload": bounded(answer)}

    def _map(self, state: Any, data: Any, event: Any, execution: Execution) -> tuple[Any, Any]:
        assert state["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
        concurrency = looked_up(state["MaxConcurrencyPath"], data, event)
        assert isinstance(concurrency, int)
        execution.concurrency = concurrency
        items = self._items(state["ItemReader"], data, event)
        failed, ends = 0, []
        for batch in batches_of(items, filled(state["ItemBatcher"], data, event)):
            execution.children.append(batch)
            child = Execution()
            try:
                ends.append(self._walk(state["ItemProcessor"], batch, batch, child))
            except StateFailed as exc:
                failed += len(batch["Items"])
                ends.append({"Error": exc.error, "Cause": exc.cause})
            execution.waited_seconds += child.waited_seconds
        result = self._written(filled(state["ResultWriter"]["Parameters"], data, event), ends)
        if failed > len(items) * state["ToleratedFailurePercentage"] / 100:
            error = "States.ExceedToleratedFailureThreshold"
            return caught(state, data, StateFailed(error, f"{failed} of {len(items)} items"))
        return placed(state.get("ResultPath", "$"), data, result), state["Next"]

    def _items(self, reader: Any, data: Any, event: Any) -> list[Any]:
        assert reader["Resource"].endswith(":states:::s3:getObject")
        assert reader["ReaderConfig"] == {"InputType": "JSONL"}
        got = self.s3.get_object(**filled(reader["Parameters"], data, event))
        return [json.loads(line) for line in got["Body"].read().splitlines()]

    def _written(self, place: Mapping[str, str], ends: list[Any]) -> dict[str, Any]:
        key = f"{place['Prefix']}/run/results.json"
        self.s3.put_object(Bucket=place["Bucket"], Key=key, Body=json.dumps(ends).encode())
        return {"ResultWriterDetails": {"Bucket": place["Bucket"], "Key": key}}

    def _choice(self, state: Any, data: Any, event: Any, _: Execution) -> tuple[Any, Any]:
        for choice in state["Choices"]:
            if applies(choice, data, event):
                return data, choice["Next"]
        return data, state["Default"]

    def _fail(self, state: Any, data: Any, event: Any, _: Execution) -> tuple[Any, Any]:
        raise StateFailed(
            looked_up(state["ErrorPath"], data, event), looked_up(state["CausePath"], data, event)
        )

    def _succeed(self, _: Any, data: Any, __: Any, ___: Execution) -> tuple[Any, Any]:
        return data, None


def bounded(data: Any) -> Any:
    """Returns the data; fails beyond the payload limit."""
    size = len(json.dumps(data, ensure_ascii=False).encode())
    if size > MOST_PAYLOAD_BYTES:
        raise StateFailed("States.DataLimitExceeded", f"{size} bytes")
    return data


def looked_up(path: str, data: Any, event: Any) -> Any:
    """Evaluates a reference path, or the one supported intrinsic function."""
    if path.startswith("States.StringToJson('"):
        return json.loads(path.removeprefix("States.StringToJson('").removesuffix("')"))
    if path.startswith("$$."):
        return looked_up(f"${path.removeprefix('$$.Execution.Input')}", event, None)
    names = path.removeprefix("$").split(".")[1:]
    for name in names:
        if not isinstance(data, dict) or name not in data:
            raise StateFailed("States.ParameterPathFailure", path)
        data = data[name]
    return data


def filled(form: Any, data: Any, event: Any) -> Any:
    """Evaluates a payload template: every `name.$` is looked up."""
    if not isinstance(form, dict):
        return form
    return {
        name.removesuffix(".$"): looked_up(value, data, event)
        if name.endswith(".$")
        else filled(value, data, event)
        for name, value in form.items()
    }


def placed(path: str | None, data: Any, result: Any) -> Any:
    """The state's input with its result at ResultPath; null leaves the input."""
    if path is None:
        return data
    return result if path == "$" else {**data, path.removeprefix("$."): result}


def caught(state: Any, data: Any, problem: StateFailed) -> tuple[Any, str]:
    """The data with the error, and the next state of the matching catcher; raises without one."""
    for catcher in state.get("Catch", []):
        if problem.error in catcher["ErrorEquals"] or "States.ALL" in catcher["ErrorEquals"]:
            error = {"Error": problem.error, "Cause": problem.cause}
            return placed(catcher["ResultPath"], data, error), catcher["Next"]
    raise problem


def wait_of(retriers: list[Any], error: str, tries: dict[int, int]) -> float | None:
    """Seconds until the next attempt, None for no more; each retrier has its own count."""
    for place, retrier in enumerate(retriers):
        if error in retrier["ErrorEquals"] or retrier["ErrorEquals"] == ["States.ALL"]:
            done = tries.get(place, 0)
            tries[place] = done + 1
            if done >= retrier["MaxAttempts"]:
                return None
            return float(retrier["IntervalSeconds"] * retrier["BackoffRate"] ** done)
    return None


def applies(choice: Any, data: Any, event: Any) -> bool:
    """True if a choice rule matches."""
    if "IsPresent" in choice:
        name = choice["Variable"].removeprefix("$.")
        return (name in data) is choice["IsPresent"]
    return bool(looked_up(choice["Variable"], data, event) > choice["NumericGreaterThan"])


def batches_of(items: list[Any], batcher: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Groups the items as ItemBatcher does: as many as fit, in order."""
    batch: list[Any] = []
    for item in items:
        longer = {"BatchInput": batcher["BatchInput"], "Items": [*batch, item]}
        size = len(json.dumps(longer, ensure_ascii=False).encode())
        is_full = len(batch) == batcher["MaxItemsPerBatch"]
        if batch and (is_full or size > batcher["MaxInputBytesPerBatch"]):
            yield {**longer, "Items": batch}
            batch = []
        batch.append(item)
    if batch:
        yield {"BatchInput": batcher["BatchInput"], "Items": batch}
