"""Waveform and placeholder in the libraries that pages use, with `PACKAGE_TEST=1`: needs npm."""

import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.signals import encoded, music
from tiktok_music.adapters.audio import AudioCaps, read_audio
from tiktok_music.adapters.cover_parts import placeholder
from tiktok_music.adapters.preview_writer import Preview, write_preview
from tiktok_music.refresh.media.policy import PreviewPolicy
from tools.fixtures.encoding import draw_cover

APP = Path(__file__).parent / "waveform_app"
SECONDS = 12.0
pytestmark = pytest.mark.skipif(
    "PACKAGE_TEST" not in os.environ or shutil.which("npm") is None,
    reason="PACKAGE_TEST is not set, or there is no npm on this machine",
)


@pytest.fixture(scope="module", params=["mp3", "m4a"])
def preview(request: pytest.FixtureRequest) -> Preview:
    """One with another gain, and one that is encoded."""
    data = encoded(np.tanh(music(3, SECONDS) * np.float32(6)), request.param)
    return write_preview(read_audio(data, AudioCaps()), data, PreviewPolicy(), "Title", "Artist")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    app = tmp_path_factory.mktemp("waveform") / "app"
    shutil.copytree(APP, app, ignore=shutil.ignore_patterns("node_modules"))
    subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=app, check=True)
    (app / "index.html").write_text("<!doctype html><title>Readers</title><div id=wave></div>")
    return app


@pytest.fixture
def page(browser: Browser, folder: Path) -> Iterator[Page]:
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
    yield page
    page.close()
    server.shutdown()
    server.server_close()


def test_waveform_data_reads_the_peaks(page: Page, preview: Preview) -> None:
    read = page.evaluate(
        """async (peaks) => {
          const folder = '/node_modules/waveform-data/dist';
          const { default: WaveformData } = await import(`${folder}/waveform-data.esm.js`);
          const waveform = WaveformData.create(peaks);
          const channel = waveform.channel(0);
          return [waveform.duration, waveform.length, channel.min_array(), channel.max_array()];
        }""",
        json.loads(preview.peaks),
    )

    data = json.loads(preview.peaks)["data"]
    assert read[0] == pytest.approx(preview.facts.duration_seconds, abs=0.1)
    assert read[1:] == [len(data) // 2, data[::2], data[1::2]]


def test_the_peaks_are_those_of_the_decoded_preview(preview: Preview) -> None:
    pcm = np.mean(read_audio(preview.mp3, AudioCaps()).pcm, axis=0)
    data = np.array(json.loads(preview.peaks)["data"], float)

    lowest, highest = float(np.min(pcm)) * 128, float(np.max(pcm)) * 128

    assert data.min() == pytest.approx(lowest, abs=2)
    assert data.max() == pytest.approx(highest, abs=2)


def test_wavesurfer_draws_the_peaks(page: Page, preview: Preview) -> None:
    drawn = page.evaluate(
        """async ([peaks, duration]) => {
          const folder = '/node_modules/wavesurfer.js/dist';
          const { default: WaveSurfer } = await import(`${folder}/wavesurfer.esm.js`);
          const scaled = peaks.data.map((value) => value / 128);
          const surfer = WaveSurfer.create({ container: '#wave', peaks: [scaled], duration });
          await new Promise((resolve) => surfer.once('redraw', resolve));
          const [shown] = surfer.exportPeaks({ maxLength: 10 });
          return [surfer.getDuration(), shown.some((value) => value !== 0)];
        }""",
        [json.loads(preview.peaks), preview.facts.duration_seconds],
    )

    assert drawn == [preview.facts.duration_seconds, True]


@pytest.mark.parametrize("seed", range(3))
def test_thumbhash_shows_the_mean_of_the_cover(page: Page, seed: int) -> None:
    with Image.open(io.BytesIO(draw_cover(seed))) as image:
        cover = image.convert("RGB")

    shown = page.evaluate(
        """async (hash) => {
          const { thumbHashToRGBA } = await import('/node_modules/thumbhash/thumbhash.js');
          return Array.from(thumbHashToRGBA(Uint8Array.from(hash)).rgba);
        }""",
        list(placeholder(cover)),
    )

    mean = np.array(shown).reshape(-1, 4)[:, :3].mean(axis=0)
    assert mean == pytest.approx(np.asarray(cover).mean(axis=(0, 1)), abs=8)
