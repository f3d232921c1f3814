"""Direct publish in the Python client: filters, clips, verdicts and options."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from tests.clients.python_peer import ID, ROW, TRACK, Peer, ok
from tests.clients.test_python_client import SCHEMAS
from tiktok_music_client import (
    About,
    BadAnswer,
    CommercialUse,
    HonoredBy,
    Notice,
    Publish,
    Resolved,
    SearchTrack,
    Target,
    TrackMedia,
)
from tiktok_music_client.parsing import camel

SEEN = datetime(2026, 11, 28, 0, 4, 11, tzinfo=UTC)
CLIP = {
    "songClipId": "7539149620821362689",
    "clip": "full",
    "clipDuration": 60.2,
    "trendingSongClipId": None,
    "commercialMusicId": "6985271847240321025",
    "evidence": "sameRecording",
    "countries": ["GB", "US"],
    "lastSeenAt": "2026-11-28T00:04:11Z",
    "isUsable": True,
}
USE = {
    "verdict": "approved",
    "because": "inCommercialLibrary",
    "countries": ["US"],
    "checkedAt": "2026-11-28T00:04:11Z",
}
MEMBERS = {"honoredBy": {"publish": True, "managed": True}, "commercialUse": USE}


def page_of(*rows: dict[str, Any], **headers: str) -> httpx2.Response:
    counts = {"true": 1, "false": 0}
    facets = {"language": {}, "isCommerceMusic": counts, "publishable": counts}
    body = {"tracks": list(rows), "total": len(rows), "nextCursor": None, "facets": facets}
    return ok(body, **headers)


def test_rows_have_their_clips_where_the_search_includes_them() -> None:
    peer = Peer(page_of({**ROW, **MEMBERS, "publish": CLIP}, {**ROW, **MEMBERS, "publish": None}))

    with peer.client() as catalog:
        found = catalog.search(publishable_only=True, include="publish")

    plain = {part.name: getattr(TRACK, part.name) for part in fields(TRACK)}
    first = SearchTrack(
        **plain,
        publish=Publish(
            song_clip_id="7539149620821362689",
            clip="full",
            clip_duration=60.2,
            trending_song_clip_id=None,
            commercial_music_id="6985271847240321025",
            evidence="sameRecording",
            countries=("GB", "US"),
            last_seen_at=SEEN,
            is_usable=True,
        ),
        honored_by=HonoredBy(publish=True, managed=True),
        commercial_use=CommercialUse(
            verdict="approved",
            because="inCommercialLibrary",
            countries=("US",),
            checked_at=SEEN,
        ),
    )
    assert found.tracks[0] == first
    assert isinstance(found.tracks[1], SearchTrack)
    assert found.tracks[1].publish is None
    assert found.facets is not None
    assert found.facets.publishable == {"true": 1, "false": 0}
    assert peer.requests[0].url.params.multi_items() == [
        ("publishable", "true"),
        ("include", "publish"),
        ("limit", "50"),
    ]


def test_a_filter_that_the_catalog_ignores_is_no_answer() -> None:
    peer = Peer(page_of(ROW, X_Ignored_Parameters="publishable, include"))

    with peer.client() as catalog, pytest.raises(BadAnswer, match="HONOR_ON_PUBLISH is off"):
        catalog.search(publishable_only=True)


def test_options_are_sent_only_if_they_are_given() -> None:
    warning = {"code": "DEGRADED_TO_AUTO", "message": "No.", "reason": "STALE"}
    row = {"mode": "publish", "payload": {"auto_add_music": True}, "warnings": [warning]}
    peer = Peer(ok({"targets": [row, row]}))
    plain = Target("publish", ID)
    chosen = Target(
        "publish",
        ID,
        publish_via="business",
        media="video",
        volume=0,
        original_volume=100,
        start_ms=0,
        end_ms=9_000,
        fallback="fail",
        is_brand_organic=False,
    )

    with peer.client() as catalog:
        resolved = catalog.resolve([plain, chosen])

    music = {"mode": "manual", "trackId": ID}
    options = {"volume": 0, "originalVolume": 100, "startMs": 0, "endMs": 9_000, "fallback": "fail"}
    assert json.loads(peer.requests[0].content) == {
        "targets": [
            {"mode": "publish", "tiktokMusic": music},
            {
                "mode": "publish",
                "tiktokMusic": {**music, **options},
                "publishVia": "business",
                "media": "video",
                "tiktokPostSettings": {"isBrandOrganic": False},
            },
        ]
    }
    notice = Notice(code="DEGRADED_TO_AUTO", message="No.", reason="STALE")
    expected = Resolved(mode="publish", payload={"auto_add_music": True}, warnings=(notice,))
    assert resolved == (expected, expected)


@pytest.mark.parametrize("kind", [SearchTrack, Publish, CommercialUse, TrackMedia, About])
def test_a_model_has_the_fields_that_the_api_describes(kind: type) -> None:
    described = set(SCHEMAS[kind.__name__]["properties"])

    assert {camel(part.name) for part in fields(kind)} == described
