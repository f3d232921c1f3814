"""The built functions under AWS's own Runtime Interface Emulator, without a container.

The emulator comes with SAM's command line, the runtime's Python side is awslambdaric; a function
sees its artefact, the layer and the standard library, and nothing that is installed here.
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
    """Raised when something that the emulator needs is not on this machine; says what."""


@dataclass(frozen=True, slots=True)
class FunctionLimits:
    """What the template gives a function, and the emulator holds it to."""

    memory_mb: int
    timeout_seconds: int


LIMITS = {
    "ListMusicFunction": FunctionLimits(512, 10),
    "RefreshMusicFunction": FunctionLimits(3538, 900),
}


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator; `log` is what the function and the emulator wrote."""

    url: str
    log: Path
    timeout_seconds: int

    def invoke(self, event: bytes) -> Any:
        """The function's result, or the error that Lambda would report of it."""
        url = self.url + INVOKE_PATH
        # The emulator ends what takes too long by itself.
        patience = self.timeout_seconds + START_SECONDS
        answer = urllib3.request("POST", url, body=event, retries=False, timeout=patience)
        return answer.json()


def architecture() -> str:
    """This machine's, as Lambda calls it."""
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
        raise EmulatorMissing("the emulator runs on Linux alone")
    if not programs:
        raise EmulatorMissing("SAM's own environment is not there: make test installs it")
    if not (RUNTIME / "awslambdaric").is_dir():
        raise EmulatorMissing("awslambdaric could not be installed here")
    if python is None:
        raise EmulatorMissing("no Python of the Lambda's version is here")
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
    """One instance of `function`, from what `sam build` wrote into `built`; init comes with the
    first event."""
    program, python = require()
    front, behind = _free_address(), _free_address()
    command = [
        *(str(program), "--runtime-interface-emulator-address", front),
        *("--runtime-api-address", behind, "--log-level", "info"),
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
        _wait_for(front, process)
        yield Emulator(f"http://{front}", log, LIMITS[function].timeout_seconds)
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _lambda_environment(built: Path, function: str) -> dict[str, str]:
    """What Lambda sets itself; from 3.12 on the execution environment's name leaves text as it
    is."""
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
    """Until something listens: the emulator answers no path but the one that invokes."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib3.request("GET", f"http://{address}/", retries=False, timeout=2)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.02)
        else:
            return
    raise EmulatorMissing("the emulator did not start")
