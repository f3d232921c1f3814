"""Measures the audio stage on the files of a folder.

    python -m tools.evaluation.measure_media FOLDER

Prints for each file its loudness and verdict, the loudness of its preview and the CPU time of each
step; then the nearest pairs of fingerprints. CPU is process time in milliseconds; the last row is
per 30 s of audio.
"""

import itertools
import sys
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TypeVar

from tiktok_music.adapters.audio import AudioCaps, DecodedAudio, read_audio
from tiktok_music.adapters.audio_decoder import open_audio
from tiktok_music.adapters.loudness_meter import LoudnessMeter
from tiktok_music.adapters.mp3_file import Mp3Tags, encode_mp3
from tiktok_music.adapters.pcm import mono_5512_hz
from tiktok_music.adapters.preview_writer import Preview, write_preview
from tiktok_music.errors import AudioUnreadable
from tiktok_music.refresh.media.policy import PreviewPolicy
from tiktok_music.refresh.media.sound.fingerprint import Fingerprint, bit_error_rate, fingerprint_of
from tiktok_music.refresh.media.sound.volume import VolumeLimits, judge_volume

CAPS = AudioCaps()
SETTINGS = PreviewPolicy()
LIMITS = VolumeLimits()
TAGS = Mp3Tags("Title", "Artist")
NEAREST_PAIRS = 10
HEADER = (
    f"{'file':32} {'LUFS':>6} {'dBTP':>6} {'silent':>6} {'clip':>6}  {'after':>6} {'dBTP':>6} "
    f"{'gain':>6}   {'dec+m':>6} {'print':>6} {'enc':>6} {'verify':>6} {'job':>6}  verdict"
)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU milliseconds of each step, run alone, and of the whole job."""

    measure: float
    fingerprint: float
    encode: float
    verify: float
    job: float

    def ratio(self) -> float:
        """Cost of the job relative to its minimum: decode, measure and encode once."""
        return self.job / (self.measure + self.encode)


def main(folder: Path) -> None:
    print(HEADER)
    fingerprints: dict[str, Fingerprint] = {}
    costs: list[Cost] = []
    seconds = 0.0
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        try:
            audio, preview, cost = measured(path.read_bytes())
        except AudioUnreadable as error:
            print(f"{path.name[:32]:32} {error}")
            continue
        print(row(path.name, audio, preview, cost))
        costs.append(cost)
        seconds += audio.facts.duration_seconds
        if audio.fingerprint:
            fingerprints[path.name] = audio.fingerprint
    if costs:
        print(summary(costs, seconds))
    print(pairs(fingerprints))


def measured(data: bytes) -> tuple[DecodedAudio, Preview, Cost]:
    """Runs one job, then each of its steps once more alone."""
    (audio, preview), job = timed(lambda: whole_job(data))
    _, measure = timed(lambda: decode_and_measure(data))
    _, fingerprint = timed(lambda: fingerprint_of(mono_5512_hz(audio.pcm)))
    mp3, encode = timed(
        lambda: encode_mp3(audio.pcm, preview.gain_db, SETTINGS.bit_rate, TAGS),
    )
    _, verify = timed(lambda: decode_and_measure(mp3))
    cost = Cost(measure=measure, fingerprint=fingerprint, encode=encode, verify=verify, job=job)
    return audio, preview, cost


def whole_job(data: bytes) -> tuple[DecodedAudio, Preview]:
    audio = read_audio(data, CAPS)
    return audio, write_preview(audio, data, SETTINGS, TAGS.title, TAGS.artist)


def decode_and_measure(data: bytes) -> None:
    meter = LoudnessMeter()
    with open_audio(data, CAPS) as decoder:
        for block in decoder.blocks():
            meter.push(block)
    meter.facts(decoder.codec, decoder.channels, decoder.sample_rate_hz, 0.0)


def timed(step: Callable[[], Result]) -> tuple[Result, float]:
    began = time.process_time()
    result = step()
    return result, 1000 * (time.process_time() - began)


def row(name: str, audio: DecodedAudio, preview: Preview, cost: Cost) -> str:
    facts, after = audio.facts, preview.facts
    finding = judge_volume(facts, LIMITS)
    steps = " ".join(f"{value:6.0f}" for value in astuple(cost))
    return (
        f"{name[:32]:32} {facts.integrated_lufs:6.1f} {facts.true_peak_dbtp:6.1f} "
        f"{facts.silence_share:6.1%} {facts.clipped_share:6.2%}  {after.integrated_lufs:6.1f} "
        f"{after.true_peak_dbtp:6.1f} {preview.gain_db:6.1f}   {steps}  "
        f"{finding.reason if finding else 'good'}"
    )


def summary(costs: list[Cost], seconds: float) -> str:
    total = Cost(*(sum(values) for values in zip(*map(astuple, costs), strict=True)))
    per_clip = 30 / seconds
    steps = " ".join(f"{value * per_clip:6.0f}" for value in astuple(total))
    return f"{f'CPU ms per 30 s, {len(costs)} files':83}   {steps}  x{total.ratio():.2f}"


def pairs(fingerprints: dict[str, Fingerprint]) -> str:
    rates = sorted(
        (rate, a, b)
        for a, b in itertools.combinations(fingerprints, 2)
        if (rate := bit_error_rate(fingerprints[a], fingerprints[b])) is not None
    )
    lines = [f"{rate:.3f}  {a}  {b}" for rate, a, b in rates[:NEAREST_PAIRS]]
    return "\n".join([f"lowest bit error rates of {len(rates)} pairs", *lines])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tools.evaluation.measure_media FOLDER")
    main(Path(sys.argv[1]))
