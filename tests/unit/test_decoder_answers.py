"""Answers of a decoder process that a file may have taken over."""

import json
from typing import Any

import pytest

from tests.fakes import some_facts
from tiktok_music.adapters.decoder_answers import cover_of, preview_of, waveform_of
from tiktok_music.errors import WorkerFailed
from tiktok_music.refresh.media.preview import (
    DrawnWaveform,
    PreparedCover,
    PreparedPreview,
    PreviewFacts,
    PreviewMethod,
)

FACTS = {
    "integrated_lufs": -14.0,
    "true_peak_dbtp": -1.0,
    "duration_seconds": 24.0,
    "method": "rewritten",
    "offset_ms": 310,
    "loudest_ms": 4_000,
}
PREVIEW = {
    "facts": FACTS,
    "source": some_facts(-9.5).to_dict(),
    "fingerprint": "AAAA",
    "bytes": [3, 2],
}
COVER = {
    "sides": [96],
    "thumbHash": "AAAA",
    "color": "#1f6f8b",
    "onColor": "#ffffff",
    "bytes": [4, 2],
}


def test_a_preview_is_read() -> None:
    assert preview_of(PREVIEW, b"ID3{}") == PreparedPreview(
        mp3=b"ID3",
        facts=PreviewFacts(
            integrated_lufs=-14.0,
            true_peak_dbtp=-1.0,
            duration_seconds=24.0,
            method=PreviewMethod.REWRITTEN,
            offset_ms=310,
            loudest_ms=4_000,
        ),
        source=some_facts(-9.5),
        fingerprint="AAAA",
        peaks=b"{}",
    )


def test_a_cover_is_read() -> None:
    assert cover_of(COVER, b"jpegsm") == PreparedCover(
        jpeg=b"jpeg", small={96: b"sm"}, thumb_hash="AAAA", color="#1f6f8b", on_color="#ffffff"
    )


def test_a_waveform_is_read() -> None:
    header = {"loudestMs": 4_000, "bytes": [2]}

    assert waveform_of(header, b"{}") == DrawnWaveform(peaks=b"{}", loudest_ms=4_000)


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "NaN", "1e999"])
@pytest.mark.parametrize("place", ["-14.0", "-9.5"])
def test_a_measurement_that_is_not_a_number_is_refused(number: str, place: str) -> None:
    header = json.loads(json.dumps(PREVIEW).replace(place, number))

    with pytest.raises(WorkerFailed, match="invalid answer at"):
        preview_of(header, b"ID3{}")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"bytes": [3, 1]}, "bytes"),
        ({"bytes": [5]}, "bytes"),
        ({"bytes": [8, -3]}, "bytes.1"),
        ({"bytes": None}, "bytes"),
        ({"fingerprint": "\x1b[2J"}, "fingerprint"),
        ({"facts": {**FACTS, "method": "other"}}, "facts.method"),
        ({"source": []}, "source"),
        ({"more": 1}, "more"),
    ],
)
def test_another_form_of_a_preview_is_refused(change: dict[str, Any], where: str) -> None:
    with pytest.raises(WorkerFailed, match=f"^the decoder gave an invalid answer at {where}$"):
        preview_of({**PREVIEW, **change}, b"ID3{}")


@pytest.mark.parametrize(
    "change",
    [
        {"color": "red"},
        {"onColor": "#fff"},
        {"thumbHash": "<script>"},
        {"sides": [96, 320]},
        {"sides": ["../../x"]},
    ],
)
def test_another_form_of_a_cover_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(WorkerFailed):
        cover_of({**COVER, **change}, b"jpegsm")
