"""Hostile files through a whole refresh: real HTTP, the real decoder processes, real rules."""

import random
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from tests.builders import a_candidate
from tests.hostile_media import (
    good_audio,
    good_cover,
    harmless_audio,
    harmless_covers,
    hostile_audio,
    hostile_covers,
)
from tests.peer import Exchange, Peer, running_peer
from tests.refresh_world import World
from tiktok_music.adapters.media_downloads import HttpDownloader
from tiktok_music.adapters.media_workers import DecoderProcess, ProcessMediaEncoder
from tiktok_music.adapters.safe_http import SafeHttp
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.media.policy import MediaPolicy
from tiktok_music.refresh.report import Outcome, RefreshReport
from tiktok_music.track import preview_key

KNOWN = 60
# A failed transfer is transient; every other failure of these files is permanent.
FETCHED_AGAIN = "DOWNLOAD_FAILED"
REASONS = {
    "nothing": {"DOWNLOAD_FAILED"},
    "one byte": {"DOWNLOAD_FAILED"},
    "a tag of 21 MB": {"DOWNLOAD_FAILED"},
    "WAV without an end": {"AUDIO_TOO_SHORT"},
    "two hours of silence, FLAC": {"AUDIO_TOO_LONG", "AUDIO_SILENT"},
    "two hours of silence, AAC": {"AUDIO_TOO_LONG", "AUDIO_SILENT"},
    "cut after 1/16": {"AUDIO_TOO_SHORT"},
    "cut after 2/16": {"AUDIO_TOO_SHORT"},
    "cut after 4/16": {"AUDIO_TOO_SHORT"},
    "20000 bits flipped": {"AUDIO_UNREADABLE", "AUDIO_DAMAGED", "AUDIO_TOO_SHORT"},
    "60000 bits flipped": {"AUDIO_UNREADABLE", "AUDIO_DAMAGED", "AUDIO_TOO_SHORT"},
}


@dataclass
class Poisoned:
    """A catalog of sixty tracks, and a chart with additional hostile ones."""

    world: World
    peer: Peer
    started: list[DecoderProcess]

    def candidate(self, name: str, *, audio: str = "good", cover: str = "good") -> Candidate:
        number = 10_000 + zlib.crc32(f"{name} {audio} {cover}".encode())
        return a_candidate(
            number,
            title=f"Lantern {number} {name}",
            preview_urls=(f"{self.peer.base_url}/audio/{quote(audio, safe='')}",),
            cover_urls=(f"{self.peer.base_url}/cover/{quote(cover, safe='')}",),
        )

    def refresh(
        self, *candidates: Candidate, known: int = KNOWN, force: bool = False
    ) -> RefreshReport:
        self.world.now += timedelta(hours=12)
        served = tuple(a_candidate(number) for number in range(known))
        return self.world.refresh(*served, *candidates, is_forced=force)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, bytes]]:
    """Files by path; the playlists refer to a local server and a local file."""
    victim = tmp_path_factory.mktemp("victim") / "victim.mp3"
    victim.write_bytes(good_audio())
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.mp3"
        audio = hostile_audio(address, str(victim)) | harmless_audio() | {"good": good_audio()}
        covers = hostile_covers() | harmless_covers() | {"good": good_cover()}
        yield {f"/audio/{name}": data for name, data in audio.items()} | {
            f"/cover/{name}": data for name, data in covers.items()
        }
        with pytest.raises(BlockingIOError):
            server.accept()


@contextmanager
def served(files: dict[str, bytes], patch: pytest.MonkeyPatch) -> Iterator[Poisoned]:
    world, started = World(), []
    world.refresh(*(a_candidate(number) for number in range(KNOWN)))
    start = DecoderProcess.__init__

    def remember(self: DecoderProcess, policy: MediaPolicy) -> None:
        start(self, policy)
        started.append(self)

    patch.setattr(DecoderProcess, "__init__", remember)

    def answer(exchange: Exchange) -> None:
        exchange.reply(200, files[unquote(exchange.path)])

    media_encoder = ProcessMediaEncoder(MediaPolicy())
    world.media_encoder = media_encoder  # type: ignore[assignment]  # the real one
    world.downloader = HttpDownloader(SafeHttp(allow_private=True))  # type: ignore[assignment]
    with running_peer(answer) as peer:
        try:
            yield Poisoned(world, peer, started)
        finally:
            media_encoder.close()


@pytest.fixture
def poisoned(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Poisoned]:
    with served(files, monkeypatch) as ready:
        yield ready


def all_hostile(poisoned: Poisoned) -> dict[str, Candidate]:
    audio = {name: poisoned.candidate(name, audio=name) for name in hostile_audio()}
    covers = {f"cover: {name}": poisoned.candidate(name, cover=name) for name in hostile_covers()}
    return audio | covers


def quick_hostile(poisoned: Poisoned) -> dict[str, Candidate]:
    """Without those that take seconds to decode, which one test of all has."""
    hostile = all_hostile(poisoned)
    return {name: each for name, each in hostile.items() if not name.startswith("two hours")}


def expected_reasons(name: str) -> set[str]:
    if name == "cover: nothing":
        return {"DOWNLOAD_FAILED"}
    if name.startswith("cover: "):
        return {"COVER_UNREADABLE"}
    return REASONS.get(name, {"AUDIO_UNREADABLE"})


def test_each_hostile_file_rejects_its_own_track_and_is_not_fetched_again(
    poisoned: Poisoned,
) -> None:
    hostile = all_hostile(poisoned)

    report = poisoned.refresh(*hostile.values(), poisoned.candidate("fine"), force=True)

    reasons = {each.tiktok_id: str(each.finding.reason) for each in report.rejections}
    outcomes = {name: reasons.get(each.tiktok_id, "none") for name, each in hostile.items()}
    assert {
        name: reason for name, reason in outcomes.items() if reason not in expected_reasons(name)
    } == {}
    assert (report.outcome, report.accepted) == (Outcome.PUBLISHED, KNOWN + 1)
    assert all(is_sealed(process) for process in poisoned.started)

    asked = len(poisoned.peer.requests)
    poisoned.refresh(*hostile.values(), poisoned.candidate("fine"))
    again = {unquote(path) for path, _ in poisoned.peer.requests[asked:]}
    passing = {name for name, reason in outcomes.items() if reason == FETCHED_AGAIN}
    assert {path.rpartition("/")[2] for path in again if "good" not in path} == {
        name.removeprefix("cover: ") for name in passing
    }


def is_sealed(process: DecoderProcess) -> bool:
    """True for a running process under 1 GB with only standard streams and its connection open."""
    proc = Path(f"/proc/{process.pid}")
    open_files = {entry.name for entry in (proc / "fd").iterdir()}
    lines = (proc / "status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return open_files == {"0", "1", "2", "3"} and peak < 1_000_000


def test_data_appended_to_a_sound_or_a_picture_is_removed(poisoned: Poisoned) -> None:
    candidates = [
        *(poisoned.candidate(name, audio=name) for name in harmless_audio()),
        *(poisoned.candidate(name, cover=name) for name in harmless_covers()),
    ]

    report = poisoned.refresh(*candidates)

    assert (report.accepted, report.rejections) == (KNOWN + len(candidates), ())
    stored = [body for body, *_ in poisoned.world.store.objects.values()]
    assert not [body for body in stored if b"PK\x03\x04" in body or b"#EXTM3U" in body]
    assert max(len(body) for body in stored) < 400_000


def test_a_hostile_file_at_the_first_address_leaves_the_good_one_at_the_second(
    poisoned: Poisoned,
) -> None:
    good = poisoned.candidate("good")
    chart = [
        replace(
            each,
            preview_urls=each.preview_urls + good.preview_urls,
            cover_urls=each.cover_urls + good.cover_urls,
        )
        for each in quick_hostile(poisoned).values()
    ]

    report = poisoned.refresh(*chart)

    assert (report.accepted, report.rejections) == (KNOWN + len(chart), ())


@pytest.mark.parametrize("count", [1, 7])
def test_a_few_hostile_tracks_do_not_block_a_publish(poisoned: Poisoned, count: int) -> None:
    hostile = quick_hostile(poisoned)
    chosen = [hostile[name] for name in random.Random(count).sample(sorted(hostile), count)]
    newcomers = [poisoned.candidate(f"fine {number}") for number in range(3)]

    report = poisoned.refresh(*chosen, *newcomers)

    again = poisoned.refresh(*chosen, *newcomers)

    # If most new media fail, the CDN may be at fault: the publish check blocks this run.
    first = Outcome.REFUSED if count >= 5 else Outcome.PUBLISHED
    assert (report.outcome, len(report.rejections)) == (first, count)
    assert (again.outcome, again.accepted) == (Outcome.PUBLISHED, KNOWN + len(newcomers))


def test_a_chart_of_only_hostile_tracks_keeps_the_last_snapshot(poisoned: Poisoned) -> None:
    before = poisoned.world.served()
    covers = [poisoned.candidate(name, cover=name) for name in hostile_covers()]

    report = poisoned.refresh(*covers, known=0, force=True)

    assert (report.outcome, poisoned.world.served()) == (Outcome.REFUSED, before)
    assert preview_key(covers[0].track_id) not in poisoned.world.store.objects
