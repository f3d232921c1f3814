"""Direct publish in the picker: the mark, the chip and the note."""

from playwright.sync_api import Browser, expect

from tests.browser.picker import Picker, open_picker
from tests.browser.stage import FEW, remember, stage
from tests.builders import a_record, some_facts
from tiktok_music.publish_policy import HonorOnPublish, PublishPolicy

ASKED = PublishPolicy(honor=HonorOnPublish.ASKED)
MARK = "also on direct posts"
CHIP = "Works everywhere"


def test_tracks_that_direct_posts_use_are_marked_and_filtered(browser: Browser) -> None:
    with stage(*FEW, policy=ASKED) as served:
        remember(served.world, FEW)
        served.world.archive.save_many(
            [a_record(number, title=f"Song {number}", publish=some_facts()) for number in (1, 5)]
        )
        with open_picker(browser, served.address) as picker:
            expect(picker.rows.nth(4)).to_contain_text(MARK)
            expect(picker.rows.nth(5)).not_to_contain_text(MARK)
            expect(picker.chip(CHIP)).to_have_text(f"{CHIP} 2")

            picker.chip(CHIP).click()

            expect(picker.rows).to_have_count(2)
            expect(picker.chip(CHIP)).to_have_attribute("aria-pressed", "true")
            picker.rows.nth(1).click()
            picker.note_button().click()
            assert picker.note() == [
                "Selected: \u2068Song 5\u2069 by \u2068Artist 5\u2069",
                "Managed posts use exactly this track. Direct posts use it too. "
                "Drafts take no music.",
            ]
            assert picker.violations() == []

            picker.chip(CHIP).click()
            expect(picker.rows).to_have_count(12)


def test_nothing_is_marked_with_the_setting_off(picker: Picker) -> None:
    expect(picker.rows).to_have_count(12)

    expect(picker.rows.filter(has_text=MARK)).to_have_count(0)
    expect(picker.chip(CHIP)).to_have_count(0)
