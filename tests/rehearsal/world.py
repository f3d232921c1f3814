"""A deployed stack in use: its handlers run with its variables, and their calls are recorded."""

import importlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from moto.backends import get_backend
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.embedded_aws import EmbeddedAws
from local.gateway import LocalContext
from local.library import TOKEN, library_songs
from local.media_host import media_app
from local.servers import BackgroundServer, bind
from local.stand_in import Sound, stand_in_sounds
from local.upstream import API_KEY, stand_in_app
from tests.builders import a_key, a_snapshot
from tests.events import Answer, http_event
from tests.rehearsal.api_calls import ACCOUNT_ID, REGION
from tests.rehearsal.combinations import REQUIRED, combined
from tests.rehearsal.requests import CallRecorder
from tests.rehearsal.stack import Stack, deploy
from tiktok_music.adapters.cml_token import RENEW_PATH
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.adapters.dynamo_publisher import DynamoPublisher
from tiktok_music.track import track_id_of

HANDLERS = {
    "ListMusicFunction": "functions.list_music.handler",
    "RefreshMusicFunction": "functions.refresh_music.handler",
    "MediaPlanFunction": "functions.refresh_music.media_plan",
    "MediaBatchFunction": "functions.refresh_music.media_batch",
    "AnnounceFunction": "functions.announce.handler",
}
LIST = "/v1/tiktok-music"


@dataclass
class World:
    """The stack, its provider's chart (`sounds`, changed by tests), and the recorder."""

    stack: Stack
    recorder: CallRecorder
    patch: pytest.MonkeyPatch
    upstream_url: str
    bucket_url: str
    media_url: str
    sounds: list[Sound]
    rows: DynamoRows = field(default_factory=lambda: DynamoRows(DynamoAccess(REGION)))

    def invoke(self, function: str, event: Any) -> Any:
        """Invokes a function as a new instance, in its own environment."""
        local = {
            "SOURCE_BASE_URL": self.upstream_url,
            "CML_BASE_URL": self.upstream_url,
            "R2_ENDPOINT_URL": self.bucket_url,
            "MEDIA_BASE_URL": self.media_url,
            "MIN_CHART_TRACKS": "1",
            "ALLOW_PRIVATE_HOSTS": "true",
            "POWERTOOLS_METRICS_DISABLED": "true",
        }
        variables = self.stack.environment(function)
        with self.patch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, local.get(name, value))
            self.recorder.role = f"{function}Role"
            try:
                module = importlib.reload(importlib.import_module(HANDLERS[function]))
                handler: Callable[..., Any] = module.handler
                return handler(event, LocalContext(function, 900))
            finally:
                self.recorder.role = None

    def refresh(self, time: str, *, is_forced: bool = False) -> Any:
        self.expire_token()
        event = {"scheduledTime": time, "force": is_forced}
        return self.invoke("RefreshMusicFunction", event)

    def expire_token(self) -> None:
        """The next run renews the token of the library, and stores it."""
        value = json.dumps({**TOKEN, "expiresAt": "2026-01-01T00:00:00+00:00"})
        secrets = boto3.client("secretsmanager", region_name=REGION)
        secrets.put_secret_value(SecretId="tiktok-music/cml", SecretString=value)

    def pointer(self) -> Any:
        client = boto3.client("dynamodb", region_name=REGION)
        table = self.stack.ids["CatalogTable"]
        return client.get_item(TableName=table, Key={"pk": {"S": "PTR"}})["Item"]

    def request(self, key: str, path: str, method: str = "GET", body: str | None = None) -> Answer:
        event = http_event(path, method, authorization=f"Bearer {key}")
        if body is not None:
            event |= {"body": body, "isBase64Encoded": False}
            event["headers"]["content-type"] = "application/json"
        return Answer.of(self.invoke("ListMusicFunction", event))


@contextmanager
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A stack with all functions; the account has the secrets and the bucket of the guide."""
    parameters = combined("map", "events", "gradual") | {
        "Source": "cml,aweme",
        "MinTracks": "1",
        "Charts": "cml:GB:ALL:7DAY",
    }
    stack = deploy("music", parameters)
    # moto would run the function for each write, in Docker.
    tables = get_backend("dynamodb")[ACCOUNT_ID][REGION].tables
    tables[stack.ids["CatalogTable"]].lambda_event_source_mappings.clear()
    # moto ignores the condition of a bucket's policy, that a request comes without TLS.
    boto3.client("s3", region_name=REGION).delete_bucket_policy(Bucket=stack.ids["MediaPlans"])
    furnish()
    sounds = stand_in_sounds()[:2]
    bucket = EmbeddedAws.start()
    upstream = BackgroundServer.start(provider(sounds), bind(0))
    media = BackgroundServer.start(media_app(bucket.endpoint_url, REQUIRED["R2Bucket"]), bind(0))
    try:
        recorder = CallRecorder(monkeypatch)
        yield World(
            stack=stack,
            recorder=recorder,
            patch=monkeypatch,
            upstream_url=upstream.base_url,
            bucket_url=bucket.endpoint_url,
            media_url=media.base_url,
            sounds=sounds,
        )
    finally:
        media.stop()
        upstream.stop()
        bucket.stop()


def furnish() -> None:
    secrets = boto3.client("secretsmanager", region_name=REGION)
    r2 = json.dumps({"accessKeyId": "local", "secretAccessKey": "local"})
    for name, value in (("r2", r2), ("source", API_KEY), ("cml", "{}")):
        secrets.create_secret(Name=f"tiktok-music/{name}", SecretString=value)
    boto3.client("s3", region_name=REGION).create_bucket(Bucket=REQUIRED["R2Bucket"])


def provider(sounds: list[Sound]) -> Any:
    """The stand-in upstream, which renews tokens too."""

    async def renew(request: Request) -> Response:
        data = {"access_token": TOKEN["accessToken"], "refresh_token": TOKEN["refreshToken"]}
        return JSONResponse({"code": 0, "message": "OK", "data": {**data, "expires_in": 86_400}})

    app = stand_in_app(sounds, library=library_songs()[:1])
    app.routes.append(Route(RENEW_PATH, renew, methods=["POST"]))
    return app


def use_everything(world: World) -> None:
    """Makes every call that a stack makes in its life."""
    leave_damage(world)
    prepare_media(world)
    first = world.refresh("2026-11-22T06:00:00Z")
    before = world.pointer()
    del world.sounds[1]
    second = world.refresh("2026-11-22T18:00:00Z", is_forced=True)
    assert [first["outcome"], second["outcome"]] == ["PUBLISHED", "PUBLISHED"], (first, second)
    images = {"Keys": {"pk": {"S": "PTR"}}, "OldImage": before, "NewImage": world.pointer()}
    sent = world.invoke("AnnounceFunction", {"Records": [{"dynamodb": images}]})
    assert len(sent["events"]) == 1
    ask_the_api(world)


def leave_damage(world: World) -> None:
    """An unreadable record, and chunks of a run that ended before it published."""
    table = world.stack.ids["CatalogTable"]
    track_id = track_id_of(world.sounds[1].tiktok_id)
    item = {"pk": {"S": f"TRACK#{track_id}"}, "record": {"S": "{"}, "tiktok_id": {"S": "1"}}
    boto3.client("dynamodb", region_name=REGION).put_item(TableName=table, Item=item)
    DynamoPublisher(world.rows, table).write_chunks(a_snapshot(fence=0))


def prepare_media(world: World) -> None:
    """Plans the media of one sound, and prepares them in a batch."""
    rest = world.sounds[1:]
    del world.sounds[1:]
    world.expire_token()
    plan = world.invoke("MediaPlanFunction", {"scheduledTime": "2026-11-22T06:00:00Z"})
    bucket = world.stack.ids["MediaPlans"]
    body = boto3.client("s3", region_name=REGION).get_object(Bucket=bucket, Key=plan["key"])["Body"]
    items = [json.loads(line) for line in body.read().splitlines()]
    batch = {"BatchInput": {"plan": plan["key"]}, "Items": items[:1]}
    done = world.invoke("MediaBatchFunction", batch)
    assert done["newMedia"] == 1, done
    world.sounds.extend(rest)


def ask_the_api(world: World) -> None:
    text, key = a_key(scopes=frozenset({"*"}))
    DynamoKeys(world.rows, world.stack.ids["KeysTable"]).save(key)
    found = [
        world.request(text, LIST).status,
        world.request(text, f"{LIST}/{track_id_of(world.sounds[0].tiktok_id)}").status,
        world.request(text, f"{LIST}/charts").status,
        world.request(text, "/v1/health").status,
    ]
    assert found == [200, 200, 200, 200]
