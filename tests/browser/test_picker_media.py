"""Small covers, placeholders, the waveform as the seek bar, and the start of videos."""

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Route, expect

from tests.browser.media import PEAKS
from tests.browser.picker import Picker, open_picker
from tests.browser.stage import FEW, Stage, stage
from tests.builders import a_media, a_record, some_facts
from tiktok_music.adapters.thumb_hash import thumb_hash
from tiktok_music.archive import DrawnFacts
from tiktok_music.publish_evidence import Evidence
from tiktok_music.publish_policy import HonorOnPublish, PublishPolicy

MODULES = Path(__file__).parents[2] / "picker/modules"
GRADIENT = np.stack(
    np.broadcast_arrays(np.linspace(0, 255, 48)[:, None], np.linspace(255, 0, 48), 90), axis=2
).astype(np.uint8)
HASH = base64.b64encode(thumb_hash(GRADIENT)).decode()
DRAWN = DrawnFacts(
    cover_sides=(96, 320),
    thumb_hash=HASH,
    color="#804020",
    peaks_sha256="c" * 64,
    offset_ms=310,
    start_ms=2_000,
)
ASKED = PublishPolicy(honor=HonorOnPublish.ASKED)
WAVE = "host => host.shadowRoot.querySelector('.wave .all').getAttribute('d')"


def test_covers_come_in_the_size_that_the_screen_needs(browser: Browser) -> None:
    with stage(*FEW) as served:
        served.world.archive.save_many(
            [
                a_record(1, media=a_media(drawn=DRAWN)),
                a_record(2, media=a_media(drawn=None)),
                a_record(3, media=a_media(drawn=DRAWN)),
            ]
        )
        with open_picker(browser, "about:blank") as opened:
            requested: list[str] = []
            opened.on("request", lambda request: requested.append(request.url))
            small = f"**/{FEW[2].track_id}/cover-96.jpg"
            opened.page.route(small, lambda route: route.fulfill(status=404))
            opened.page.goto(served.address)
            expect(opened.rows).to_have_count(12)
            opened.page.wait_for_load_state("networkidle")

            for number, files in ((0, ["cover-96"]), (1, ["cover"]), (2, ["cover-96", "cover"])):
                of_track = [url for url in requested if f"{FEW[number].track_id}/" in url]
                assert of_track == [
                    f"{served.world.media_base_url}/music/{FEW[number].track_id}/{file}.jpg"
                    for file in files
                ]
            expect(opened.host.locator(".play canvas")).to_have_count(2)
            expect(opened.host.locator(".play img")).to_have_count(12)
            expect(opened.host.locator(".play").first).to_have_css(
                "background-color", "rgb(128, 64, 32)"
            )


DECODE = """
const { decodeThumbHash } = await import(process.argv[1]);
const pixels = decodeThumbHash(process.argv[2], 16);
const others = ['', '%%%', 'AAAA', 'AACAAAAA'].map((hash) => decodeThumbHash(hash, 16));
console.log(JSON.stringify([[...pixels], others]));
"""


def test_a_placeholder_looks_like_its_cover(node: str) -> None:
    done = subprocess.run(
        [node, "--input-type=module", "-e", DECODE, str(MODULES / "thumb_hash.js"), HASH],
        capture_output=True,
        text=True,
    )

    assert done.stderr == ""
    pixels, others = json.loads(done.stdout)
    shown = np.array(pixels).reshape(16, 16, 4)
    small = GRADIENT.reshape(16, 3, 16, 3, 3).mean(axis=(1, 3))
    assert np.abs(shown[..., :3].mean(axis=(0, 1)) - small.mean(axis=(0, 1))).max() < 8
    assert np.abs(shown[..., :3] - small).mean() < 16
    assert (shown[..., 3] == 255).all()
    assert others == [None] * 4


def test_the_waveform_is_the_seek_bar(few: Stage, picker: Picker) -> None:
    requested: list[str] = []
    picker.on("request", lambda request: requested.append(request.url))
    picker.button("Play Song 1").click()

    expect(picker.host.locator(".seek")).to_have_class("seek drawn")
    assert [url for url in requested if "peaks" in url] == [
        f"{few.world.media_base_url}/music/{FEW[0].track_id}/peaks.json"
    ]
    bars = picker.host.evaluate(WAVE)
    assert bars.count("M") == 80
    heights = [float(bar.partition("v")[2].partition("h")[0]) for bar in bars.split("M")[1:]]
    assert heights == sorted(heights)
    assert heights[-1] == 2
    assert picker.violations() == []


def test_without_a_waveform_there_is_a_slider(picker: Picker) -> None:
    answers: Iterator[dict[str, Any]] = iter(
        [{"status": 404}, {"json": {}}, {"json": {"data": [1, "x"]}}]
    )
    picker.page.route("**/peaks.json", lambda route: route.fulfill(**next(answers)))
    for number in (1, 5, 7):
        with picker.page.expect_response("**/peaks.json"):
            picker.button(f"Play Song {number}").click()
        expect(picker.host.get_by_role("slider")).to_be_visible()
        expect(picker.host.locator(".seek")).to_have_class("seek")


def test_a_late_waveform_of_another_preview_is_ignored(picker: Picker) -> None:
    held: list[Route] = []
    picker.page.route(f"**/{FEW[0].track_id}/peaks.json", lambda route: held.append(route))
    picker.button("Play Song 1").click()
    expect(picker.button("Pause Song 1").first).to_be_visible()
    picker.button("Play Song 5").click()
    expect(picker.host.locator(".seek")).to_have_class("seek drawn")
    shown = picker.host.evaluate(WAVE)

    held[0].fulfill(json={"data": PEAKS["data"][::-1]})  # type: ignore[index]
    picker.page.wait_for_timeout(100)

    assert picker.host.evaluate(WAVE) == shown


def test_videos_start_where_the_user_says(browser: Browser) -> None:
    with stage(*FEW, policy=ASKED) as served:
        listed = some_facts(evidence=Evidence.LISTED)
        recording = some_facts(2, evidence=Evidence.SAME_RECORDING)
        served.world.archive.save_many(
            [
                a_record(1, publish=listed, media=a_media(drawn=DRAWN)),
                a_record(5, publish=recording, media=a_media(drawn=DRAWN)),
            ]
        )
        with open_picker(browser, served.address) as opened:
            start = opened.button("Start videos here")
            expect(opened.rows).to_have_count(12)
            opened.row("Song 5").click()
            opened.button("Play Song 5").click()
            expect(opened.host.locator(".hinted")).to_be_visible()
            expect(start).to_be_hidden()  # another excerpt than the clip that is published

            opened.rows.first.click()
            opened.button("Play Song 1").click()
            opened.button("Pause Song 1").first.click()
            opened.host.get_by_role("slider").fill("3")
            expect(start).to_have_attribute("aria-pressed", "false")
            start.click()
            picked = {"mode": "manual", "trackId": FEW[0].track_id}
            assert opened.events()[-1]["tiktokMusic"] == {**picked, "startMs": 3_310}
            expect(opened.host.locator(".flagged")).to_be_visible()
            opened.note_button().click()
            assert "Videos start at 0:03." in opened.note()[-1]
            assert opened.violations() == []
            opened.rows.first.click()
            assert opened.host.evaluate("host => host.value.startMs") == 3_310

            start.click()
            assert opened.host.evaluate("host => host.value") == picked
