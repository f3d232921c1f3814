"""Short links of TikTok, which the Python client opens where the caller allows it."""

import asyncio

import httpx2
import pytest

from tests.clients.python_peer import KEY, ROW, Peer, error_response, ok
from tiktok_music_client import Unreachable, ValidationFailed

DETAIL = {
    **ROW,
    "tiktokMusicLink": "https://www.tiktok.com/music/Paper-7662052657323182081",
    "tiktokMusicId": "7662052657323182081",
    "loudnessLufs": -14.0,
    "status": "active",
    "rank": 1,
    "previousRank": None,
    "isNew": True,
    "firstSeenAt": "2026-11-22T12:00:00Z",
    "lastSeenAt": "2026-11-22T12:00:00Z",
    "honoredBy": {"publish": False, "managed": True},
}
FOUND = {"tracks": [DETAIL], "aliases": {}, "found": {}, "unknown": []}
SOUND = "https://www.tiktok.com/music/Paper-7662052657323182081"


def leads_to(location: str, status: int = 301) -> httpx2.Response:
    headers = {"Location": location, "Set-Cookie": "visitor=1; Domain=tiktok.com"}
    return httpx2.Response(status, headers=headers)


def requested(peer: Peer) -> list[str]:
    return [str(request.url.copy_with(query=None)) for request in peer.requests]


@pytest.mark.parametrize(
    ("link", "hops"),
    [
        ("https://vm.tiktok.com/ZM1/", [(f"{SOUND}?_r=1", 301)]),
        (" http://VT.tiktok.com/ZM1 ", [("/ZM2", 307), (SOUND, 302)]),
        ("www.tiktok.com/t/ZM1/", [("//vm.tiktok.com/ZM2", 303), (SOUND, 308)]),
        ("https://vm.tiktok.com/ZM1/", [*[("/ZM2", 301)] * 4, (SOUND, 301)]),
    ],
)
@pytest.mark.parametrize("kind", ["synchronous", "asynchronous"])
def test_a_short_link_is_opened_where_the_caller_allows_it(
    link: str, hops: list[tuple[str, int]], kind: str
) -> None:
    peer = Peer(*(leads_to(*hop) for hop in hops), ok(FOUND))

    if kind == "synchronous":
        found = peer.client().by_link(link, expand=True)
    else:
        found = asyncio.run(peer.async_client().by_link(link, expand=True))

    *opened, last = peer.requests
    assert found.title == "Paper Lanterns"
    assert last.url.params["link"] == SOUND
    assert last.headers["Authorization"] == f"Bearer {KEY}"
    assert len(opened) == len(hops)
    for request in opened:
        assert (request.url.scheme, request.url.host.endswith("tiktok.com")) == ("https", True)
        assert {"authorization", "cookie"}.isdisjoint(request.headers)


def test_a_short_link_is_told_to_be_short_by_default() -> None:
    peer = Peer(error_response(422, "VALIDATION"))

    with pytest.raises(ValidationFailed):
        peer.client().by_link("https://vm.tiktok.com/ZM1/")

    [request] = peer.requests
    assert request.url.params["link"] == "https://vm.tiktok.com/ZM1/"


@pytest.mark.parametrize(
    "link", [SOUND, "7662052657323182081", "https://vm.tiktok.com.evil.example/x", "vm.tiktok.com"]
)
def test_no_other_link_is_opened(link: str) -> None:
    peer = Peer(ok(FOUND))

    peer.client().by_link(link, expand=True)

    assert requested(peer) == ["https://catalog.example.com/v1/tiktok-music/batch"]


AWAY = "Is a short link, and it leads away from https://tiktok.com."


@pytest.mark.parametrize(
    ("answer", "message", "requests"),
    [
        (leads_to("https://tiktok.com.evil.example/music/x-7662052657323182081"), AWAY, 1),
        (leads_to("https://evil.example/t/x"), AWAY, 1),
        (leads_to("http://www.tiktok.com/music/x-7662052657323182081"), AWAY, 1),
        (leads_to("https://user@vm.tiktok.com/x"), AWAY, 1),
        (leads_to("https://vm.tiktok.com:8443/x"), AWAY, 1),
        (leads_to("https://[vm.tiktok.com/x"), AWAY, 1),
        (leads_to("file:///etc/passwd"), AWAY, 1),
        (leads_to("/again"), "Is a short link, and it has more than 5 redirects.", 6),
        (httpx2.Response(404), "Is a short link, and it leads nowhere (HTTP 404).", 1),
        (httpx2.Response(200), "Is a short link, and it leads nowhere (HTTP 200).", 1),
        (leads_to(""), "Is a short link, and it leads nowhere (HTTP 301).", 1),
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed(
    answer: httpx2.Response, message: str, requests: int
) -> None:
    peer = Peer(answer)

    with pytest.raises(ValidationFailed) as caught:
        peer.client().by_link("https://vm.tiktok.com/ZM1/", expand=True)

    assert caught.value.issues == (("link", message),)
    assert len(peer.requests) == requests
    assert all(request.url.host == "vm.tiktok.com" for request in peer.requests)


def test_a_sixth_redirect_is_not_followed_even_to_a_sound() -> None:
    peer = Peer(*[leads_to("/ZM2")] * 5, leads_to(SOUND))

    with pytest.raises(ValidationFailed) as caught:
        peer.client().by_link("https://vm.tiktok.com/ZM1/", expand=True)

    message = "Is a short link, and it has more than 5 redirects."
    assert caught.value.issues == (("link", message),)


@pytest.mark.parametrize("answer", [httpx2.Response(503), httpx2.ConnectTimeout("slow")])
def test_a_link_that_cannot_be_opened_now_is_unreachable(
    answer: httpx2.Response | Exception,
) -> None:
    with pytest.raises(Unreachable):
        Peer(answer).client().by_link("https://vm.tiktok.com/ZM1/", expand=True)
