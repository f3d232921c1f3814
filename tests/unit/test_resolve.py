"""Resolving targets for schedule and publish, over HTTP and as a function."""

import json
from typing import Any

import pytest

from tests.api_world import LIST, World, invalid, issue, refusal
from tests.builders import a_record, a_snapshot, a_track
from tests.fakes import FakeArchive
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import Invalid
from tiktok_music.resolve import RETIRED_TO_AUTO, archived_music, resolve
from tiktok_music.resolve_publish import WARNINGS

ROUTE = f"{LIST}/resolve"
AUTO = {"mode": "auto"}
NONE = {"mode": "none"}
ADDED = {"auto_add_music": True}
RECORDS = [
    a_record(1),
    a_record(2, status=TrackStatus.OFF_CHART, is_commerce_music=False),
    a_record(3, status=TrackStatus.ALIAS, canonical_id=a_record(2).track_id),
]


def manual(number: int) -> dict[str, str]:
    return {"mode": "manual", "trackId": a_record(number).track_id}


def id_of(number: int) -> str:
    return a_record(number).track_id


def a_target(mode: str, music: Any) -> dict[str, Any]:
    return {"mode": mode, "tiktokMusic": music}


def a_result(mode: str, payload: dict[str, Any], *codes: str) -> dict[str, Any]:
    warnings = [{"code": code, "message": WARNINGS[code]} for code in codes]
    return {"mode": mode, "payload": payload, "warnings": warnings}


@pytest.fixture
def world() -> World:
    world = World()
    world.change_key(scopes=frozenset({"publish:write"}))
    world.snapshots.publish(a_snapshot(a_track(1)))
    world.archive.save_many(RECORDS)
    return world


TARGETS = [
    a_target("publish", AUTO),
    a_target("publish", manual(1)),
    a_target("managed", AUTO),
    a_target("managed", manual(1)),
    a_target("managed", manual(2)),
    a_target("managed", manual(3)),
]
RESULTS = [
    a_result("publish", ADDED),
    a_result("publish", ADDED, "DEGRADED_TO_AUTO"),
    a_result("managed", ADDED),
    a_result("managed", {"tiktokMusicLink": a_record(1).link}),
    a_result("managed", {"tiktokMusicLink": a_record(2).link}, "OFF_CHART", "NOT_COMMERCIAL"),
    a_result("managed", {"tiktokMusicLink": a_record(2).link}, "OFF_CHART", "NOT_COMMERCIAL"),
]


def test_targets_get_the_payloads_of_the_contract(world: World) -> None:
    answer = world.post(ROUTE, {"targets": TARGETS})

    assert (answer.status, json.loads(answer.body)) == (200, {"targets": RESULTS})
    assert answer.headers["x-ratelimit-endpoint-class"] == "write-light"
    assert answer.headers["cache-control"] == "no-store"


def test_the_archive_alone_gives_the_same_result() -> None:
    archive = FakeArchive({record.track_id: record for record in RECORDS})

    assert resolve({"targets": TARGETS}, archived_music(archive)) == {"targets": RESULTS}


@pytest.mark.parametrize("mode", ["publish", "draft", "managed"])
def test_a_target_without_music_gets_an_empty_payload(mode: str) -> None:
    answer = resolve({"targets": [{"mode": mode}]}, lambda _: {})

    assert answer == {"targets": [{"mode": mode, "payload": {}, "warnings": []}]}


def test_a_retired_track_gets_a_warning() -> None:
    record = a_record(5, status=TrackStatus.RETIRED)
    find = archived_music(FakeArchive({record.track_id: record}))
    upper_case = {"mode": "manual", "trackId": record.track_id.upper()}

    answer = resolve({"targets": [a_target("managed", upper_case)]}, find)

    assert answer["targets"] == [a_result("managed", {"tiktokMusicLink": record.link}, "RETIRED")]


@pytest.mark.parametrize(
    "music",
    [
        {"selection": "manual", "trackId": a_record(1).track_id},
        {**manual(1), "selection": "manual"},
    ],
)
def test_selection_is_an_older_name_of_mode(world: World, music: Any) -> None:
    answer = world.post(ROUTE, {"targets": [a_target("managed", music)]})

    result = a_result("managed", {"tiktokMusicLink": a_record(1).link})
    assert (answer.status, json.loads(answer.body)) == (200, {"targets": [result]})


@pytest.mark.parametrize("mode", ["publish", "managed"])
def test_no_music_gives_an_empty_payload(mode: str) -> None:
    answer = resolve({"targets": [a_target(mode, NONE)]}, lambda _: {})

    assert answer == {"targets": [a_result(mode, {})]}


TAKEN_DOWN = "The track was taken down."


@pytest.mark.parametrize(
    ("policy", "result"),
    [
        ("link", a_result("managed", {"tiktokMusicLink": a_record(5).link}, "RETIRED")),
        (
            "auto",
            {
                "mode": "managed",
                "payload": ADDED,
                "warnings": [{"code": "RETIRED", "message": RETIRED_TO_AUTO}],
            },
        ),
        (
            "fail",
            {"index": 0, "issues": [issue("targets[0].tiktokMusic.trackId", TAKEN_DOWN)]},
        ),
    ],
)
def test_the_request_decides_about_retired_tracks(policy: str, result: dict[str, Any]) -> None:
    record = a_record(5, status=TrackStatus.RETIRED)
    find = archived_music(FakeArchive({record.track_id: record}))
    targets = [a_target("managed", manual(5)), a_target("publish", manual(5))]
    body = {"targets": targets, "onRetired": policy, "onError": "report"}

    answer = resolve(body, find)

    assert answer["targets"] == [result, a_result("publish", ADDED, "DEGRADED_TO_AUTO")]
    if policy == "fail":
        with pytest.raises(Invalid) as raised:
            resolve({**body, "onError": "fail"}, find)
        assert raised.value.issues == (("targets[0].tiktokMusic.trackId", TAKEN_DOWN),)


def test_faulty_targets_are_reported_beside_the_others(world: World) -> None:
    faulty = [a_target("draft", AUTO), a_target("managed", manual(9)), 1]
    targets = [faulty[0], *TARGETS, *faulty[1:]]

    answer = world.post(ROUTE, {"targets": targets, "onError": "report"})

    def reported(index: int, path: str, message: str) -> dict[str, Any]:
        return {"index": index, "issues": [{"path": path, "message": message, "index": index}]}

    assert (answer.status, json.loads(answer.body)) == (
        200,
        {
            "targets": [
                reported(0, "targets[0].tiktokMusic", "A draft takes no music."),
                *RESULTS,
                reported(7, "targets[7].tiktokMusic.trackId", "There is no such track."),
                reported(8, "targets[8]", "Must be an object."),
            ]
        },
    )


def test_a_takedown_counts_at_once_for_listed_tracks_and_their_aliases(world: World) -> None:
    world.archive.save_many([a_record(1, status=TrackStatus.RETIRED)])
    world.archive.save_many([a_record(3, status=TrackStatus.ALIAS, canonical_id=id_of(1))])

    answer = world.post(ROUTE, {"targets": [a_target("managed", manual(n)) for n in (1, 3)]})

    retired = a_result("managed", {"tiktokMusicLink": a_record(1).link}, "RETIRED")
    assert json.loads(answer.body) == {"targets": [retired, retired]}


def test_nothing_is_looked_up_for_auto() -> None:
    def unexpected(_: Any) -> Any:
        raise AssertionError

    assert resolve({"targets": TARGETS[:1]}, unexpected) == {"targets": RESULTS[:1]}


def test_fifty_targets_are_looked_up_at_once() -> None:
    calls: list[int] = []
    find = archived_music(FakeArchive({record.track_id: record for record in RECORDS}))

    def counted(track_ids: Any) -> Any:
        calls.append(len(track_ids))
        return find(track_ids)

    resolve({"targets": [a_target("managed", manual(1))] * 50}, counted)

    assert calls == [1]


MODES = "Must be one of publish, draft, managed."
MUSIC_MODES = "Must be one of none, auto, manual."
DIFFERENT = "Must equal selection, which is its older name."
UNKNOWN = "Unknown member; known are mode, tiktokMusic."
COUNT = "Must be a list of 1 to 50 targets."
NO_ID = "Must be the id of a track, a UUID."


@pytest.mark.parametrize(
    ("body", "issues"),
    [
        (None, [("targets", COUNT)]),
        ([], [("targets", COUNT)]),
        ({}, [("targets", COUNT)]),
        ({"targets": {}}, [("targets", COUNT)]),
        ({"targets": []}, [("targets", COUNT)]),
        ({"targets": [a_target("publish", AUTO)] * 51}, [("targets", COUNT)]),
        ({"targets": [1]}, [("targets[0]", "Must be an object.")]),
        (
            {"targets": [{}, {"mode": 1, "tiktokMusic": 1}]},
            [
                ("targets[0].mode", MODES),
                ("targets[1].mode", MODES),
                ("targets[1].tiktokMusic", "Must be an object."),
            ],
        ),
        ({"targets": [a_target("later", AUTO)]}, [("targets[0].mode", MODES)]),
        ({"targets": [a_target([], AUTO)]}, [("targets[0].mode", MODES)]),  # type: ignore[arg-type]
        (
            {"targets": [a_target("publish", None)]},
            [("targets[0].tiktokMusic", "Must be an object.")],
        ),
        (
            {"targets": [a_target("publish", {"mode": "other"})]},
            [("targets[0].tiktokMusic.mode", MUSIC_MODES)],
        ),
        (
            {"targets": [a_target("publish", {"selection": "other"})]},
            [("targets[0].tiktokMusic.selection", MUSIC_MODES)],
        ),
        (
            {"targets": [a_target("publish", {})]},
            [("targets[0].tiktokMusic.mode", MUSIC_MODES)],
        ),
        (
            {"targets": [a_target("managed", {**manual(1), "selection": "auto"})]},
            [("targets[0].tiktokMusic.mode", DIFFERENT)],
        ),
        (
            {"targets": [a_target("draft", NONE)]},
            [("targets[0].tiktokMusic", "A draft takes no music.")],
        ),
        (
            {"targets": [{"mode": "managed", "tiktok_music": manual(1)}]},
            [("targets[0].tiktok_music", "Unknown member; did you mean tiktokMusic?")],
        ),
        (
            {"targets": [{"mode": "managed", "Mode": "publish", "": 1, "color": 2, "a b": 3}]},
            [
                ("targets[0].Mode", "Unknown member; did you mean mode?"),
                ("targets[0]", UNKNOWN),
                ("targets[0].color", UNKNOWN),
                ("targets[0]", UNKNOWN),
            ],
        ),
        (
            {"targets": [a_target("managed", {"mode": "manual", "trackid": "x"})]},
            [
                ("targets[0].tiktokMusic.trackid", "Unknown member; did you mean trackId?"),
                ("targets[0].tiktokMusic.trackId", NO_ID),
            ],
        ),
        (
            {"targets": [a_target("publish", AUTO)], "on_error": "report", "onRetired": "drop"},
            [
                ("on_error", "Unknown member; did you mean onError?"),
                ("onRetired", "Must be one of link, auto, fail."),
            ],
        ),
        (
            {"targets": [a_target("publish", AUTO)], "onError": None, "\x1b": 1},
            [
                ("body", "Unknown member; known are targets, onError, onRetired."),
                ("onError", "Must be one of fail, report."),
            ],
        ),
        (
            {"targets": [{"mode": "draft", **{f"x{n}": n for n in range(9)}}]},
            [(f"targets[0].x{n}", UNKNOWN) for n in range(5)],
        ),
        (
            {"targets": [a_target("managed", {"mode": "manual"})]},
            [("targets[0].tiktokMusic.trackId", NO_ID)],
        ),
        (
            {"targets": [a_target("managed", {"mode": "manual", "trackId": 1})]},
            [("targets[0].tiktokMusic.trackId", NO_ID)],
        ),
        (
            {"targets": [a_target("managed", manual(1)), a_target("draft", AUTO)]},
            [("targets[1].tiktokMusic", "A draft takes no music.")],
        ),
        # Ids that lead nowhere are named once everything can be read.
        (
            {"targets": [a_target("managed", manual(9)), a_target("draft", AUTO)]},
            [("targets[1].tiktokMusic", "A draft takes no music.")],
        ),
        (
            {"targets": [a_target("draft", manual(1))]},
            [("targets[0].tiktokMusic", "A draft takes no music.")],
        ),
        (
            {"targets": [a_target("publish", manual(9)), a_target("managed", manual(8))]},
            [
                ("targets[0].tiktokMusic.trackId", "There is no such track."),
                ("targets[1].tiktokMusic.trackId", "There is no such track."),
            ],
        ),
    ],
)
def test_one_invalid_target_rejects_the_request(
    world: World, body: Any, issues: list[tuple[str, str]]
) -> None:
    answer = world.post(ROUTE, body)

    assert (answer.status, answer.body) == (422, invalid(*issues))
    find = archived_music(FakeArchive({record.track_id: record for record in RECORDS}))
    with pytest.raises(Invalid) as raised:
        resolve(body, find)
    assert list(raised.value.issues) == issues


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"nul", b"[" * 60_000, b'{"a":' * 9_000, b"1" * 5_000, b'"\\ud800']
)
def test_a_body_that_is_not_json_is_rejected(world: World, raw: bytes) -> None:
    answer = world.post(ROUTE, raw)

    assert (answer.status, answer.body) == (422, invalid(("body", "Must be JSON.")))


def test_a_large_body_is_rejected_unparsed(world: World) -> None:
    answer = world.post(ROUTE, b"[" * 70_000)

    assert answer.body == invalid(("body", "Must have at most 65536 bytes."))


def test_resolving_requires_the_write_scope(world: World) -> None:
    world.change_key(scopes=frozenset({"publish:read"}))

    answer = world.post(ROUTE, {"targets": TARGETS})

    message = "The key lacks the scope publish:write."
    lacking = refusal("FORBIDDEN_SCOPE", message, requiredScope="publish:write")
    assert (answer.status, answer.body) == (403, lacking)


def test_reading_and_resolving_are_counted_separately(world: World) -> None:
    world.change_key(scopes=frozenset({"*"}))
    world.get()
    world.get()

    answer = world.post(ROUTE, {"targets": TARGETS})

    assert answer.headers["x-ratelimit-remaining"] == "119"
