"""Searches of the list: filters, orders, pages, facets, and invalid parameters."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.api_world import LIST, World, gone, invalid
from tests.builders import NOON, a_snapshot, a_track
from tests.counted import calls_of
from tests.fakes import CURSOR_SECRET
from tiktok_music.api.catalog_view import FOREIGN
from tiktok_music.api.cursor import Cursor, Seal, read_cursor, write_cursor
from tiktok_music.api.folding import fold
from tiktok_music.api.index import Index
from tiktok_music.api.links import (
    NOT_A_SOUND,
    NOT_TIKTOK,
    SHORT,
    VIDEO,
    issue_of_link,
    track_id_of_link,
)
from tiktok_music.api.query import Query, parse_query
from tiktok_music.api.search import search
from tiktok_music.track import track_id_of

LATER = NOON + timedelta(hours=12)
TRACKS = (
    a_track(1, title="Canción de Abril", author="Los Faroles", album="Verano", language="es"),
    a_track(2, title="Paper Lanterns", author="Kite Season", is_commerce_music=False),
    a_track(3, title="Abril", author="Ana", language="pt", duration_seconds=12.5),
    a_track(4, title="夜明けの街", author="青い電車", language="ja", duration_seconds=60),
)


@pytest.fixture
def world() -> World:
    world = World()
    world.snapshots.publish(a_snapshot(*TRACKS))
    return world


def titles(world: World, query: str) -> list[str]:
    return [track["title"] for track in world.found(query)["tracks"]]


def rows(world: World) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(world.get().body)["tracks"]
    return listed


def test_the_last_page_has_rows_of_the_list_a_total_and_no_cursor(world: World) -> None:
    assert world.found("q=abril") == {
        "tracks": [rows(world)[0], rows(world)[2]],
        "total": 2,
        "nextCursor": None,
    }


@pytest.mark.parametrize(
    ("query", "titles_found"),
    [
        ("q=CANCION", ["Canción de Abril"]),
        ("q=canci%C3%B3n+faroles", ["Canción de Abril"]),
        ("q=cancio%CC%81n", ["Canción de Abril"]),
        ("q=verano", ["Canción de Abril"]),
        ("q=abril+ana", ["Abril"]),
        ("q=abril+kite", []),
        ("q=%E5%A4%9C%E6%98%8E", ["夜明けの街"]),
        ("q=", [track.title for track in TRACKS]),
        ("q=%00", []),
        ("language=es", ["Canción de Abril"]),
        ("language=es&language=ja", ["Canción de Abril", "夜明けの街"]),
        ("language=xx", []),
        ("commerceOnly=true", ["Canción de Abril", "Abril", "夜明けの街"]),
        ("commerceOnly=false", [track.title for track in TRACKS]),
        ("minDuration=24", ["Canción de Abril", "Paper Lanterns", "夜明けの街"]),
        ("maxDuration=24", ["Canción de Abril", "Paper Lanterns", "Abril"]),
        ("minDuration=12&maxDuration=13", ["Abril"]),
        ("sort=title", ["Abril", "Canción de Abril", "Paper Lanterns", "夜明けの街"]),
        ("sort=popular&limit=1", ["Canción de Abril"]),
        ("link=7662052657323182082", ["Paper Lanterns"]),
        ("link=https://www.tiktok.com/music/x-y-7662052657323182082?a=b", ["Paper Lanterns"]),
        ("link=99999", []),
    ],
)
def test_a_search_finds(world: World, query: str, titles_found: list[str]) -> None:
    assert titles(world, query) == titles_found


def test_facets_count_all_matches(world: World) -> None:
    assert world.found("facets=true&limit=1")["facets"] == {
        "language": {"en": 1, "es": 1, "ja": 1, "pt": 1},
        "isCommerceMusic": {"true": 3, "false": 1},
    }


def test_the_rising_order_is_by_ranks_gained(world: World) -> None:
    risen = a_track(4, title="夜明けの街", user_count=10_000)
    new = a_track(9, title="New", user_count=995)
    world.snapshots.publish(a_snapshot(*TRACKS[:3], risen, new, fence=2))
    world.now += 60

    assert titles(world, "sort=rising&limit=2") == ["夜明けの街", "New"]
    assert titles(world, "sort=popular&limit=2") == ["夜明けの街", "Canción de Abril"]


def test_the_rising_order_of_the_first_version_is_by_popularity(world: World) -> None:
    assert titles(world, "sort=rising") == [track.title for track in TRACKS]


def pages(world: World, query: str) -> list[str]:
    """Reads every title, page by page; publishes a new version after the first page."""
    seen, cursor = [], ""
    while True:
        page = world.found(f"{query}&limit=1{cursor}")
        seen += [track["title"] for track in page["tracks"]]
        if page["nextCursor"] is None:
            return seen
        assert page["nextCursor"] == quote(page["nextCursor"], safe="")
        cursor = f"&cursor={page['nextCursor']}"
        if len(seen) == 1:
            world.snapshots.publish(a_snapshot(*TRACKS[2:], fence=world.now.__int__()))
            world.now += 60


@pytest.mark.parametrize("query", ["sort=popular", "sort=title", "sort=rising", "q=a"])
def test_all_pages_are_of_the_version_of_the_first(world: World, query: str) -> None:
    whole = titles(world, query)

    assert pages(world, query) == whole


def test_a_cursor_of_a_newer_version_from_another_instance_works_immediately(world: World) -> None:
    world.get()
    newer = a_snapshot(*TRACKS[1:], fence=2)
    world.snapshots.publish(newer)
    query = parse_query([("limit", "1")])
    assert query is not None
    cursor = write_cursor(Cursor(newer.descriptor.version, 1), Seal(CURSOR_SECRET, query.digest()))

    assert titles(world, f"limit=1&cursor={cursor}") == ["Abril"]


def test_a_cursor_of_a_version_that_is_gone_is_rejected(world: World) -> None:
    cursor = world.found("limit=1")["nextCursor"]
    world.snapshots.chunks.clear()
    world.snapshots.current_pointer = None
    world.snapshots.publish(a_snapshot(*TRACKS, a_track(7), fence=2))
    world.now += 60
    world.get()
    fresh = World(snapshots=world.snapshots)

    answer = fresh.get(f"{LIST}?limit=1&cursor={cursor}")

    advice = "The catalog has moved on since; start the list again without a cursor."
    assert (answer.status, answer.body) == (410, gone("cursor", advice))


@pytest.mark.parametrize("query", ["limit=1&q=a", "limit=1&sort=title", "limit=1&language=en"])
def test_a_cursor_of_another_search_is_rejected(world: World, query: str) -> None:
    cursor = world.found("limit=1")["nextCursor"]

    answer = world.get(f"{LIST}?{query}&cursor={cursor}")

    no_cursor = "Must be the nextCursor of the same search."
    assert (answer.status, answer.body) == (422, invalid(("cursor", no_cursor)))


WHOLE = "Must be a whole number from 1 to 100."
SECONDS = "Must be a whole number from 0 to 9999."


@pytest.mark.parametrize(
    ("query", "issues"),
    [
        ("limit=0", [("limit", WHOLE)]),
        ("limit=101", [("limit", WHOLE)]),
        ("limit=-1", [("limit", WHOLE)]),
        ("limit=+5", [("limit", WHOLE)]),
        ("limit=1_0", [("limit", WHOLE)]),
        ("limit=%D9%A3", [("limit", WHOLE)]),
        ("limit=%ff%fe", [("limit", WHOLE)]),
        ("limit=" + "9" * 5000, [("limit", WHOLE)]),
        ("limit=", [("limit", WHOLE)]),
        ("limit=1&limit=2", [("limit", "Must be given once.")]),
        ("q=a&q=b", [("q", "Must be given once.")]),
        ("q=" + "a" * 81, [("q", "Must have at most 80 characters.")]),
        ("language=english", [("language", "Must be an ISO 639-1 code, two lower-case letters.")]),
        ("language=", [("language", "Must be an ISO 639-1 code, two lower-case letters.")]),
        ("commerceOnly=maybe", [("commerceOnly", "Must be one of false, true.")]),
        ("facets=1", [("facets", "Must be one of false, true.")]),
        ("sort=new", [("sort", "Must be one of chart, popular, rising, title.")]),
        ("minDuration=x", [("minDuration", SECONDS)]),
        ("maxDuration=1.5", [("maxDuration", SECONDS)]),
        ("minDuration=9&maxDuration=8", [("maxDuration", "Must not be below minDuration.")]),
        ("cursor=", [("cursor", "Must be a nextCursor of this list.")]),
        ("cursor=zzz", [("cursor", "Must be the nextCursor of the same search.")]),
        ("cursor=%00", [("cursor", "Must be the nextCursor of the same search.")]),
        ("link=tiktok", [("link", "Must be the link or the id of a TikTok sound.")]),
        (
            "limit=x&sort=y",
            [("sort", "Must be one of chart, popular, rising, title."), ("limit", WHOLE)],
        ),
    ],
)
def test_an_invalid_parameter_is_reported_by_name(
    world: World, query: str, issues: list[tuple[str, str]]
) -> None:
    answer = world.get(f"{LIST}?{query}")

    assert (answer.status, answer.body) == (422, invalid(*issues))


def test_a_search_has_the_headers_of_the_list_and_its_own_etag(world: World) -> None:
    plain, answer = world.get(), world.get(f"{LIST}?q=abril")

    same = ("cache-control", "age", "last-modified", "x-catalog-snapshot", "vary", "content-type")
    assert [answer.headers[name] for name in same] == [plain.headers[name] for name in same]
    again = world.get(f"{LIST}?q=abril", if_none_match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["x-ratelimit-remaining"] == "117"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("CANCIÓN", "cancion"),
        ("Straße", "strasse"),
        ("Øresund Łódź", "oresund lodz"),
        ("ＷＩＤＥ", "wide"),
        ("ΆΝΟΙΞΗ", "ανοιξη"),
        ("Ёлка Йод", "елка иод"),
        ("مُحَمَّد", "محمد"),
        ("हिन्दी", "हिन्दी"),
        ("が", "が"),
        ("각", "각"),
        ("Æon Œuvre", "aeon oeuvre"),
        ("Don’t “Stop” Me–Now", 'don\'t "stop" me-now'),
        ("zero\u200bwidth so\u00adft", "zerowidth soft"),
    ],
)
def test_folding_removes_case_and_accents_but_no_letters(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(fold(text)) == folded


SOUND = "7662052657323182080"


@pytest.mark.parametrize(
    "link",
    [
        SOUND,
        f" {SOUND}\n",
        f"https://www.tiktok.com/music/original-sound-{SOUND}",
        f"https://www.tiktok.com/music/Song-12345-{SOUND}/?lang=en&_t=8-99999",
        f"https://www.tiktok.com/music/{SOUND}#x",
        f"tiktok.com/music/夜明け-{SOUND}",
        f"https://www.tiktok.com/music/{'%D8%A8' * 100}-{SOUND}",
        f"HTTPS://WWW.TikTok.com/music/Song-{SOUND}",
        f"http://m.tiktok.com/h5/share/music/{SOUND}.html?_d=1&share_id=7",
        f"https://www.tiktok.com/share/music/{SOUND}",
        f"\u00a0https://www.tiktok.com/music/Song-{SOUND}?is_from_webapp=1\u00a0",
    ],
)
def test_a_pasted_link_of_a_sound_is_read(link: str) -> None:
    assert track_id_of_link(link) == track_id_of(SOUND)


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("", NOT_A_SOUND),
        ("1234", NOT_A_SOUND),
        (f"song-{SOUND}", NOT_A_SOUND),
        ("٧٦٦٢٠٥٢٦٥٧", NOT_A_SOUND),
        ("1" * 21, NOT_A_SOUND),
        ("https://vm.tiktok.com/ZMabc123/", SHORT),
        ("vt.tiktok.com/ZSabc/?k=1", SHORT),
        ("https://www.tiktok.com/t/ZTabc123/", SHORT),
        (f"https://www.tiktok.com/@mira/video/{SOUND}?lang=en", VIDEO),
        (f"https://www.tiktok.com/@mira/photo/{SOUND}", VIDEO),
        (f"https://m.tiktok.com/v/{SOUND}.html", VIDEO),
        (f"https://www.tiktok.com/embed/v2/{SOUND}", VIDEO),
        ("https://www.tiktok.com/@mira", NOT_A_SOUND),
        ("https://www.tiktok.com/music/Song-123", NOT_A_SOUND),
        (f"https://www.tiktok.com/music/{SOUND}.exe", NOT_A_SOUND),
        (f"https://example.com/music/Song-{SOUND}", NOT_TIKTOK),
        (f"https://tiktok.com.example.com/music/Song-{SOUND}", NOT_TIKTOK),
        (f"https://www.tiktok.com@example.com/music/Song-{SOUND}", NOT_TIKTOK),
        (f"https://eviltiktok.com/music/Song-{SOUND}", NOT_TIKTOK),
        (f"ftp://tiktok.com/music/Song-{SOUND}", NOT_TIKTOK),
        (f"music/Song-{SOUND}", NOT_TIKTOK),
    ],
)
def test_another_link_is_refused_with_the_reason(text: str, issue: str) -> None:
    assert (track_id_of_link(text), issue_of_link(text)) == (None, issue)


@pytest.mark.parametrize("base", [None, "none", "popular", "0000000000-0123456789abcdef"])
def test_a_cursor_is_readable_until_it_is_edited(base: str | None) -> None:
    cursor = Cursor("0000000001-0123456789abcdef", 50, base)
    seal = Seal("secret", "search")
    text = write_cursor(cursor, seal)

    assert read_cursor(text, seal) == cursor
    assert read_cursor(text, seal._replace(search="other")) is None
    assert read_cursor(text, seal._replace(secret="other")) is None
    edits = [text[:at] + "A" + text[at + 1 :] for at in range(len(text)) if text[at] != "A"]
    assert {read_cursor(edited, seal) for edited in edits} == {None}


def test_a_forged_cursor_is_refused_before_anything_is_loaded(world: World) -> None:
    """Whoever reads the code can write a cursor, but not its digest."""
    version = world.get().headers["x-catalog-snapshot"]
    world.snapshots.publish(a_snapshot(*TRACKS[1:], fence=2))
    world.now += 60
    world.get()
    query = parse_query([("limit", "1")])
    assert query is not None
    cursor = Cursor(version, 1)
    world.snapshots.chunks.clear()

    forged = write_cursor(cursor, Seal("guessed", query.digest()))
    refused = world.get(f"{LIST}?limit=1&cursor={forged}")
    no_cursor = "Must be the nextCursor of the same search."
    assert (refused.status, refused.body) == (422, invalid(("cursor", no_cursor)))

    given_out = write_cursor(cursor, Seal(CURSOR_SECRET, query.digest()))
    advice = "The catalog has moved on since; start the list again without a cursor."
    loaded = world.get(f"{LIST}?limit=1&cursor={given_out}")
    assert (loaded.status, loaded.body) == (410, gone("cursor", advice))


def test_a_cursor_of_the_other_environment_is_refused(world: World) -> None:
    foreign = json.loads(world.sandbox(f"{LIST}?limit=1").body)["nextCursor"]
    own = world.found("limit=1")["nextCursor"]

    assert world.get(f"{LIST}?limit=1&cursor={foreign}").body == invalid(("cursor", FOREIGN))
    assert world.sandbox(f"{LIST}?limit=1&cursor={own}").body == invalid(("cursor", FOREIGN))


def test_rising_pages_keep_the_base_of_the_first(world: World) -> None:
    """A week of versions passes while a client pages; the version before the first one is gone."""
    world.snapshots.publish(a_snapshot(*reversed(TRACKS), fence=2, published_at=LATER))
    risen = [a_track(n, user_count=100 * n) for n in range(1, 31)]
    world.now += 60
    for fence, tracks in ((3, risen[::-1]), (4, risen)):
        at = LATER + timedelta(hours=12 * fence)
        world.snapshots.publish(a_snapshot(*tracks, fence=fence, published_at=at))
    world.now += 60
    whole = titles(world, "sort=rising&limit=100")
    first = world.found("sort=rising&limit=10")
    pointer = world.snapshots.current_pointer
    assert pointer is not None
    second = world.found(f"sort=rising&limit=10&cursor={first['nextCursor']}")
    assert [t["title"] for t in first["tracks"] + second["tracks"]] == whole[:20]

    world.snapshots.current_pointer = replace(pointer, history=pointer.history[:0])
    fresh = World(snapshots=world.snapshots)

    advice = "The catalog has moved on since; start the list again without a cursor."
    answer = fresh.get(f"{LIST}?sort=rising&limit=10&cursor={second['nextCursor']}")
    assert (answer.status, answer.body) == (410, gone("cursor", advice))


def test_rising_pages_of_a_version_that_could_not_be_compared_stay_in_its_order(
    world: World,
) -> None:
    risen = a_track(4, title="夜明けの街", user_count=10_000)
    world.snapshots.publish(a_snapshot(*TRACKS[:3], risen, fence=2, published_at=LATER))
    world.now += 60
    chunks = dict(world.snapshots.chunks)
    for key in [key for key in chunks if key[0].startswith("0000000001")]:
        del world.snapshots.chunks[key]
    first = world.found("sort=rising&limit=2")
    world.snapshots.chunks = chunks
    world.now += 60

    rest = world.found(f"sort=rising&limit=2&cursor={first['nextCursor']}")

    assert [t["title"] for t in first["tracks"] + rest["tracks"]] == titles(world, "sort=popular")


def test_a_cursor_of_an_older_release_has_no_base() -> None:
    seal = Seal("secret", "search")
    text = write_cursor(Cursor("0000000001-0123456789abcdef", 50), seal)

    assert read_cursor(text, seal) == Cursor("0000000001-0123456789abcdef", 50, None)


def test_a_search_in_ten_thousand_tracks_makes_few_python_calls() -> None:
    tracks = [
        a_track(number, title=f"Canción {number} of Lantern Street", album="Night Market")
        for number in range(10_000)
    ]
    index = Index(a_snapshot(*tracks))
    query = parse_query([("q", "cancion street 99"), ("language", "en"), ("facets", "true")])
    assert isinstance(query, Query)
    search(index, query, range(10_000), 0)

    calls = calls_of(lambda: search(index, query, range(10_000), 0))

    assert search(index, query, range(10_000), 0).total == 280
    assert calls < 2_000
