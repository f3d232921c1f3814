"""Uses the code of openapi-python-client, in the environment of the generators.

Arguments: the folder of the code, address, key, version and id of a track. Prints what it got.
"""

import json
import sys
from importlib import import_module
from typing import Any

FOLDER, ADDRESS, KEY, VERSION, TRACK = sys.argv[1:]
sys.path.insert(0, FOLDER)
api = "catalog.api.default"
models: Any = import_module("catalog.models")


def call(name: str, **arguments: Any) -> Any:
    """Returns the parsed answer, or the error that the API answers with."""
    client: Any = import_module("catalog").AuthenticatedClient(base_url=ADDRESS, token=KEY)
    return import_module(f"{api}.{name}").sync(client=client, **arguments)


def titles(answer: Any) -> list[str]:
    return [type(answer).__name__, *(track.title for track in answer.tracks)]


def resolved(choice: Any) -> Any:
    target = models.Target(mode=models.PostMode.MANAGED, tiktok_music=choice)
    return call("resolve_tiktok_music", body=models.ResolveRequest(targets=[target]))


managed = resolved(models.ManualMusic(mode="manual", track_id=TRACK))
unknown = resolved(models.ManualMusic(mode="manual", track_id="0" * 8 + TRACK[8:]))
got = {
    "list": titles(call("list_tiktok_music")),
    "page": titles(call("list_tiktok_music", limit=1, sort=models.SearchOrder.TITLE)),
    "cleared": titles(call("list_tiktok_music", commerce_only=True, language=["en", "es"])),
    "batch": titles(call("get_tiktok_music_batch", ids=[TRACK, TRACK])),
    "track": call("get_tiktok_music", track_id=TRACK).status.value,
    "changes": [track.title for track in call("get_tiktok_music_changes", since=VERSION).added],
    "payload": type(managed.targets[0].payload).__name__,
    "automatic": resolved(models.AutoMusic(mode="auto")).targets[0].payload.to_dict(),
    "error": [unknown.error.code.value, unknown.error.details.issues[0].index],
    "token": call("create_browser_token", body=models.TokenRequest()).token[:9],
    "environment": call("whoami").environment.value,
    "health": call("health").status.value,
}
print(json.dumps(got))
