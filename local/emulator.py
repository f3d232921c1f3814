"""Runs the built functions in AWS's Runtime Interface Emulator, without a container.

The emulator is part of SAM's command line; the runtime's Python client is awslambdaric. A function
sees its artefact, the layer and the standard library, but no package installed on this machine.
"""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from local.servers import bind
from tools.packaging.build_artifact import lambda_python

ROOT = Path(__file__).resolve().parent.parent
SAM_ENVIRONMENT = ROOT / ".venv-sam"
RUNTIME = SAM_ENVIRONMENT / "runtime"
INVOKE_PATH = "/2015-03-31/functions/function/invocations"
START_SECONDS = 20.0
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


class EmulatorMissing(Exception):
    """Raised when this machine lacks something that the emulator needs; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionLimits:
    """Memory and timeout of a function in the template; the emulator enforces them."""

    memory_mb: int
    timeout_seconds: int


LIMITS = {
    "ListMusicFunction": FunctionLimits(memory_mb=512, timeout_seconds=10),
    "RefreshMusicFunction": FunctionLimits(memory_mb=3538, timeout_seconds=900),
    "AnnounceFunction": FunctionLimits(memory_mb=512, timeout_seconds=60),
}


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator; `log` has the output of the function and of the emulator."""

    url: str
    log: Path
    timeout_seconds: int

    def invoke(self, event: bytes) -> Any:
        """The function's result, or the error document that Lambda would return."""
        url = self.url + INVOKE_PATH
        # Longer than the function's timeout, which the emulator enforces itself.
        timeout = self.timeout_seconds + START_SECONDS
        answer = urllib3.request("POST", url, body=event, retries=False, timeout=timeout)
        return answer.json()


def architecture() -> str:
    """This machine's processor architecture under Lambda's name."""
    return ARCHITECTURES.get(platform.machine(), platform.machine())


def require() -> tuple[Path, str]:
    """The emulator's program and an interpreter of the Lambda's version, or EmulatorMissing."""
    programs = sorted(
        SAM_ENVIRONMENT.glob(
            f"lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{architecture()}"
        )
    )
    python = lambda_python()
    if sys.platform != "linux":
        raise EmulatorMissing("the emulator runs on Linux only")
    if not programs:
        raise EmulatorMissing("SAM is not installed in .venv-sam: make test installs it")
    if not (RUNTIME / "awslambdaric").is_dir():
        raise EmulatorMissing("awslambdaric has no wheel for this machine")
    if python is None:
        raise EmulatorMissing("Python 3.13, the Lambda's version, is not installed")
    return programs[0], python


def build(folder: Path) -> None:
    """Runs the real `sam build` for this machine's processor; raises CalledProcessError."""
    environment = {
        "ARCH": architecture(),
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    subprocess.run(  # noqa: S603 - our own tool
        [
            *(SAM_ENVIRONMENT / "bin/sam", "build", "--build-dir", folder),
            *("--parameter-overrides", f"Architecture={architecture()}"),
        ],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )


@contextmanager
def emulated(
    built: Path, function: str, environment: Mapping[str, str], log: Path
) -> Iterator[Emulator]:
    """Runs one instance of `function` from the output of `sam build`; its init runs with the first
    event."""
    program, python = require()
    invoke_address, runtime_api_address = _free_address(), _free_address()
    command = [
        *(str(program), "--runtime-interface-emulator-address", invoke_address),
        *("--runtime-api-address", runtime_api_address, "--log-level", "info"),
        *(python, "-S", "-m", "awslambdaric", "handler.handler"),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own tool
            command,
            env={**_lambda_environment(built, function), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=built / function,
        )
    try:
        _wait_for(invoke_address, process)
        yield Emulator(f"http://{invoke_address}", log, LIMITS[function].timeout_seconds)
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _lambda_environment(built: Path, function: str) -> dict[str, str]:
    """The variables that Lambda sets; AWS_EXECUTION_ENV from 3.12 on makes awslambdaric return text
    unescaped."""
    limits = LIMITS[function]
    task = built / function
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(map(str, (task, built / "SharedLayer/python", RUNTIME))),
        "LAMBDA_TASK_ROOT": str(task),
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(limits.memory_mb),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(limits.timeout_seconds),
    }


def _free_address() -> str:
    with bind(0) as place:
        host, port = place.getsockname()
    return f"{host}:{port}"


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Waits until something listens: the emulator has no path that answers without invoking."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib3.request("GET", f"http://{address}/", retries=False, timeout=2)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.02)
        else:
            return
    raise EmulatorMissing("the emulator did not start")
