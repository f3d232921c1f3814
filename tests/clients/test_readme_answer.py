"""The response that the README shows is the one that the local run returns."""

import json
from pathlib import Path

from tests.local_process import LocalRun
from tiktok_music_client import CatalogClient

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_the_local_run_returns_the_response_of_the_readme(local_run: LocalRun) -> None:
    shown = README.partition("```json\n")[2].partition("\n```")[0]
    answer = json.loads(shown.replace(",…]", "]"))

    with CatalogClient(
        local_run.facts["baseUrl"], local_run.facts["keys"]["publishRead"]
    ) as catalog:
        listing = catalog.list()
    first = listing.tracks[0]
    media = local_run.facts["mediaBaseUrl"]
    assert answer["total"] == listing.total
    assert answer["tracks"] == [
        {
            "id": first.id,
            "title": first.title,
            "author": first.author,
            "album": first.album,
            "duration": first.duration,
            "previewUrl": first.preview_url.replace(media, "http://127.0.0.1:8001"),
            "coverUrl": first.cover_url.replace(media, "http://127.0.0.1:8001"),
            "language": first.language,
            "userCount": first.user_count,
            "isCommerceMusic": first.is_commerce_music,
        }
    ]
