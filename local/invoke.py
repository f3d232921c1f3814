"""`make invoke-list`, `-refresh`, `-announce`: invokes a built function with an event.

Uses `sam local invoke` if a container engine is running, else AWS's emulator without a container;
both against an embedded AWS, after a refresh from the stand-in chart.
"""

import argparse
import base64
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.built_template import FUNCTIONS, with_settings
from local.demo_keys import make_demo_keys
from local.embedded_aws import (
    BUCKET,
    CATALOG_TABLE,
    KEYS_TABLE,
    R2_SECRET,
    REGION,
    SOURCE_SECRET,
    EmbeddedAws,
)
from local.emulator import ROOT, SAM_ENVIRONMENT, EmulatorMissing, build, emulated
from local.servers import BackgroundServer, bind
from local.stand_in import stand_in_sounds
from local.upstream import API_KEY, stand_in_app

BUILT = ROOT / ".aws-sam" / "local"
EVENTS = {
    "list": "list_get.json",
    "refresh": "refresh_schedule.json",
    "announce": "pointer_moved.json",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("function", choices=sorted(FUNCTIONS))
    parser.add_argument("--event", type=Path, help="a JSON file; default: one of events/")
    arguments = parser.parse_args()
    aws = EmbeddedAws.start()
    os.environ.update(aws.environment())
    aws.furnish(API_KEY)
    upstream = BackgroundServer.start(stand_in_app(stand_in_sounds()), bind(0))
    key = make_demo_keys(REGION, KEYS_TABLE)["publishRead"]
    event = _event(arguments.event or ROOT / "events" / EVENTS[arguments.function], key)
    invoke = _sam_local if _has_container_engine() else _emulator
    print(f"building, then invoking with {invoke.__doc__}", flush=True)
    try:
        build(BUILT)
        settings = settings_for(aws, upstream.base_url)
        if arguments.function == "list":
            invoke("refresh", _event(ROOT / "events" / EVENTS["refresh"], key), settings)
        _show(invoke(arguments.function, event, settings))
    except subprocess.CalledProcessError as exc:
        print(exc.stderr, file=sys.stderr)
        return 1
    except EmulatorMissing as exc:
        print(f"make invoke-{arguments.function}: {exc}", file=sys.stderr)
        return 1
    finally:
        upstream.stop()
        aws.stop()
    return 0


def _has_container_engine() -> bool:
    """True if a daemon answers: an installed command alone is not enough."""
    try:
        info = subprocess.run(["docker", "info"], capture_output=True, timeout=10)  # noqa: S607
    except (OSError, subprocess.TimeoutExpired):
        return False
    return info.returncode == 0


def _event(path: Path, key: str) -> bytes:
    event = json.loads(path.read_text())
    if "headers" in event:
        event["headers"]["authorization"] = f"Bearer {key}"
    return json.dumps(event).encode()


def settings_for(aws: EmbeddedAws, upstream_url: str) -> dict[str, str]:
    return {
        **aws.environment(),
        "CATALOG_TABLE": CATALOG_TABLE,
        "KEYS_TABLE": KEYS_TABLE,
        "SOURCE": "aweme",
        "SOURCE_BASE_URL": upstream_url,
        "SOURCE_SECRET": SOURCE_SECRET,
        "MEDIA_BASE_URL": "https://media.example.com",
        "R2_ENDPOINT_URL": aws.endpoint_url,
        "R2_BUCKET": BUCKET,
        "R2_SECRET": R2_SECRET,
        "MIN_TRACKS": "5",
        "ALLOW_PRIVATE_HOSTS": "true",
        "EVENT_BUS": "default",
    }


def _emulator(function: str, event: bytes, settings: Mapping[str, str]) -> Any:
    """the Runtime Interface Emulator, without a container"""
    log = BUILT / f"{function}.log"
    with emulated(BUILT, FUNCTIONS[function], settings, log) as emulator:
        result = emulator.invoke(event)
    print(log.read_text(), file=sys.stderr)
    return result


def _sam_local(function: str, event: bytes, settings: Mapping[str, str]) -> Any:
    """sam local invoke"""
    template = with_settings(BUILT, settings)
    image = os.environ.get("SAM_LOCAL_IMAGE")
    own_image = ("--skip-pull-image", "--invoke-image", image) if image else ()
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(event)
        file.flush()
        done = subprocess.run(  # noqa: S603 - our own tool
            [
                *(SAM_ENVIRONMENT / "bin/sam", "local", "invoke", FUNCTIONS[function]),
                *("--template", template, "--event", file.name, "--docker-network", "host"),
                *("--parameter-overrides", "Events=on"),
                *own_image,
            ],
            env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
            stdout=subprocess.PIPE,
            check=True,
        )
    return json.loads(done.stdout)


def _show(result: Any) -> None:
    """Prints the result, with the body of an HTTP response decoded."""
    if isinstance(result, dict) and result.get("isBase64Encoded"):
        body = gzip.decompress(base64.b64decode(result["body"]))
        result = {**result, "isBase64Encoded": False, "body": json.loads(body)}
    print(json.dumps(result, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
