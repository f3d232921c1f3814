"""Searches of the list: filters, orders, pages, facets, and invalid parameters."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.api_world import LIST, World, invalid
from tests.builders import a_snapshot, a_track
from tests.counted import calls_of
from tiktok_music.api.cursor import Cursor, read_cursor, write_cursor
from tiktok_music.api.folding import fold
from tiktok_music.api.index import Index
from tiktok_music.api.query import Query, parse_query, track_id_of_link
from tiktok_music.api.search import search
from tiktok_music.track import track_id_of

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


def found(world: World, query: str) -> dict[str, Any]:
    answer = world.get(f"{LIST}?{query}")
    assert answer.status == 200, answer.body
    body: dict[str, Any] = json.loads(answer.body)
    return body


def titles(world: World, query: str) -> list[str]:
    return [track["title"] for track in found(world, query)["tracks"]]


def rows(world: World) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(world.get().body)["tracks"]
    return listed


def test_the_last_page_has_rows_of_the_list_a_total_and_no_cursor(world: World) -> None:
    assert found(world, "q=abril") == {
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
    assert found(world, "facets=true&limit=1")["facets"] == {
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
        page = found(world, f"{query}&limit=1{cursor}")
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
    cursor = write_cursor(Cursor(newer.descriptor.version, 1), query.digest())

    assert titles(world, f"limit=1&cursor={cursor}") == ["Abril"]


def test_a_cursor_of_a_version_that_is_gone_is_rejected(world: World) -> None:
    cursor = found(world, "limit=1")["nextCursor"]
    world.snapshots.chunks.clear()
    world.snapshots.current_pointer = None
    world.snapshots.publish(a_snapshot(*TRACKS, a_track(7), fence=2))
    world.now += 60
    world.get()
    fresh = World(snapshots=world.snapshots)

    answer = fresh.get(f"{LIST}?limit=1&cursor={cursor}")

    gone = "The catalog has moved on since; start the list again without a cursor."
    assert (answer.status, answer.body) == (422, invalid(("cursor", gone)))


@pytest.mark.parametrize("query", ["limit=1&q=a", "limit=1&sort=title", "limit=1&language=en"])
def test_a_cursor_of_another_search_is_rejected(world: World, query: str) -> None:
    cursor = found(world, "limit=1")["nextCursor"]

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
        ("sort=new", [("sort", "Must be one of popular, rising, title.")]),
        ("minDuration=x", [("minDuration", SECONDS)]),
        ("maxDuration=1.5", [("maxDuration", SECONDS)]),
        ("minDuration=9&maxDuration=8", [("maxDuration", "Must not be below minDuration.")]),
        ("cursor=", [("cursor", "Must be a nextCursor of this list.")]),
        ("cursor=zzz", [("cursor", "Must be the nextCursor of the same search.")]),
        ("cursor=%00", [("cursor", "Must be the nextCursor of the same search.")]),
        ("link=tiktok", [("link", "Must be the link or the id of a TikTok sound.")]),
        ("limit=x&sort=y", [("sort", "Must be one of popular, rising, title."), ("limit", WHOLE)]),
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
    assert again.headers["x-ratelimit-remaining"] == answer.headers["x-ratelimit-remaining"]


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


@pytest.mark.parametrize(
    "link",
    [
        "7662052657323182080",
        "https://www.tiktok.com/music/original-sound-7662052657323182080",
        "https://www.tiktok.com/music/Song-12345-7662052657323182080/?lang=en&_t=8-99999",
        "https://www.tiktok.com/music/7662052657323182080#x",
        "tiktok.com/music/夜明け-7662052657323182080",
        f"https://www.tiktok.com/music/{'%D8%A8' * 100}-7662052657323182080",
    ],
)
def test_the_id_of_a_link_is_at_its_end(link: str) -> None:
    assert track_id_of_link(link) == track_id_of("7662052657323182080")


@pytest.mark.parametrize(
    "link", ["", "1234", "x", "song7662052657323182080", "٧٦٦٢٠٥٢٦٥٧", "1" * 21]
)
def test_a_text_without_an_id_at_its_end_is_not_a_link(link: str) -> None:
    assert track_id_of_link(link) is None


def test_a_cursor_is_readable_until_it_is_edited() -> None:
    cursor = Cursor("0000000001-0123456789abcdef", 50)
    text = write_cursor(cursor, "digest")

    assert read_cursor(text, "digest") == cursor
    assert read_cursor(text, "other") is None
    edits = [text[:at] + "A" + text[at + 1 :] for at in range(len(text)) if text[at] != "A"]
    assert {read_cursor(edited, "digest") for edited in edits} == {None}


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
