"""Resolving targets of direct publish with the setting on: every line of the decision table."""

import itertools
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.api_world import LIST, World, invalid
from tests.builders import NOON, a_record, a_snapshot, a_track, some_facts
from tests.fakes import FakeArchive
from tiktok_music.archive import TrackStatus
from tiktok_music.errors import Invalid
from tiktok_music.publish_evidence import Evidence
from tiktok_music.publish_policy import HonorOnPublish, PublishPolicy
from tiktok_music.resolve import archived_music, resolve
from tiktok_music.resolve_publish import PROBLEMS, WARNINGS, PublishRules

OLD = NOON - timedelta(days=31)
RECORDS = {
    "full": a_record(1, publish=some_facts(1)),
    "trending": a_record(2, publish=some_facts(2, clips=some_facts(2).clips[1:])),
    "stale": a_record(3, publish=some_facts(3, last_seen_at=OLD)),
    "weak": a_record(4, publish=some_facts(4, evidence=Evidence.SAME_CREDITS)),
    "none": a_record(5),
    "retired": a_record(6, publish=some_facts(6), status=TrackStatus.RETIRED),
    "departed": a_record(7, publish=some_facts(7), status=TrackStatus.OFF_CHART),
    "uncleared": a_record(8, publish=some_facts(8), is_commerce_music=False),
    "alias": a_record(9, status=TrackStatus.ALIAS, canonical_id=a_record(1).track_id),
}
FIND = archived_music(FakeArchive({record.track_id: record for record in RECORDS.values()}))
ASKED = PublishRules(PublishPolicy(honor=HonorOnPublish.ASKED), NOON)
ALWAYS = PublishRules(PublishPolicy(honor=HonorOnPublish.ALWAYS), NOON)
CLIP = "7539149620821362681"
AUTO: dict[str, Any] = {"auto_add_music": True}


def manual(name: str = "full", **options: Any) -> dict[str, Any]:
    return {"mode": "manual", "trackId": RECORDS[name].track_id, **options}


def a_target(music: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {"mode": "publish", "tiktokMusic": music, "publishVia": "business", **members}


def photo(clip: str = CLIP) -> dict[str, Any]:
    return {"music_sound_info": {"music_sound_id": clip}}


def video(**options: int) -> dict[str, Any]:
    volumes = {"music_sound_volume": 50, "video_original_sound_volume": 50}
    return {"music_sound_info": {"music_sound_id": CLIP, **volumes, **options}}


def answer_of(target: dict[str, Any], rules: PublishRules = ASKED) -> tuple[Any, ...]:
    """The payload, and each warning's code and reason; messages are those of the table."""
    [result] = resolve({"targets": [target]}, FIND, rules)["targets"]
    assert result["mode"] == target["mode"]
    assert all(each["message"] == WARNINGS[each["code"]] for each in result["warnings"])
    codes = [(each["code"], each.get("reason")) for each in result["warnings"]]
    return result["payload"], *codes


VIDEO = {"media": "video"}
BRANDED = {"tiktokPostSettings": {"isBrandOrganic": True, "privacyLevel": "SELF_ONLY"}}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (a_target({"mode": "none"}), ({},)),
        (a_target({"mode": "none"}, **VIDEO), ({},)),
        (a_target({"mode": "auto"}), (AUTO,)),
        (a_target({"mode": "auto"}, **BRANDED), (AUTO, ("AUTO_NEEDS_NO_BRANDING", None))),
        (
            a_target({"mode": "auto"}, tiktokPostSettings={"isBrandedContent": True}),
            (AUTO, ("AUTO_NEEDS_NO_BRANDING", None)),
        ),
        (a_target({"mode": "auto"}, **VIDEO), ({}, ("NO_AUTO_ON_VIDEO", None))),
        (
            a_target({"mode": "auto"}, publishVia="content", **VIDEO),
            ({}, ("NO_AUTO_ON_VIDEO", None)),
        ),
        (a_target(manual()), (photo(),)),
        (a_target(manual(), **BRANDED), (photo(),)),
        (a_target(manual("alias")), (photo(),)),
        (
            a_target(manual("trending")),
            (photo("7539149620821360002"), ("PUBLISH_ID_TRENDING_CLIP", None)),
        ),
        (a_target(manual("departed")), (photo("7539149620821362687"), ("OFF_CHART", None))),
        (a_target(manual("uncleared")), (photo("7539149620821362688"), ("NOT_COMMERCIAL", None))),
        (
            a_target(manual(volume=80, originalVolume=0, startMs=0, endMs=9)),
            (photo(), ("IGNORED_ON_PHOTO", None)),
        ),
        (a_target(manual(), **VIDEO), (video(),)),
        (
            a_target(manual(volume=0, originalVolume=100), **VIDEO),
            (video(music_sound_volume=0, video_original_sound_volume=100),),
        ),
        (
            a_target(manual(startMs=1_500, endMs=9_000), **VIDEO),
            (video(music_sound_start=1_500, music_sound_end=9_000),),
        ),
        (a_target(manual(startMs=0), **VIDEO), (video(music_sound_start=0),)),
        (a_target(manual("none")), (AUTO, ("DEGRADED_TO_AUTO", "NO_CLIP"))),
        (a_target(manual("weak")), (AUTO, ("DEGRADED_TO_AUTO", "EVIDENCE"))),
        (a_target(manual("stale")), (AUTO, ("DEGRADED_TO_AUTO", "STALE"))),
        (a_target(manual("retired")), (AUTO, ("DEGRADED_TO_AUTO", "RETIRED"))),
        (
            a_target(manual(), publishVia="content"),
            (AUTO, ("DEGRADED_TO_AUTO", "CONTENT_API")),
        ),
        (
            a_target(manual("none", volume=1), **BRANDED),
            (
                AUTO,
                ("DEGRADED_TO_AUTO", "NO_CLIP"),
                ("AUTO_NEEDS_NO_BRANDING", None),
                ("IGNORED_ON_PHOTO", None),
            ),
        ),
        (
            a_target(manual("none", fallback="none")),
            ({}, ("DEGRADED_TO_NONE", "NO_CLIP")),
        ),
        (
            a_target(manual("none", fallback="auto"), **VIDEO),
            ({}, ("DEGRADED_TO_NONE", "NO_CLIP")),
        ),
        (
            a_target(manual("stale", fallback="none", volume=7), **VIDEO),
            ({}, ("DEGRADED_TO_NONE", "STALE")),
        ),
        ({"mode": "managed", "tiktokMusic": {"mode": "auto"}, **VIDEO}, (AUTO,)),
        (
            {"mode": "managed", "tiktokMusic": manual(volume=7), "publishVia": "business"},
            ({"tiktokMusicLink": RECORDS["full"].link},),
        ),
    ],
)
def test_a_target_is_decided_by_the_table(
    target: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert answer_of(target) == expected


def test_a_target_says_that_it_is_posted_by_the_business_api() -> None:
    unsaid = {"mode": "publish", "tiktokMusic": manual()}

    assert answer_of(unsaid, ASKED) == (AUTO, ("DEGRADED_TO_AUTO", "CONTENT_API"))
    assert answer_of(unsaid, ALWAYS) == (photo(),)


@pytest.mark.parametrize("media", ["photo", "video"])
@pytest.mark.parametrize("name", ["none", "weak", "stale", "retired"])
def test_a_target_without_a_fallback_is_faulty(name: str, media: str) -> None:
    target = a_target(manual(name, fallback="fail"), media=media)
    reasons = {"none": "NO_CLIP", "weak": "EVIDENCE", "stale": "STALE", "retired": "RETIRED"}

    with pytest.raises(Invalid) as raised:
        resolve({"targets": [a_target(manual()), target]}, FIND, ASKED)

    message = next(text for reason, text in PROBLEMS.items() if reason == reasons[name])
    assert raised.value.issues == (("targets[1].tiktokMusic.trackId", message),)


def test_no_combination_sends_both_kinds_of_music_or_a_silent_video() -> None:
    policies = (ASKED, ALWAYS)
    picks = [{"mode": "none"}, {"mode": "auto"}]
    picks += [
        manual(name, fallback=fallback, **options)
        for name in RECORDS
        for fallback in ("auto", "none")
        for options in ({}, {"volume": 0, "startMs": 5})
    ]
    count = 0
    for rules, pick, media, via, toggle in itertools.product(
        policies, picks, ("photo", "video"), ("content", "business"), (False, True)
    ):
        settings = {"isBrandOrganic": toggle}
        target = a_target(pick, media=media, publishVia=via, tiktokPostSettings=settings)
        payload = answer_of(target, rules)[0]
        sound = payload.get("music_sound_info")
        count += 1
        assert len(payload) <= 1
        if media == "photo" and sound is not None:
            assert sound.keys() == {"music_sound_id"}
        if media == "video":
            assert "auto_add_music" not in payload
            volumes = {"music_sound_volume", "video_original_sound_volume"}
            assert sound is None or sound.keys() >= {"music_sound_id", *volumes}
    assert count == 2 * 38 * 2 * 2 * 2


CONTENT_OR_BUSINESS = "Must be one of content, business."
NO_VOLUMES: tuple[Any, ...] = (-1, 101, 0.5, "50", True, None, [], 1e400)
VOLUME = "Must be a whole number from 0 to 100."
TIME = "Must be a whole number from 0 to 2147483647."


@pytest.mark.parametrize(
    ("target", "issues"),
    [
        (a_target(manual(), publishVia="ads"), [("publishVia", CONTENT_OR_BUSINESS)]),
        (a_target(manual(), publishVia=None), [("publishVia", CONTENT_OR_BUSINESS)]),
        (a_target(manual(), publishVia=["business"]), [("publishVia", CONTENT_OR_BUSINESS)]),
        (a_target(manual(), media="story"), [("media", "Must be one of photo, video.")]),
        (
            a_target(manual(fallback="retry")),
            [("tiktokMusic.fallback", "Must be one of auto, none, fail.")],
        ),
        *(
            (a_target(manual(volume=value)), [("tiktokMusic.volume", VOLUME)])
            for value in NO_VOLUMES
        ),
        (a_target(manual(originalVolume=-1)), [("tiktokMusic.originalVolume", VOLUME)]),
        (a_target(manual(startMs=-1)), [("tiktokMusic.startMs", TIME)]),
        (a_target(manual(endMs=2**31)), [("tiktokMusic.endMs", TIME)]),
        (a_target(manual(endMs=0)), [("tiktokMusic.endMs", "Must be above startMs.")]),
        (a_target(manual(startMs=9, endMs=9)), [("tiktokMusic.endMs", "Must be above startMs.")]),
        (a_target(manual(), tiktokPostSettings=1), [("tiktokPostSettings", "Must be an object.")]),
        (
            a_target(manual(), tiktokPostSettings={"isBrandOrganic": 1}),
            [("tiktokPostSettings.isBrandOrganic", "Must be true or false.")],
        ),
        (
            a_target(manual(Volume=1)),
            [("tiktokMusic.Volume", "Unknown member; did you mean volume?")],
        ),
        (
            a_target(manual(), publishvia=1),
            [("publishvia", "Unknown member; did you mean publishVia?")],
        ),
    ],
)
def test_invalid_options_are_refused(target: dict[str, Any], issues: list[tuple[str, str]]) -> None:
    with pytest.raises(Invalid) as raised:
        resolve({"targets": [target]}, FIND, ASKED)

    assert raised.value.issues == tuple((f"targets[0].{path}", text) for path, text in issues)


def test_whole_numbers_of_json_are_accepted_in_any_spelling() -> None:
    assert answer_of(a_target(manual(volume=80.0), **VIDEO)) == (video(music_sound_volume=80),)


def a_world(policy: PublishPolicy) -> World:
    world = World(policy=policy)
    world.change_key(scopes=frozenset({"*"}))
    world.snapshots.publish(a_snapshot(a_track(1), a_track(2)))
    world.archive.save_many(RECORDS.values())
    return world


TARGETS = [
    a_target(manual()),
    a_target(manual(volume=30), **VIDEO),
    a_target(manual("stale")),
    a_target({"mode": "auto"}),
    {"mode": "managed", "tiktokMusic": manual()},
]


@pytest.mark.parametrize("honor", HonorOnPublish)
def test_the_route_and_the_function_give_the_same(honor: HonorOnPublish) -> None:
    policy = PublishPolicy(honor=honor)

    answer = a_world(policy).post(f"{LIST}/resolve", {"targets": TARGETS})

    expected = resolve({"targets": TARGETS}, FIND, PublishRules(policy, NOON))
    assert (answer.status, json.loads(answer.body)) == (200, expected)


def test_with_the_setting_off_the_options_are_ignored_whatever_they_are() -> None:
    odd = manual(volume="loud", fallback="fail", endMs=-1)
    targets = [
        {"mode": "publish", "tiktokMusic": odd, "publishVia": 7, "media": "video"},
        {"mode": "publish", "tiktokMusic": odd, "publishVia": "business", **BRANDED},
        {"mode": "publish", "tiktokMusic": {"mode": "auto"}, "media": "video"},
    ]

    answer = a_world(PublishPolicy()).post(f"{LIST}/resolve", {"targets": targets})

    degraded = {"code": "DEGRADED_TO_AUTO", "message": WARNINGS["DEGRADED_TO_AUTO"]}
    assert json.loads(answer.body)["targets"] == [
        {"mode": "publish", "payload": AUTO, "warnings": [degraded]},
        {"mode": "publish", "payload": AUTO, "warnings": [{**degraded, "reason": "SWITCHED_OFF"}]},
        {"mode": "publish", "payload": AUTO, "warnings": []},
    ]


def test_with_the_setting_off_an_unknown_member_is_named_as_before() -> None:
    target = {**a_target({"mode": "auto", "loud": 1}), "colour": 1}

    answer = a_world(PublishPolicy()).post(f"{LIST}/resolve", {"targets": [target]})

    known = "Unknown member; known are"
    assert answer.body == invalid(
        ("targets[0].colour", f"{known} mode, tiktokMusic."),
        ("targets[0].tiktokMusic.loud", f"{known} mode, trackId, selection."),
    )


def test_other_evidence_and_another_age_may_be_allowed() -> None:
    policy = ASKED.policy._replace(evidence=(Evidence.SAME_CREDITS,), max_age=timedelta(days=365))
    rules = replace(ASKED, policy=policy)

    assert answer_of(a_target(manual("weak")), rules) == (photo("7539149620821362684"),)
    assert answer_of(a_target(manual()), rules) == (AUTO, ("DEGRADED_TO_AUTO", "EVIDENCE"))
