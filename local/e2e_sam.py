"""`make e2e-sam`: runs the built functions in containers with the real SAM, and checks the answers.

`sam local invoke` refreshes, `sam local start-api` answers the list. AWS is moto's server, upstream
the stand-in; both listen on the host's address in the containers' network. Apart from the download
of the image, nothing leaves this machine.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import urllib3
from botocore.exceptions import ClientError

from local import containers
from local.built_template import FUNCTIONS, with_settings
from local.demo_keys import make_demo_keys
from local.embedded_aws import BUCKET, KEYS_TABLE, REGION, EmbeddedAws
from local.emulator import ROOT, SAM_ENVIRONMENT, architecture, build
from local.invoke import settings_for
from local.servers import BackgroundServer, bind
from local.stand_in import stand_in_sounds
from local.upstream import API_KEY, stand_in_app

BUILT = ROOT / ".aws-sam" / "e2e"
EVENT = ROOT / "events" / "refresh_schedule.json"
LIST = "/v1/tiktok-music"
START_SECONDS = 180.0
ANSWER_SECONDS = 60.0
MAX_LOG_CHARACTERS = 4_000


class Failed(Exception):
    """Raised when an answer differs from the expected one."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="e2e-sam-") as folder:
            run(Path(folder))
    except (containers.ContainersMissing, Failed) as exc:
        print(f"make e2e-sam: {exc}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as exc:
        print(f"make e2e-sam: {exc}\n{exc.stdout}\n{exc.stderr}", file=sys.stderr)
        return 1
    return 0


def run(folder: Path) -> None:
    """Builds, starts AWS and upstream, refreshes, and asks the API."""
    containers.require(os.environ.get("PATH", ""), os.geteuid())
    image = containers.image_name(os.environ)
    environment = containers.settings(folder, {**os.environ, "SAM_CLI_TELEMETRY": "0"})
    with step(f"image {image}"):
        containers.pull(image, environment)
    with step("sam build"):
        build(BUILT)
    sounds = stand_in_sounds()
    with step("sample audio"):
        for sound in sounds:
            sound.audio()  # cached, so that no download waits for it
    with ExitStack() as world:
        world.enter_context(containers.service(environment))
        host = world.enter_context(containers.bridge(image, environment)).address
        aws = EmbeddedAws.start(host)
        world.callback(aws.stop)
        os.environ.update(aws.environment())
        aws.furnish(API_KEY)
        upstream = BackgroundServer.start(stand_in_app(sounds), bind(0, host))
        world.callback(upstream.stop)
        key = make_demo_keys(REGION, KEYS_TABLE)["publishRead"]
        template = with_settings(BUILT, settings_for(aws, upstream.base_url))
        with step("sam local invoke RefreshMusicFunction"):
            check_refresh(template, image, environment)
        with (
            step("sam local start-api"),
            api(template, image, environment, folder / "api.log") as base_url,
        ):
            check_media(check_answers(base_url, key), aws)
            log = (folder / "api.log").read_text()
            expect("SnapshotAgeSeconds in the metrics", '"SnapshotAgeSeconds":[' in log, True)


@contextmanager
def step(name: str) -> Iterator[None]:
    print(f"{name} …", flush=True)
    started = time.monotonic()
    yield
    print(f"  ok, {time.monotonic() - started:.0f} s", flush=True)


def sam(*arguments: object) -> list[str]:
    parts = (SAM_ENVIRONMENT / "bin/sam", "local", *arguments)
    return [str(part) for part in parts]


def options(template: Path, image: str) -> tuple[object, ...]:
    overrides = f"Architecture={architecture()}"
    return (
        *("--template", template, "--parameter-overrides", overrides),
        *("--skip-pull-image", "--invoke-image", image),
    )


def check_refresh(template: Path, image: str, environment: Mapping[str, str]) -> None:
    """The refresh function publishes, with new media for every track."""
    done = subprocess.run(  # noqa: S603 - our own tool
        sam("invoke", FUNCTIONS["refresh"], "--event", EVENT, *options(template, image)),
        env=dict(environment),
        check=True,
        capture_output=True,
        text=True,
    )
    try:
        report = json.loads(done.stdout)
        expect("outcome", report.get("outcome"), "PUBLISHED")
        expect("new media", report["newMedia"] == report["accepted"] > 10, True)
    except (Failed, ValueError) as exc:
        raise Failed(f"{exc}\n{done.stdout}\n{done.stderr[-MAX_LOG_CHARACTERS:]}") from exc


@contextmanager
def api(template: Path, image: str, environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """Runs the HTTP API and yields its base URL; SIGINT lets SAM remove its containers."""
    with bind(0) as place:
        port = place.getsockname()[1]
    command = sam(
        "start-api", "--port", port, "--warm-containers", "LAZY", *options(template, image)
    )
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own tool
            command, env=dict(environment), stdout=output, stderr=subprocess.STDOUT
        )
    base_url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(base_url, process, log)
        yield base_url
    except Failed as exc:
        raise Failed(f"{exc}\n{log.read_text()[-MAX_LOG_CHARACTERS:]}") from exc
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def check_media(tracks: Sequence[Mapping[str, Any]], aws: EmbeddedAws) -> None:
    """The bucket has every preview and cover of the list."""
    bucket = boto3.client("s3", endpoint_url=aws.endpoint_url, region_name=REGION)
    for track in tracks:
        for name, kind in (("previewUrl", "audio/mpeg"), ("coverUrl", "image/jpeg")):
            place = urlsplit(track[name]).path.lstrip("/")
            try:
                stored = bucket.head_object(Bucket=BUCKET, Key=place)
            except ClientError as exc:
                raise Failed(f"{name} {place} is not in the bucket: {exc}") from exc
            expect(f"{name} {place}", stored["ContentType"], kind)


def check_answers(base_url: str, key: str) -> Sequence[Mapping[str, Any]]:
    """Plain, gzip, 304, search, 401, 404 and health; returns the tracks of the list."""
    authorization = {"Authorization": f"Bearer {key}"}

    def get(path: str, **headers: str) -> urllib3.BaseHTTPResponse:
        return urllib3.request(
            "GET", base_url + path, headers=headers, retries=False, timeout=ANSWER_SECONDS
        )

    plain = get(LIST, **authorization)
    expect("status of the list", plain.status, 200, plain.data.decode())
    document = plain.json()
    expect("total", document["total"] == len(document["tracks"]) > 10, True)
    small = get(LIST, **authorization, **{"Accept-Encoding": "gzip"})
    expect("compressed", small.headers.get("Content-Encoding"), "gzip")
    expect("the compressed list", small.json(), document)
    unchanged = get(LIST, **authorization, **{"If-None-Match": plain.headers["ETag"]})
    expect("the conditional request", (unchanged.status, unchanged.data), (304, b""))
    search = get(f"{LIST}?limit=1&sort=title", **authorization)
    expect("status of a search", search.status, 200, search.data.decode())
    expect("tracks of a search", len(search.json()["tracks"]), 1)
    without_key = get(LIST)
    expect("no key", (without_key.status, _code(without_key)), (401, "UNAUTHENTICATED"))
    unknown = get("/v1/nothing", **authorization)
    expect("an unknown path", (unknown.status, _code(unknown)), (404, "NOT_FOUND"))
    health = get("/v1/health").json()
    expect("health", health["status"], "ok")
    print(f"  {document['total']} tracks, snapshot {plain.headers['X-Catalog-Snapshot']}")
    tracks: Sequence[Mapping[str, Any]] = document["tracks"]
    return tracks


def expect(name: str, actual: object, expected: object, detail: str = "") -> None:
    if actual != expected:
        raise Failed(f"{name} is {actual!r}, not {expected!r} {detail}".rstrip())


def _code(answer: urllib3.BaseHTTPResponse) -> str:
    code: str = answer.json()["error"]["code"]
    return code


def _wait_for(base_url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib3.request("GET", f"{base_url}/v1/health", retries=False, timeout=ANSWER_SECONDS)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise Failed("sam local start-api did not start")


if __name__ == "__main__":
    sys.exit(main())
