"""The note says of a pick what `resolve` would say."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.picker import Picker
from tests.browser.stage import Stage
from tests.builders import a_record, a_track
from tiktok_music.archive import TrackStatus

PICK = "(host, id) => { host.value = { mode: 'manual', trackId: id } }"
MANAGED = "Managed posts use exactly this track. "
DIRECT = "Direct posts let TikTok choose. Drafts take no music."
RETIRED = "This track was taken down; its link may lead to nothing. Pick another."
OFF_CHART = "This track is no longer on the chart; it is used all the same."
PERSONAL = "This track is not cleared for commercial use."


PICKS: list[tuple[int, dict[str, Any] | None, str, str]] = [
    (31, {"status": TrackStatus.RETIRED}, RETIRED, DIRECT),
    (32, {"status": TrackStatus.OFF_CHART}, OFF_CHART, MANAGED + DIRECT),
    (8, None, PERSONAL, MANAGED + DIRECT),
    (
        34,
        {"status": TrackStatus.RETIRED, "is_commerce_music": False},
        f"{RETIRED} {PERSONAL}",
        DIRECT,
    ),
    (5, None, "", MANAGED + DIRECT),
]


def test_a_pick_that_the_page_sets(few: Stage, picker: Picker) -> None:
    picker.note_button().click()
    for number, fields, warning, details in PICKS:
        if fields is not None:  # else it is in the list
            few.world.archive.save_many([a_record(number, **fields)])

        picker.host.evaluate(PICK, a_track(number).track_id)
        title = f"Selected: \u2068Song {number}\u2069 by \u2068Artist {number}\u2069"
        expect(picker.host.locator(".note strong")).to_have_text(title)

        assert picker.note() == [line for line in (title, warning, details) if line]


def test_a_pick_that_the_catalog_never_had(picker: Picker) -> None:
    picker.host.evaluate(PICK, a_track(99).track_id)

    warning = "The catalog does not have this track. Posts with it are refused: pick another."
    expect(picker.host.locator(".warning")).to_have_text(warning)
    picker.note_button().click()
    assert picker.note() == ["Nothing is picked yet", warning]


def test_a_pick_that_cannot_be_checked(picker: Picker) -> None:
    picker.page.route("**/batch*", lambda route: route.fulfill(status=503))
    picker.renew()
    picker.host.evaluate(PICK, a_track(99).track_id)

    warning = picker.host.locator(".warning")
    expect(warning).to_have_text("This pick could not be checked right now.")


def test_a_pick_of_a_duplicate_is_its_canonical_track(few: Stage, picker: Picker) -> None:
    few.world.archive.save_many(
        [a_record(40, status=TrackStatus.ALIAS, canonical_id=a_track(7).track_id)]
    )

    picker.host.evaluate(PICK, a_track(40).track_id)

    expect(picker.row("Song 7")).to_have_attribute("aria-selected", "true")
    expect(picker.host.locator(".note strong")).to_contain_text("Song 7")
