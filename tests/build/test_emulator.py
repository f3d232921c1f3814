"""The built artefacts run: both functions in AWS's emulator, against a moto server."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.embedded_aws import BUCKET, CATALOG_TABLE, KEYS_TABLE, R2_SECRET, REGION, EmbeddedAws
from local.emulator import Emulator, emulated
from local.stand_in import cover, music, silence
from tests.builders import a_key
from tests.events import EVENTS, Answer
from tests.peer import Exchange, running_peer
from tiktok_music.adapters.dynamo_keys import DynamoKeys
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows
from tiktok_music.track import track_id_of

TITLES = ["Le Petit Matin — 朝", "Ночной трамвай", "نسيم الليل 🌙"]
MEDIA = "https://media.example.com"


@dataclass(frozen=True, slots=True)
class World:
    """The functions, after one scheduled refresh; `key` is an API key."""

    refreshed: Any
    listing: Emulator
    refreshing: Emulator
    announcing: Emulator
    key: str


def media_host(exchange: Exchange) -> None:
    files = {"/song": music(3, 8), "/silent": silence(8), "/cover": cover(3)}
    body, kind = files[exchange.path]
    exchange.reply(200, body, Content_Type=kind)


def a_row(number: int, title: str, base_url: str, preview: str) -> dict[str, Any]:
    return {
        "tiktokId": str(7_662_052_657_323_182_080 + number),
        "title": title,
        "author": f"Artist {number}",
        "userCount": 100 - number,
        "previewUrl": base_url + preview,
        "coverUrl": f"{base_url}/cover",
    }


def settings(aws: EmbeddedAws, document: Path) -> dict[str, str]:
    return {
        **aws.environment(),
        "CATALOG_TABLE": CATALOG_TABLE,
        "KEYS_TABLE": KEYS_TABLE,
        "SOURCE": "static",
        "SOURCE_LOCATION": str(document),
        "MEDIA_BASE_URL": MEDIA,
        "R2_ENDPOINT_URL": aws.endpoint_url,
        "R2_BUCKET": BUCKET,
        "R2_SECRET": R2_SECRET,
        "MIN_TRACKS": "1",
        "ALLOW_PRIVATE_HOSTS": "true",
    }


@pytest.fixture(scope="module")
def world(native: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("emulator")
    aws = EmbeddedAws.start()
    environment = settings(aws, folder / "tracks.jsonl")
    with (
        pytest.MonkeyPatch.context() as patched,
        running_peer(media_host) as peer,
        emulated(native, "ListMusicFunction", environment, folder / "list.log") as listing,
        emulated(native, "RefreshMusicFunction", environment, folder / "refresh.log") as refreshing,
        emulated(native, "AnnounceFunction", environment, folder / "announce.log") as announcing,
    ):
        for name, value in aws.environment().items():
            patched.setenv(name, value)
        aws.furnish("source-key")
        text, key = a_key()
        DynamoKeys(DynamoRows(DynamoAccess(REGION)), KEYS_TABLE).save(key)
        rows = [
            *(a_row(i, title, peer.base_url, "/song") for i, title in enumerate(TITLES, start=1)),
            a_row(9, "Silence", peer.base_url, "/silent"),
        ]
        (folder / "tracks.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
        refreshed = refreshing.invoke((EVENTS / "refresh_schedule.json").read_bytes())
        yield World(refreshed, listing, refreshing, announcing, text)
    aws.stop()


def get(world: World, event_name: str, key: str) -> Answer:
    event = json.loads((EVENTS / event_name).read_text())
    event["headers"]["authorization"] = f"Bearer {key}"
    return Answer.of(world.listing.invoke(json.dumps(event).encode()))


def test_the_built_refresh_publishes_and_rejects_a_silent_track(world: World) -> None:
    report = world.refreshed

    assert report.get("outcome") == "PUBLISHED", world.refreshing.log.read_text()
    assert (report["rows"], report["accepted"]) == (4, 3)
    assert report["rejected"] == {"AUDIO_SILENT": 1}


def test_a_scheduled_run_that_is_delivered_twice_publishes_once(world: World) -> None:
    again = world.refreshing.invoke((EVENTS / "refresh_schedule.json").read_bytes())

    assert again["outcome"] == "ALREADY_DONE"


def test_the_built_list_returns_titles_of_every_script_unchanged(world: World) -> None:
    answer = get(world, "list_get.json", world.key)

    assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")
    listed = json.loads(gzip.decompress(answer.body))
    assert [track["title"] for track in listed["tracks"]] == TITLES
    assert listed["total"] == 3


def test_a_response_without_gzip_has_the_same_titles(world: World) -> None:
    event = json.loads((EVENTS / "list_get.json").read_text())
    event["headers"] = {"authorization": f"Bearer {world.key}"}

    answer = Answer.of(world.listing.invoke(json.dumps(event).encode()))

    assert [track["title"] for track in json.loads(answer.body)["tracks"]] == TITLES


def test_the_other_routes_answer_from_the_artefact(world: World) -> None:
    search = get(world, "search_get.json", world.key)
    track = get(world, "track_get.json", world.key)
    unknown = get(world, "list_get.json", "lp_live_AAAAAAAAAAAAAAAA_" + "A" * 43)

    assert (search.status, json.loads(search.body)["total"]) == (200, 0)
    assert (track.status, unknown.status) == (404, 401)


def test_a_track_is_found_by_its_id(world: World) -> None:
    event = json.loads((EVENTS / "track_get.json").read_text())
    path = f"/v1/tiktok-music/{track_id_of('7662052657323182081')}"
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    event["headers"]["authorization"] = f"Bearer {world.key}"

    answer = Answer.of(world.listing.invoke(json.dumps(event).encode()))

    assert (answer.status, json.loads(answer.body)["title"]) == (200, TITLES[0])


def test_a_post_reaches_the_resolver(world: World) -> None:
    answer = get(world, "resolve_post.json", world.key)

    assert answer.status == 403
    assert json.loads(answer.body)["error"]["details"] == {"requiredScope": "publish:write"}


def test_the_functions_log_json_lines_and_no_secret(world: World) -> None:
    get(world, "list_get.json", world.key)
    text = world.listing.log.read_text() + world.refreshing.log.read_text()

    metrics = [json.loads(line) for line in text.splitlines() if line.startswith('{"_aws"')]
    assert metrics
    assert world.key not in text


def test_the_announce_function_sends_the_recorded_change(world: World) -> None:
    [sent] = world.announcing.invoke((EVENTS / "pointer_moved.json").read_bytes())["events"]

    assert sent["detailType"] == "CatalogRefreshed"
    assert (sent["detail"]["cause"], sent["detail"]["total"]) == ("refresh", 4)
