"""Splitting of titles into parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_music.refresh.curation.titles.parts import TitleParts, parse_title, spoken_title

NASTY_TITLES = (
    "",
    "   ",
    "((((((",
    ")",
    "🖤🔥",
    "\ud83d",
    r"\ud83d \u00f1 \uZZZZ",
    "\u202eשלום\u202c",
    "feat.",
    "(feat. )",
    "- - -",
    "「」",
    "***",
    "(" * 10_000,
    " " * 10_000,
    "feat " * 2_000,
    "- " * 5_000,
    "a\u0301" * 5_000,
    "remix " * 2_000,
)


def test_a_title_is_split_into_all_its_parts() -> None:
    title = "Good Form (Nicki's Song) [feat. Lil Wayne & YG] - Live at Wembley / Remastered 2011"

    parts = parse_title(title)

    assert parts == TitleParts(
        core="Good Form",
        subtitles=("Nicki's Song",),
        versions=frozenset({"live"}),
        venue="wembley",
        credits=("Lil Wayne", "YG"),
    )


@pytest.mark.parametrize(
    ("title", "versions"),
    [
        ("Snowfall (sped-up)", {"sped up"}),
        ("Snowfall - Speed Up Version", {"sped up"}),
        ("Snowfall sped up", {"sped up"}),
        ("Метель (ускоренная версия)", {"sped up"}),
        ("有何不可（加速版）", {"sped up"}),
        ("Fainted - Ultra Slowed", {"ultra slowed"}),
        ("After Dark (slowed + reverb)", {"slowed", "reverb"}),
        ("Roses - Imanbek Remix", {"remix:imanbek"}),
        ("Savage Remix (feat. Beyoncé)", {"remix"}),
        ("Waves - Robin Schulz Radio Edit", {"remix:robin schulz"}),
        ("Sugar (House Remix)", {"house"}),
        ("Infiel - Ao Vivo", {"live"}),
        ("Zitti E Buoni (dal vivo)", {"live"}),
        ("群青 (ライブ)", {"live"}),
        ("Style (Taylor’s Version) [From The Vault]", {"version:taylors"}),
        ("Hayya Hayya - Versión en Español", {"language:es"}),
        ("FAKE LOVE -Japanese ver.-", {"language:ja"}),
        ("La Flaca (Versión Acústica)", {"acoustic"}),
        ("アイドル (カラオケ)", {"karaoke"}),
        ("凄美地 (伴奏)", {"instrumental"}),
        ("Bones x Enemy (Mashup)", {"mashup"}),
        ("Thriller - 1984 Version", {"version:1984"}),
        ("Wellerman - Sea Shanty / 220 KID x Billen Ted Remix", {"remix:220 billen kid ted"}),
        ("Miami 2 Ibiza - Swedish House Mafia vs. Tinie Tempah", set()),
        ("I Need a Girl (Part Two)", set()),
        ("Song (part. Anitta)", set()),
        ("Mockingbird (Drill)", {"drill"}),
        ("Now And Then - 2023 Mix", {"remix:2023"}),
        ("Thriller - Edit", {"edit"}),
        ("Valerie (Reimagined)", {"reimagined"}),
    ],
)
def test_a_version_is_recognised_in_brackets_after_dashes_and_in_other_languages(
    title: str, versions: set[str]
) -> None:
    assert parse_title(title).versions == versions


@pytest.mark.parametrize(
    "title",
    [
        "Dreams (2004 Remaster)",
        "Dreams - Remasterizado 2019",
        "Dreams (Official Music Video)",
        "Dreams | Video Oficial",
        "Dreams (Официальный клип)",
        "Dreams [Explicit]",
        "Dreams - Radio Edit",
        "Dreams (Original Mix)",
        "Dreams - Single Version",
        "Dreams (Bonus Track)",
        'Dreams (From the Motion Picture "Barbie")',
        "Dreams (from Moana)",
        "Dreams (Prod. SUGA of BTS)",
        "Dreams feat. Someone",
        "Dreams #fyp #viral",
        "Dreams (with Ann Lee)",
    ],
)
def test_credits_and_remarks_leave_the_core_alone(title: str) -> None:
    parts = parse_title(title)

    found = (parts.core, parts.versions, parts.tails, parts.subtitles)
    assert found == ("Dreams", frozenset(), (), ())


def test_a_producer_is_no_guest() -> None:
    assert parse_title("Dreams (feat. Ann) [Prod. SUGA]").credits == ("Ann",)


@pytest.mark.parametrize("title", ["Remix", "Sped Up", "Live", "Official Video"])
def test_a_word_for_a_version_is_the_title_when_it_stands_alone(title: str) -> None:
    assert parse_title(title) == TitleParts(core=title)


@pytest.mark.parametrize(
    ("title", "core", "subtitles"),
    [
        ("(I Can't Get No) Satisfaction", "Satisfaction", ("I Can't Get No",)),
        ("All I Want (With You)", "All I Want", ("With You",)),
        ("Song (Live Your Life)", "Song", ("Live Your Life",)),
        ("A Thousand Years (Part 2)", "A Thousand Years Part 2", ()),
        ("[Intro]", "[Intro]", ()),
    ],
)
def test_an_unexplained_bracket_is_a_subtitle_and_a_number_belongs_to_the_core(
    title: str, core: str, subtitles: tuple[str, ...]
) -> None:
    parts = parse_title(title)

    assert (parts.core, parts.subtitles) == (core, subtitles)


@pytest.mark.parametrize(
    ("title", "spoken"),
    [
        ("Déjà Vu (feat. Someone) [Sped Up]", "Déjà Vu"),
        ("Savage Love (Laxed - Siren Beat)", "Savage Love (Laxed - Siren Beat)"),
        ("Bad Boy - Radio Edit", "Bad Boy"),
        ("sonido original - Karen", "Karen"),
        ("som original", ""),
        ("Ma\\u00f1ana (Remix)", "Mañana"),
        ("Nhạc nền chill", "Nhạc nền chill"),
    ],
)
def test_the_spoken_title_keeps_the_spelling_and_leaves_what_is_not_the_title(
    title: str, spoken: str
) -> None:
    assert spoken_title(title) == spoken


@pytest.mark.parametrize("title", NASTY_TITLES)
def test_any_title_can_be_read(title: str) -> None:
    assert isinstance(parse_title(title), TitleParts)
    assert isinstance(spoken_title(title), str)


@given(st.text(max_size=80))
def test_any_text_has_parts_and_a_core_unless_it_is_blank(title: str) -> None:
    parts = parse_title(title)

    assert bool(parts.core) or not title.strip()
