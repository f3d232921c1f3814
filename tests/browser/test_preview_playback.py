"""Previews in Chromium: an MP3 with another gain plays the same samples, at the same places."""

import base64

import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.browser.picker import shared_page
from tests.signals import Samples, encoded, music
from tiktok_music.adapters.mp3_file import Mp3Tags
from tiktok_music.adapters.mp3_gain import STEP_DB, rewrite_mp3

RATE = 44_100
DECODE = """async (mp3) => {
  const bytes = Uint8Array.from(atob(mp3), (each) => each.charCodeAt(0));
  const audio = await new OfflineAudioContext(2, 1, 44100).decodeAudioData(bytes.buffer);
  const raw = new Uint8Array(audio.getChannelData(0).buffer);
  let text = '';
  for (let at = 0; at < raw.length; at += 4096) {
    text += String.fromCharCode(...raw.subarray(at, at + 4096));
  }
  return btoa(text);
}"""


def played(browser: Browser, mp3: bytes) -> Samples:
    """The samples of the left channel, as Chromium plays them."""
    text = shared_page(browser).evaluate(DECODE, base64.b64encode(mp3).decode())
    return np.frombuffer(base64.b64decode(text), np.float32)


@pytest.mark.parametrize(("start", "seconds"), [(0, 6.0), (31_007, 4.2), (88_200, 3.0)])
def test_a_rewritten_preview_is_sample_exact(browser: Browser, start: int, seconds: float) -> None:
    # Chromium clips at full scale, which this does not reach.
    source = encoded(music(3, 6.0) * np.float32(0.5), "mp3")
    samples = round(seconds * RATE)

    rewritten = rewrite_mp3(source, -3, start, samples, Mp3Tags("Title", "Artist"))

    expected = played(browser, source)[start : start + samples] * 10 ** (-3 * STEP_DB / 20)
    found = played(browser, rewritten.mp3)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 1e-5
