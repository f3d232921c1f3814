"""Routes for one track, many tracks and changes, as clients see them."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.api_world import LIST, World, gone, invalid, refusal
from tests.builders import MEDIA, NOON, a_record, a_snapshot, a_track
from tests.fakes import CURSOR_SECRET
from tiktok_music.api.catalog_view import FOREIGN
from tiktok_music.api.cursor import Cursor, Seal, write_cursor
from tiktok_music.api.links import SHORT
from tiktok_music.archive import TrackRecord, TrackStatus
from tiktok_music.archive_lookup import LONGEST_CHAIN, resolve_aliases
from tiktok_music.errors import StoreUnavailable
from tiktok_music.sandbox.fixtures import SandboxSource, sandbox_fixtures

NO_ID = "Must be the id of a track, a UUID."
NO_VERSION = "Must be a snapshot version, as X-Catalog-Snapshot gives it."
SANDBOX_VERSION = SandboxSource(sandbox_fixtures(), MEDIA).pointer().current.version
FIRST = a_snapshot(a_track(1), a_track(2), a_track(3), fence=1)
SECOND = a_snapshot(
    a_track(2, user_count=5_000),
    a_track(1),
    a_track(4),
    fence=2,
    published_at=NOON + timedelta(hours=6),
)


@pytest.fixture
def world() -> World:
    """Track 3 is off the chart, 4 new, 5 retired, 6 an alias of 3, 7 of 6, 8 of an unknown id."""
    world = World()
    world.snapshots.publish(FIRST)
    world.snapshots.publish(SECOND)
    world.archive.save_many(a_record(number) for number in (1, 2, 4))
    world.archive.save_many(
        [
            a_record(3, status=TrackStatus.OFF_CHART, is_commerce_music=False),
            a_record(5, status=TrackStatus.RETIRED, media=None),
            an_alias(6, 3),
            an_alias(7, 6),
            an_alias(8, 99),
        ]
    )
    return world


def an_alias(number: int, canonical: int) -> Any:
    return a_record(
        number, status=TrackStatus.ALIAS, media=None, canonical_id=a_record(canonical).track_id
    )


def id_of(number: int) -> str:
    return a_record(number).track_id


def described(number: int, **fields: Any) -> dict[str, Any]:
    """Track `number` as the API shows it."""
    track_id = id_of(number)
    return {
        "id": track_id,
        "title": f"Song {number}",
        "author": f"Artist {number}",
        "album": "",
        "duration": 24,
        "previewUrl": f"{MEDIA}/music/{track_id}/preview.mp3",
        "coverUrl": f"{MEDIA}/music/{track_id}/cover.jpg",
        "language": "en",
        "userCount": 1_000 - number,
        "isCommerceMusic": True,
        "status": "active",
        "tiktokMusicLink": a_record(number).link,
        "tiktokMusicId": a_record(number).tiktok_id,
        "rank": None,
        "previousRank": None,
        "isNew": False,
        "firstSeenAt": "2026-11-22T12:00:00Z",
        "lastSeenAt": "2026-11-22T18:00:00Z",
        "loudnessLufs": -14.0,
        "honoredBy": {"publish": False, "managed": True},
        "media": {
            "cover": {
                "96": f"{MEDIA}/music/{track_id}/cover-96.jpg",
                "320": f"{MEDIA}/music/{track_id}/cover-320.jpg",
                "720": f"{MEDIA}/music/{track_id}/cover.jpg",
            },
            "coverHash": None,
            "coverColor": None,
            "onCoverColor": None,
            "peaksUrl": f"{MEDIA}/music/{track_id}/peaks.json",
            "suggestedStartMs": 0,
            "previewOffsetMs": 310,
        },
        "about": {
            "themes": [],
            "genres": [],
            "releasedOn": None,
            "links": {"appleMusic": None, "spotify": None},
        },
        **fields,
    }


OFF_CHART = {"status": "offChart", "isCommerceMusic": False, "lastSeenAt": "2026-11-22T12:00:00Z"}
# The media of a record without a preview.
NO_MEDIA: dict[str, Any] = {
    "cover": {"96": None, "320": None, "720": None},
    "coverHash": None,
    "coverColor": None,
    "onCoverColor": None,
    "peaksUrl": None,
    "suggestedStartMs": None,
    "previewOffsetMs": None,
}
RETIRED = {
    "status": "retired",
    "lastSeenAt": "2026-11-22T12:00:00Z",
    "duration": 0,
    "loudnessLufs": None,
    "media": NO_MEDIA,
}


@pytest.mark.parametrize(
    ("requested", "shown", "fields"),
    [
        (1, 1, {"rank": 2, "previousRank": 1}),
        (2, 2, {"rank": 1, "previousRank": 2, "userCount": 5_000}),
        (4, 4, {"rank": 3, "isNew": True}),
        (3, 3, OFF_CHART),
        (5, 5, RETIRED),
        (6, 3, OFF_CHART),
        (7, 3, OFF_CHART),
    ],
)
def test_every_published_track_is_found(
    world: World, requested: int, shown: int, fields: dict[str, Any]
) -> None:
    answer = world.get(f"{LIST}/{id_of(requested)}")

    assert (answer.status, json.loads(answer.body)) == (200, described(shown, **fields))
    assert answer.headers["content-location"] == f"{LIST}/{id_of(shown)}"
    assert answer.headers["x-catalog-snapshot"] == SECOND.descriptor.version


def test_the_ten_fields_are_those_of_the_list(world: World) -> None:
    [row] = [row for row in json.loads(world.get().body)["tracks"] if row["id"] == id_of(1)]

    one = json.loads(world.get(f"{LIST}/{id_of(1)}").body)

    assert {name: one[name] for name in row} == row


def test_an_unknown_track_is_not_found(world: World) -> None:
    answer = world.get(f"{LIST}/{id_of(99)}")

    not_found = refusal("NOT_FOUND", "There is no such track.")
    assert (answer.status, answer.body) == (404, not_found)
    assert answer.headers["x-ratelimit-remaining"] == "119"


@pytest.mark.parametrize("text", ["not-a-uuid", "batch2", "%00", id_of(1) + "x"])
def test_a_malformed_id_is_rejected(world: World, text: str) -> None:
    answer = world.get(f"{LIST}/{text}")

    assert (answer.status, answer.body) == (422, invalid(("trackId", NO_ID)))


def test_a_matching_etag_of_a_track_gets_304(world: World) -> None:
    etag = world.get(f"{LIST}/{id_of(1)}").headers["etag"]

    answer = world.get(f"{LIST}/{id_of(1)}", if_none_match=etag)

    assert (answer.status, answer.body) == (304, b"")


def test_in_the_first_version_every_track_is_new() -> None:
    world = World()
    world.snapshots.publish(FIRST)
    world.archive.save_many([a_record(1)])

    one = json.loads(world.get(f"{LIST}/{id_of(1)}").body)

    assert (one["rank"], one["previousRank"], one["isNew"]) == (1, None, True)


def test_while_the_version_before_is_unreadable_no_track_is_new(world: World) -> None:
    for key in [key for key in world.snapshots.chunks if key[0] == FIRST.descriptor.version]:
        del world.snapshots.chunks[key]

    one = json.loads(world.get(f"{LIST}/{id_of(4)}").body)

    assert (one["rank"], one["previousRank"], one["isNew"]) == (3, None, False)


def test_an_alias_that_is_listed_resolves_to_itself(world: World) -> None:
    world.archive.save_many([an_alias(1, 2)])

    assert json.loads(world.get(f"{LIST}/{id_of(1)}").body)["id"] == id_of(1)


def test_an_alias_of_an_unknown_track_resolves_to_itself(world: World) -> None:
    one = json.loads(world.get(f"{LIST}/{id_of(8)}").body)

    assert (one["id"], one["status"]) == (id_of(8), "offChart")


def test_a_cycle_of_aliases_resolves_to_the_id_itself(world: World) -> None:
    world.archive.save_many([an_alias(6, 7), an_alias(7, 10), an_alias(10, 7)])

    resolved = resolve_aliases(world.archive, [id_of(6), id_of(10)])

    assert {key: record.track_id for key, record in resolved.items()} == {
        id_of(6): id_of(6),
        id_of(10): id_of(10),
    }


@pytest.mark.parametrize("hops", [1, 4, 5, 7, LONGEST_CHAIN])
def test_a_chain_of_aliases_resolves_in_one_call_per_hop(world: World, hops: int) -> None:
    world.archive.save_many(an_alias(100 + hop, 101 + hop) for hop in range(hops))
    world.archive.save_many([a_record(100 + hops, status=TrackStatus.OFF_CHART)])
    calls: list[Any] = []

    class Counted:
        def get_many(self, track_ids: Any) -> Any:
            calls.append(track_ids)
            return world.archive.get_many(track_ids)

    resolved = resolve_aliases(Counted(), [id_of(100), id_of(101)])

    assert {record.track_id for record in resolved.values()} == {id_of(100 + hops)}
    assert len(calls) == hops


def test_a_takedown_counts_at_once_whatever_is_listed(world: World) -> None:
    world.archive.save_many([a_record(1, status=TrackStatus.RETIRED), an_alias(2, 1)])
    retired = described(1, status="retired", lastSeenAt="2026-11-22T12:00:00Z")

    for requested in (1, 2):
        assert json.loads(world.get(f"{LIST}/{id_of(requested)}").body) == retired
    batch = json.loads(world.get(f"{LIST}/batch?ids={id_of(2)}").body)
    assert (batch["tracks"], batch["aliases"]) == ([retired], {id_of(2): id_of(1)})


def test_a_batch_is_in_request_order(world: World) -> None:
    ids = ",".join([id_of(4), id_of(99), id_of(1), id_of(6)])
    link = a_record(2).link
    body = json.loads(world.get(f"{LIST}/batch?ids={ids}&link={link}&link=55555").body)

    assert body == {
        "tracks": [
            described(4, rank=3, isNew=True),
            described(1, rank=2, previousRank=1),
            described(3, **OFF_CHART),
            described(2, rank=1, previousRank=2, userCount=5_000),
        ],
        "aliases": {id_of(6): id_of(3)},
        "found": {
            id_of(4): id_of(4),
            id_of(1): id_of(1),
            id_of(6): id_of(3),
            link: id_of(2),
        },
        "unknown": [id_of(99), "55555"],
    }


def test_aliases_are_listed_as_the_client_wrote_them(world: World) -> None:
    upper, link = id_of(7).upper(), a_record(6).link
    body = json.loads(world.get(f"{LIST}/batch?ids={upper}&link={link}").body)

    assert (body["aliases"], body["unknown"]) == ({upper: id_of(3), link: id_of(3)}, [])
    assert body["found"] == body["aliases"]


def test_whatever_a_batch_asks_for_is_matched_to_its_track(world: World) -> None:
    upper, link = id_of(1).upper(), f"%20{a_record(1).link}?lang=en%0A"
    body = json.loads(world.get(f"{LIST}/batch?ids={upper},%20{id_of(1)}&link={link}").body)

    written = [upper, f" {id_of(1)}", f" {a_record(1).link}?lang=en\n"]
    assert [track["id"] for track in body["tracks"]] == [id_of(1)]
    assert body["found"] == dict.fromkeys(written, id_of(1))
    assert (body["aliases"], body["unknown"]) == ({}, [])


def test_a_search_by_the_link_of_an_alias_finds_its_canonical_track(world: World) -> None:
    world.archive.save_many([an_alias(6, 4)])

    body = json.loads(world.get(f"{LIST}?link={a_record(6).link}").body)

    assert [row["id"] for row in body["tracks"]] == [id_of(4)]


def test_a_track_requested_twice_is_listed_once(world: World) -> None:
    body = json.loads(world.get(f"{LIST}/batch?ids={id_of(3)}&ids={id_of(6)},{id_of(3)}").body)

    assert [track["id"] for track in body["tracks"]] == [id_of(3)]


MANY = "Must be 1 to 50 ids, with those of links counted in."


@pytest.mark.parametrize(
    ("query", "issues"),
    [
        ("", [("ids", MANY)]),
        ("ids=" + ",".join([id_of(1)] * 51), [("ids", MANY)]),
        ("ids=" + ",".join([id_of(1)] * 50) + "&link=55555", [("ids", MANY)]),
        (f"ids={id_of(1)},x,", [("ids[1]", NO_ID), ("ids[2]", NO_ID)]),
        ("link=x", [("link[0]", "Must be the link or the id of a TikTok sound.")]),
        ("link=1234567&link=https://vm.tiktok.com/ZM1/", [("link[1]", SHORT)]),
    ],
)
def test_an_invalid_batch_is_rejected(
    world: World, query: str, issues: list[tuple[str, str]]
) -> None:
    answer = world.get(f"{LIST}/batch?{query}")

    assert (answer.status, answer.body) == (422, invalid(*issues))


def test_a_batch_may_have_fifty_tracks(world: World) -> None:
    ids = ",".join(id_of(number) for number in range(50))

    assert world.get(f"{LIST}/batch?ids={ids}").status == 200


def test_changes_since_a_version_are_listed(world: World) -> None:
    first, second = FIRST.descriptor.version, SECOND.descriptor.version
    rows = json.loads(world.get().body)["tracks"]

    answer = world.get(f"{LIST}/changes?since={first}")

    assert json.loads(answer.body) == {
        "since": first,
        "version": second,
        "added": [{**rows[2], "rank": 3}],
        "removed": [{"id": id_of(3), "previousRank": 3, "reason": "offChart", "mergedInto": None}],
        "moved": [
            {"id": id_of(2), "rank": 1, "previousRank": 2},
            {"id": id_of(1), "rank": 2, "previousRank": 1},
        ],
        "updated": [],
    }


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("title", "A new title", "title"),
        ("author", "A new author", "author"),
        ("album", "A new album", "album"),
        ("language", "fr", "language"),
        ("is_commerce_music", False, "isCommerceMusic"),
        ("duration_seconds", 25.0, "duration"),
    ],
)
def test_changed_fields_of_a_track_are_updates_with_the_row(
    world: World, field: str, value: Any, name: str
) -> None:
    changed = a_track(4, **{field: value})
    world.snapshots.publish(a_snapshot(a_track(2, user_count=6_000), a_track(1), changed, fence=3))
    [row] = [row for row in json.loads(world.get().body)["tracks"] if row["id"] == id_of(4)]

    body = json.loads(world.get(f"{LIST}/changes?since={SECOND.descriptor.version}").body)

    assert (body["added"], body["removed"], body["moved"]) == ([], [], [])
    assert body["updated"] == [{**row, "rank": 3, "changed": [name]}]


@pytest.mark.parametrize(
    ("record", "reason", "merged_into"),
    [
        (a_record(3, status=TrackStatus.OFF_CHART), "offChart", None),
        (a_record(3, status=TrackStatus.RETIRED), "retired", None),
        (
            a_record(3, status=TrackStatus.ALIAS, canonical_id=a_track(1).track_id),
            "merged",
            a_track(1).track_id,
        ),
        (
            a_record(3, status=TrackStatus.ALIAS, canonical_id=a_track(5).track_id),
            "retired",
            None,
        ),
    ],
)
def test_a_removed_track_has_a_reason(
    world: World, record: TrackRecord, reason: str, merged_into: str | None
) -> None:
    world.archive.records[record.track_id] = record

    body = json.loads(world.get(f"{LIST}/changes?since={FIRST.descriptor.version}").body)

    assert body["removed"] == [
        {"id": id_of(3), "previousRank": 3, "reason": reason, "mergedInto": merged_into}
    ]


def test_changes_are_listed_while_the_archive_is_unavailable(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(_: Any) -> Any:
        raise StoreUnavailable("the archive is down")

    monkeypatch.setattr(world.archive, "get_many", unavailable)

    body = json.loads(world.get(f"{LIST}/changes?since={FIRST.descriptor.version}").body)

    assert body["removed"] == [
        {"id": id_of(3), "previousRank": 3, "reason": None, "mergedInto": None}
    ]


def test_a_version_gone_has_a_code_of_its_own(world: World) -> None:
    answer = world.get(f"{LIST}/changes?since=0000000009-0123456789abcdef")

    advice = "This version is not stored any more; read the whole list instead."
    assert (answer.status, answer.body) == (410, gone("since", advice))
    assert answer.headers["cache-control"] == "no-store"


def test_since_the_current_version_nothing_has_changed(world: World) -> None:
    version = SECOND.descriptor.version

    body = json.loads(world.get(f"{LIST}/changes?since={version}").body)

    assert body == {
        "since": version,
        "version": version,
        "added": [],
        "removed": [],
        "moved": [],
        "updated": [],
    }


def test_pages_of_changes_are_the_changes_and_compare_the_same_two_versions(world: World) -> None:
    path = f"{LIST}/changes?since={FIRST.descriptor.version}"
    whole = json.loads(world.get(path).body)
    pages = [json.loads(world.get(f"{path}&limit=1").body)]
    world.snapshots.publish(a_snapshot(a_track(9), fence=3))
    world.now += 60

    while cursor := pages[-1]["nextCursor"]:
        pages.append(json.loads(world.get(f"{path}&limit=1&cursor={cursor}").body))

    names = ("added", "removed", "moved", "updated")
    assert {page["version"] for page in pages} == {SECOND.descriptor.version}
    assert [sum(len(page[name]) for name in names) for page in pages] == [1, 1, 1, 1]
    assert {name: [each for page in pages for each in page[name]] for name in names} == {
        name: whole[name] for name in names
    }


def test_one_page_of_changes_may_have_all(world: World) -> None:
    path = f"{LIST}/changes?since={FIRST.descriptor.version}"

    assert json.loads(world.get(f"{path}&limit=4").body) == {
        **json.loads(world.get(path).body),
        "nextCursor": None,
    }


def test_a_cursor_of_other_changes_or_of_a_version_gone_is_rejected(world: World) -> None:
    path = f"{LIST}/changes?since={FIRST.descriptor.version}"
    cursor = json.loads(world.get(f"{path}&limit=1").body)["nextCursor"]
    digest = f"changes since {FIRST.descriptor.version}"
    of_gone = write_cursor(Cursor("0000000009-0123456789abcdef", 1), Seal(CURSOR_SECRET, digest))

    other = world.get(f"{LIST}/changes?since={SECOND.descriptor.version}&cursor={cursor}")
    late = world.get(f"{path}&cursor={of_gone}")

    no_cursor = "Must be the nextCursor of the same changes."
    advice = "The catalog has moved on since; ask for the changes again without a cursor."
    assert (other.status, other.body) == (422, invalid(("cursor", no_cursor)))
    assert (late.status, late.body) == (410, gone("cursor", advice))


def test_all_problems_of_a_request_for_changes_are_told_together(world: World) -> None:
    answer = world.get(f"{LIST}/changes?limit=1001&cursor=")

    limit = "Must be a whole number from 1 to 1000."
    empty = "Must be a nextCursor of this list."
    problems = (("since", NO_VERSION), ("cursor", empty), ("limit", limit))
    assert (answer.status, answer.body) == (422, invalid(*problems))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", NO_VERSION),
        ("since=1", NO_VERSION),
        ("since=0000000001-0123456789abcdeF", NO_VERSION),
        (f"since={SANDBOX_VERSION}", FOREIGN),
    ],
)
def test_changes_since_no_version_of_the_catalog_are_rejected(
    world: World, query: str, message: str
) -> None:
    answer = world.get(f"{LIST}/changes?{query}")

    assert (answer.status, answer.body) == (422, invalid(("since", message)))
