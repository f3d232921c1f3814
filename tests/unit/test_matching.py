"""The matches of `q` and their order: as it is, without punctuation, together, with a slip."""

import json
import subprocess
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.api_world import World
from tests.builders import a_snapshot, a_track
from tests.counted import calls_of
from tiktok_music.api import folding
from tiktok_music.api.folding import fold, without_punctuation
from tiktok_music.api.index import Index
from tiktok_music.api.matching import begins_with_slip, matches

PICKER = Path(__file__).parents[2] / "picker"
TRACKS = tuple(
    a_track(number, title=title, author=author, album=album)
    for number, (title, author, album) in enumerate(
        [
            ("Paper Lanterns", "Mira Solén", "Night Market"),
            ("Sunset Drive", "Mae & Co", ""),
            ("Don’t Stop", "The Lighthouses", "Singles"),
            ("Dont Stop", "Harbour Radio", "Singles"),
            ("#paperlanterns", "dj_90", ""),
            ("Lantern", "Mae and Co", ""),
            ("夜明けの街へ行く", "青い電車", ""),
            ("Тёмная Ночь", "Город", ""),
            ("موسيقى الليل", "فرقة", ""),
            ("밤하늘 아래에서", "사랑", ""),
            ("Orlando", "AC/DC", "T.N.T."),
            ("!!!", "Sam or Sophia", ""),
            ("हिन्दी गीत", "आशा", ""),
            ("Paper Sirens", "12345", "Night Markets"),
            ("Silver Bracelet", "A Ha", "Jay Z"),
            ("Silvre Bracelet", "", ""),
        ],
        start=1,
    )
)
# A search and the titles that it finds, in order.
CASES: dict[str, list[str]] = {
    # As it is; in the order given, whatever else matches less.
    "lanterns": ["Paper Lanterns", "#paperlanterns"],
    "LANTERN": ["Paper Lanterns", "#paperlanterns", "Lantern"],
    "solen lanterns": ["Paper Lanterns"],
    "!!!": ["!!!"],
    # Without punctuation, on either side.
    '"Paper Lanterns"': ["Paper Lanterns", "#paperlanterns"],
    "“paper lanterns”": ["Paper Lanterns", "#paperlanterns"],
    "dont stop": ["Dont Stop", "Don’t Stop"],
    "don't stop": ["Don’t Stop", "Dont Stop"],
    "mae and co": ["Lantern", "Sunset Drive"],
    "mae & co": ["Sunset Drive", "Lantern"],
    "Mae&Co": ["Sunset Drive", "Lantern"],
    "acdc": ["Orlando"],
    "tnt": ["Orlando"],
    "dj90": ["#paperlanterns"],
    "paper - lanterns": ["Paper Lanterns", "#paperlanterns"],
    # Written together: whole words, of four letters or more.
    "paper-lanterns": ["Paper Lanterns", "#paperlanterns"],
    "paperlanterns": ["#paperlanterns", "Paper Lanterns"],
    "nightmarket": ["Paper Lanterns"],
    "amor": [],
    "jayz": ["Silver Bracelet"],
    "aha": [],
    "lanternsmira": [],
    "lanternsnight": [],
    # One slip: extra, wrong, missing, swapped; at the start, in the middle, between the halves.
    "lantternss": [],
    "lannterns": ["Paper Lanterns"],
    "lantorns": ["Paper Lanterns"],
    "lntern": ["Paper Lanterns", "Lantern"],
    "lanetrns": ["Paper Lanterns"],
    "lantrens": ["Paper Lanterns"],
    "alntern": ["Paper Lanterns", "Lantern"],
    "xlanterns": ["Paper Lanterns"],
    "lanternx": ["Paper Lanterns", "Lantern"],
    "paprelanterns": ["Paper Lanterns", "#paperlanterns"],
    "dritve": ["Sunset Drive"],
    "papre": ["Paper Lanterns", "#paperlanterns", "Paper Sirens"],
    "12354": [],
    "stpo": [],
    "anterm": [],
    "xanterns": ["Paper Lanterns"],
    # One slip in each word; fewer slips first.
    "papre lantrens": ["Paper Lanterns"],
    "paper sirenz": ["Paper Sirens"],
    "silvre bracelte": ["Silvre Bracelet", "Silver Bracelet"],
    # Words that match as they are beside one with a slip, and a short one that matches nowhere.
    "mae lantren": ["Lantern"],
    "zz lantrens": [],
    # Other scripts: letters, not bytes; the marks of vowels are none.
    "夜明け": ["夜明けの街へ行く"],
    "夜明けな街": ["夜明けの街へ行く"],
    "明けの街ヘ夜": [],
    "明けな街へ": ["夜明けの街へ行く"],
    "明けのへ行": ["夜明けの街へ行く"],
    "夜明な": [],
    "темная": ["Тёмная Ночь"],
    "темнаяночь": ["Тёмная Ночь"],
    "томная": ["Тёмная Ночь"],
    "нчоь": [],
    "مسيقى": ["موسيقى الليل"],
    "وسيقا": ["موسيقى الليل"],
    "밤하늘아래에서": ["밤하늘 아래에서"],
    "밤하늘아레에서": ["밤하늘 아래에서"],
    "사람": [],
    "हिन्दि": [],
    "🏮lanterns🏮": ["Paper Lanterns", "#paperlanterns"],
    "lanterns\u2764\ufe0f": ["Paper Lanterns", "#paperlanterns"],
    # Nothing to search for, and nothing found.
    "": [track.title for track in TRACKS],
    "???": [],
    "& &": ["Sunset Drive", "Lantern", "Orlando"],
    "qqqqqqqq": [],
}


def found(q: str, tracks: Sequence[Any] = TRACKS) -> list[str]:
    index = Index(a_snapshot(*tracks))
    positions = matches(index, frozenset(fold(q).split()), range(len(tracks)))
    return [index.rows[position]["title"] for position in positions]


@pytest.mark.parametrize("q", CASES)
def test_a_search_finds_the_best_matches_first(q: str) -> None:
    assert found(q) == CASES[q]


def of_picker(node: str, program: str, **values: Any) -> Any:
    """The result of a program that imports from the picker; the values are its constants."""
    constants = (f"const {name} = {json.dumps(value)};" for name, value in values.items())
    run = subprocess.run(
        [node, "--input-type=module", "-"],
        input="\n".join([*constants, program]),
        cwd=PICKER,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(run.stdout)


NAMED = [{"title": t.title, "author": t.author, "album": t.album} for t in TRACKS]


def test_the_picker_finds_the_same(node: str) -> None:
    program = """import { search } from './modules/matching.js';
      const titles = qs.map((q) => [q, search(q, tracks).map(({ title }) => title)]);
      console.log(JSON.stringify(Object.fromEntries(titles)));"""

    assert of_picker(node, program, tracks=NAMED, qs=list(CASES)) == CASES


def test_the_picker_searches_all_favorites_and_the_demo_from_files_its_chart(node: str) -> None:
    program = """import { answerOf } from './demo/static_catalog.js';
      import { ShelfFeed } from './modules/shelf_feed.js';
      import { Source } from './modules/source.js';
      const access = { src: '', headers: () => undefined, tokens: null };
      const source = new Source({ ...access, fetch: async (url) => answerOf(tracks, url) });
      const feed = new ShelfFeed(source, 'dont stop', tracks.map(({ id }) => id));
      await feed.next();
      const { body } = await source.get('/v1/tiktok-music', [['q', 'dont stop'], ['sort', 'title']],
        new AbortController().signal);
      const titles = (found) => found.map(({ title }) => title);
      const shelf = [titles(feed.tracks), feed.total, feed.isComplete];
      console.log(JSON.stringify({ shelf, list: [titles(body.tracks), body.total] }));"""
    others = [{"title": f"Song {number}"} for number in range(60)]
    shared = {"duration": 20, "language": "en", "isCommerceMusic": True, "honoredBy": {}}
    tracks = [
        {**shared, **each, "id": str(rank), "rank": rank, "previousRank": rank}
        for rank, each in enumerate([NAMED[2], *others, {"title": "Dont Stop Now"}, NAMED[3]])
    ]

    found = of_picker(node, program, tracks=tracks)

    assert found == {
        "shelf": [["Dont Stop Now", "Dont Stop", "Don’t Stop"], 3, True],
        "list": [["Dont Stop", "Dont Stop Now", "Don’t Stop"], 3],
    }


@pytest.fixture
def world() -> World:
    world = World()
    world.snapshots.publish(a_snapshot(*TRACKS))
    return world


def summary(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "tracks": [track["title"] for track in body["tracks"]]}


def test_the_sort_orders_matches_that_are_as_good(world: World) -> None:
    assert summary(world.found("q=lanterns&sort=title"))["tracks"] == [
        *("#paperlanterns", "Paper Lanterns"),
    ]
    assert summary(world.found("q=mae+and+co&sort=title"))["tracks"] == [
        *("Lantern", "Sunset Drive"),
    ]
    assert summary(world.found("q=lantren&sort=title"))["tracks"] == ["Lantern", "Paper Lanterns"]


def test_total_and_facets_count_matches_of_every_kind(world: World) -> None:
    assert summary(world.found("q=dont+stop&facets=true&limit=1")) == {
        "tracks": ["Dont Stop"],
        "total": 2,
        "nextCursor": world.found("q=dont+stop&limit=1")["nextCursor"],
        "facets": {"language": {"en": 2}, "isCommerceMusic": {"true": 2, "false": 0}},
    }


@pytest.mark.parametrize("q", ["dont+stop", "papre"])
def test_pages_go_on_in_the_version_of_the_first(world: World, q: str) -> None:
    whole = world.found(f"q={q}")
    assert whole["total"] == len(whole["tracks"]) > 1

    page = world.found(f"q={q}&limit=1")
    seen = page["tracks"]
    world.snapshots.publish(a_snapshot(a_track(1, title="Papre Dont Stop"), fence=2))
    world.now += 60
    while page["nextCursor"]:
        page = world.found(f"q={q}&limit=1&cursor={page['nextCursor']}")
        seen += page["tracks"]

    assert seen == whole["tracks"]
    assert summary(world.found(f"q={q}"))["tracks"] == ["Papre Dont Stop"]


def test_filters_narrow_the_matches_and_do_not_loosen_them() -> None:
    world = World()
    german = a_track(2, title="Laterme", language="de")
    world.snapshots.publish(a_snapshot(a_track(1, title="Laterne"), german))

    def of(query: str) -> dict[str, Any]:
        return summary(world.found(query))

    nothing = {"tracks": [], "total": 0, "nextCursor": None}
    assert of("q=laterne&language=de") == nothing
    assert of("q=latenre&language=de") == nothing
    assert of("q=laterxe&language=de") == {**nothing, "tracks": ["Laterme"], "total": 1}


TEXTS = st.text("ab &-'\n.é夜", max_size=14)
ROWS = st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=6)


def rows_of(texts: list[tuple[str, str, str]]) -> Index:
    tracks = [
        a_track(number, title=title, author=author, album=album)
        for number, (title, author, album) in enumerate(texts, start=1)
    ]
    return Index(a_snapshot(*tracks))


@given(ROWS, TEXTS)
def test_every_row_that_has_all_words_as_they_are_comes_first(
    rows: list[tuple[str, str, str]], q: str
) -> None:
    index = rows_of(rows)
    words = frozenset(fold(q).split())
    positions = list(range(len(rows)))[::-1]

    ordered = list(matches(index, words, positions))

    exact = [at for at in positions if all(word in index.texts[at] for word in words)]
    assert ordered[: len(exact)] == exact
    assert len(set(ordered)) == len(ordered)


LETTERS = st.text("abc", min_size=5, max_size=8)


def edits(word: str) -> set[str]:
    """The word, and what is one letter from it: `#` stands for any other."""
    inner = range(len(word))
    return {
        word,
        *(word[:at] + word[at + 1 :] for at in inner),
        *(word[:at] + "#" + word[at + 1 :] for at in inner),
        *(word[:at] + "#" + word[at:] for at in range(len(word) + 1)),
        *(word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in inner[:-1]),
    }


def is_near(word: str, text: str) -> bool:
    """True if `text` begins with one of the edits, found by trying all."""

    def begins(edit: str) -> bool:
        pairs = zip(edit, text, strict=False)
        return len(edit) <= len(text) and all(a in ("#", b) for a, b in pairs)

    return any(map(begins, edits(word)))


@given(LETTERS, st.text("abcd", max_size=10))
def test_a_slip_is_one_letter_extra_wrong_missing_or_swapped(word: str, text: str) -> None:
    assert begins_with_slip(word, text) == is_near(word, text)


@given(LETTERS, st.integers(0, 40), st.sampled_from("abcd"))
def test_no_word_with_one_slip_is_missed(word: str, which: int, letter: str) -> None:
    slipped = sorted(edits(word) - {word})[which % (len(edits(word)) - 1)].replace("#", letter)

    assert found(word, [a_track(1, title=f"zz {slipped} zz", author="", album="")]) != []


def slips(text: str, word: str) -> float:
    """The slips with which a text without punctuation has a word, found by trying everything."""
    fields = [field.split(" ") for field in text.split("\n")]
    joined = {
        "".join(field[first:end])
        for field in fields
        for first in range(len(field))
        for end in range(first + 1, len(field) + 1)
    }
    if word in text or (len(word) > 3 and word in joined):
        return 0
    words = text.split()
    inside = [each[at:] for each in words if each[0] == "夜" for at in range(len(each))]
    pairs = ["".join(pair) for field in fields for pair in pairwise(filter(None, field))]
    starts = [*words, *pairs, *inside]
    return 1 if len(word) > 4 and any(is_near(word, start) for start in starts) else inf


@given(ROWS, st.text("ab -夜", max_size=14))
@example([("", "", "a\nbaa")], "abaaa")
def test_the_matches_are_those_of_a_search_that_tries_everything(
    rows: list[tuple[str, str, str]], q: str
) -> None:
    index = rows_of(rows)
    words = frozenset(q.split())
    plain = {word.replace("-", "") for word in words} - {""}
    ranks: dict[int, float] = {}
    for at, text in enumerate(index.texts):
        is_exact = all(word in text for word in words)
        rank = sum(slips(index.plain[at], word) for word in plain) if plain else inf
        ranks[at] = -1 if is_exact else rank
    best = 0 if min(ranks.values()) <= 0 else inf

    ordered = matches(index, words, range(len(rows)))

    wanted = [at for at in ranks if ranks[at] <= best and ranks[at] < inf]
    assert list(ordered) == sorted(wanted, key=ranks.__getitem__)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("don't stop", "dont stop"),
        ("mae & co\nr&b", "mae and co\nrandb"),
        ("re-mix (feat. a/b) #1!", "remix feat ab 1"),
        ("夜・明けー", "夜明けー"),
        ("हिन्दी", "हिन्दी"),
        ("می\u200cخواهم", "میخواهم"),
        ("love\u2764\ufe0f 5\u20e3", "love 5"),
        ("a\u2003b\tc", "a b c"),
        ("ke$ha+1", "keha1"),
    ],
)
def test_punctuation_goes_and_letters_digits_and_vowel_signs_stay(text: str, plain: str) -> None:
    assert without_punctuation(text) == plain
    assert without_punctuation(plain) == plain


def test_a_text_without_punctuation_is_kept_once() -> None:
    index = Index(a_snapshot(a_track(1, title="Plain"), a_track(2, title="Non-plain")))

    assert [a is b for a, b in zip(index.texts, index.plain, strict=True)] == [True, False]


HOSTILE = {
    "one long word": "a" * 80,
    "a word of every length": "abcdefghijklmnop " * 4,
    "many words with a slip": " ".join(f"rem{letter}x" for letter in "abcdefghjklmn"),
    "letters": "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    "punctuation": "!-.'" * 20,
    "signs of patterns": "(a+)+$ [x .* a{9} \\ (?:",
    "scripts without spaces": "夜" * 80,
}


@pytest.mark.parametrize("q", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_search_costs_few_calls_for_each_track(q: str) -> None:
    count = 500
    titles = ("Remix of Summer", "夜" * 40, "aaaa " * 12, "Paper Lanterns (Remix)")
    tracks = [a_track(number, title=f"{titles[number % 4]} {number}") for number in range(count)]
    index = Index(a_snapshot(*tracks))
    words = frozenset(fold(q[:80]).split())
    assert index.joined

    calls = calls_of(partial(matches, index, words, range(count)))

    assert calls < 150 * count


def test_the_table_of_characters_stays_small_whatever_callers_send() -> None:
    sizes = set()
    for start in range(0x1000, 0x9000, 80):
        without_punctuation("".join(map(chr, range(start, start + 80))))
        sizes.add(len(folding._PLAIN))

    assert max(sizes) <= 10_000
    assert without_punctuation("don't\tstop & go\n") == "dont stop and go\n"
