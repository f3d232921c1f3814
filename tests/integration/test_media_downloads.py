"""Downloading the addresses of a file: in order, one at a time, within limits."""

from collections.abc import Callable

from tests.peer import Exchange, running_peer
from tiktok_music.adapters.media_downloads import HttpDownloader
from tiktok_music.adapters.safe_http import SafeHttp
from tiktok_music.errors import DownloadFailed

FILE = b"x" * 5000


def texts(answers: object) -> list[bytes | str]:
    assert hasattr(answers, "__iter__")
    return [str(answer) if isinstance(answer, DownloadFailed) else answer for answer in answers]


def downloader(clock: Callable[[], float] = lambda: 0.0) -> HttpDownloader:
    return HttpDownloader(SafeHttp(allow_private=True), clock)


def test_every_address_answers_with_a_file_or_an_error() -> None:
    answers = {"/dead": (404, b""), "/page": (200, b"x" * 1024), "/file": (200, FILE)}
    with running_peer(lambda exchange: exchange.reply(*answers[exchange.path])) as peer:
        urls = tuple(f"{peer.base_url}{path}" for path in ("/dead", "/page", "/file"))
        audio = texts(downloader().audio((*urls, "ftp://127.0.0.1/file")))
        image = texts(downloader().image(urls))

    dead = "the address answers HTTP 404"
    assert audio == [
        dead,
        "the file has 1024 bytes, fewer than 4096: an error page",
        FILE,
        "only plain http and https addresses are fetched",
    ]
    assert image == [dead, b"x" * 1024, FILE]


def test_an_address_is_fetched_when_it_is_asked_for() -> None:
    with running_peer(lambda exchange: exchange.reply(200, FILE)) as peer:
        answers = downloader().audio((f"{peer.base_url}/1", f"{peer.base_url}/2"))

        assert (next(answers), [path for path, _ in peer.requests]) == (FILE, ["/1"])


def test_at_most_four_different_addresses_are_fetched() -> None:
    with running_peer(lambda exchange: exchange.reply(404, b"")) as peer:
        urls = [f"{peer.base_url}/{number}" for number in range(6)]

        assert len(texts(downloader().audio((urls[0], *urls)))) == 4
        assert [path for path, _ in peer.requests] == ["/0", "/1", "/2", "/3"]


def test_the_deadline_covers_all_downloads_but_not_the_judging_between_them() -> None:
    now = [0.0]

    def slow(exchange: Exchange) -> None:
        now[0] += 16.0
        exchange.reply(200, FILE)

    with running_peer(slow) as peer:
        asked = 0
        for _ in downloader(lambda: now[0]).audio(
            tuple(f"{peer.base_url}/{number}" for number in range(4))
        ):
            asked += 1
            now[0] += 60.0

    assert (asked, len(peer.requests)) == (2, 2)
