"""Rules and operator overrides reject tracks one by one."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, a_candidate
from tests.refresh_world import World
from tiktok_music.refresh.curation.operator_lists import (
    ListEntry,
    ListKind,
    OperatorLists,
)
from tiktok_music.refresh.media.check import MediaCheck
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason
from tiktok_music.refresh.report import ChartReport, Outcome


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": "Fuck It, We Dance"}, RejectionReason.PROFANITY),
        ({"album": "Fuck It"}, RejectionReason.PROFANITY),
        ({"takedown": "mute_share"}, RejectionReason.UNAVAILABLE),
        ({"title": "original sound", "is_original_sound": True}, RejectionReason.GENERIC_SOUND),
        ({"preview_urls": ()}, RejectionReason.NO_PREVIEW),
        ({"cover_urls": ()}, RejectionReason.NO_COVER),
    ],
)
def test_a_track_that_breaks_a_rule_is_rejected_alone(
    world: World, changes: dict[str, Any], reason: RejectionReason
) -> None:
    bad, good = a_candidate(1, **changes), a_candidate(2)

    report = world.refresh(bad, good)

    assert [row["id"] for row in world.served()] == [good.track_id]
    assert report.rejected_by_reason() == {str(reason): 1}
    assert report.rejections[0].tiktok_id == bad.tiktok_id


@pytest.mark.parametrize(
    ("entry", "titles"),
    [
        (ListEntry(ListKind.DENY, "asked for", tiktok_id=a_candidate(1).tiktok_id), ["B"]),
        (ListEntry(ListKind.DENY, "asked for", tiktok_id=a_candidate(1).track_id), ["B"]),
        (ListEntry(ListKind.DENY, "asked for", pattern="mira 1 - fuck*"), ["B"]),
        (ListEntry(ListKind.DENY, "asked for", pattern="mira 1 - *nothing"), ["B"]),
        (ListEntry(ListKind.ALLOW, "a name", pattern="MIRA 1 - *"), ["Fuck A", "B"]),
        (
            ListEntry(
                ListKind.TITLE, "cleaned", tiktok_id=a_candidate(1).tiktok_id, title="F*** off A"
            ),
            ["B"],
        ),
        (
            ListEntry(ListKind.TITLE, "renamed", tiktok_id=a_candidate(1).tiktok_id, title="A"),
            ["A", "B"],
        ),
    ],
)
def test_operator_overrides_take_precedence(
    world: World, entry: ListEntry, titles: list[str]
) -> None:
    world.lists = OperatorLists((entry,))

    world.refresh(a_candidate(1, title="Fuck A"), a_candidate(2, title="B"))

    assert [row["title"] for row in world.served()] == titles


def test_an_override_expires_at_its_time() -> None:
    entry = ListEntry(ListKind.DENY, "for a day", pattern="* - song", expires_at=NOON)

    assert OperatorLists.at([entry], NOON - timedelta(seconds=1)) == OperatorLists((entry,))
    assert OperatorLists.at([entry], NOON) == OperatorLists()


def test_unreadable_rows_and_unknown_languages_are_reported(world: World) -> None:
    finding = Finding(RejectionReason.INVALID_ROW, "the title is empty")
    world.source.rejections = (Rejection("13660", "", "", finding),)

    report = world.refresh(a_candidate(1, language_name="Klingonese"))

    assert (report.rows, report.rejected_by_reason()) == (2, {"INVALID_ROW": 1})
    assert report.unknown_languages == ("Klingonese",)


def test_a_report_has_the_same_members_and_more_if_there_is_more_to_say(world: World) -> None:
    """`catalog report --json` shows them: members are added, and none goes or is renamed."""
    members = [
        "outcome", "reason", "scheduledAt", "startedAt", "seconds", "rows", "accepted", "added",
        "removed", "newMedia", "previewMethods", "deferred", "version", "rejected", "examples",
        "mergedCount", "merged", "separated", "unknownLanguages", "newFields", "unchangedRuns",
        "unreadableFields", "emptyParts",
    ]  # fmt: skip

    report = world.refresh(a_candidate(1))
    complete = replace(
        report,
        failed_sources=("cml: down",),
        library={"tracks": 1},
        media_check=MediaCheck(checked=1),
        charts=(ChartReport(chart_id="cml.us", outcome=Outcome.PUBLISHED),),
    )

    more = ["failedSources", "library", "mediaCheck", "charts"]
    assert list(report.to_dict()) == members
    assert list(complete.to_dict()) == [*members, *more]


def test_a_report_has_a_few_examples_of_each_reason(world: World) -> None:
    bad = [a_candidate(number, takedown="status is not 1") for number in range(9)]

    report = world.refresh(a_candidate(20), *bad).to_dict()

    assert report["rejected"] == {"UNAVAILABLE": 9}
    assert report["examples"][0] == {
        "tiktokId": bad[0].tiktok_id,
        "title": "Lantern Street 0",
        "author": "Mira 0",
        "reason": "UNAVAILABLE",
        "detail": "unavailable upstream: status is not 1",
        "field": None,
        "word": None,
        "measured": None,
        "limit": None,
    }
    assert len(report["examples"]) == 5


def test_a_report_fits_into_one_item_whatever_upstream_sends(world: World) -> None:
    long = "\U0001f3b5" * 300
    duplicates = [a_candidate(number, title=long, author=long) for number in range(100)]
    shouting = [a_candidate(1_000 + n, title=f"fuck {long}", author=long) for n in range(9)]
    babel = a_candidate(5_000, title="Lantern", language_name="x" * 420_000)

    report = world.refresh(*duplicates, *shouting, babel)

    stored = report.to_dict()
    assert report.outcome is Outcome.PUBLISHED
    assert len(json.dumps(stored)) < 400_000
    assert (stored["mergedCount"], stored["unknownLanguages"]) == (99, ["x" * 60])
