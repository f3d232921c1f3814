"""Names of artists: how a line of names is split, and the forms in which names are compared."""

import re

from tiktok_music.refresh.folding import fold, squeeze

# What credit lines join names with. "and" and its sisters also stand inside names of bands; a name
# that is split by mistake still meets its other spelling, which is split by the same mistake.
_BETWEEN_NAMES = re.compile(
    r"\s*[,;&/|+×、，＆；／•·]\s*"
    r"|\s+(?:x|feat\.?|ft\.?|featuring|with|vs\.?|versus|and|und|y|e|et|con|og|och|ja|ve|dan|(?-i:i)|и|та"
    r"|pres\.?|presents)\s+"
    r"|\s*[()\[\]（）【】]\s*|\s+[-–—]\s+|:\s+",
    re.IGNORECASE,
)
_STAGE_SUFFIX = re.compile(r"(?<=\w\w\w)(?: ?vevo| official(?: artist)?| oficial| officiel| topic)$")
_STAGE_PREFIX = re.compile(r"^the (?=\w)")
# A part that starts so names somebody's band or a byname ("Tyler, The Creator"), not an artist.
_BYNAME = re.compile(r"(?:the|his|her|their|su|sus|los|las|la|el|die|der|le|les|seine|orchestra)\b")
# Words that are parts of many names and of no single one.
_COMMON_WORDS = frozenset(
    "earth wind fire water band boys girls kids friends family machine crew gang squad king queen "
    "prince dj mc mr mrs lil young big baby black white red blue love life soul heart music sound "
    "sounds beats records official topic vevo cast choir orchestra chorus group trio duo original "
    "artist more others co company sons brothers sisters various mama papa one two three he she "
    "my me you the piano guitar audio lyrics video remix cover sped up slowed reverb nightcore "
    "spedup spedupsongs spedupnightcore spedupslowed tazzy".split()
)
_NOBODY = frozenset(
    "variousartists various unknown unknownartist artist tiktok music originalsound na none null "
    "varios variosartistas artistavariados diversartistes verschiedenekunstler user".split()
)
# Uploaders who play other people's songs, or play with them.
_PLAYS_OTHERS_SONGS = re.compile(
    r"(?<!\S)(?:piano\w*|karaoke\w*|covers?|tribute\w*|lullab\w*|instrumentals?|orchestra|strings?"
    r"|guitar\w*|violin\w*|viola|kids|kidz|lofi|lo fi|8 bit|8bit|music box|choir|acoustic\w*|sing"
    r"|sped|speed|slowed|nightcore|remix\w*|mashups?|dj)(?!\S)"
)
# More names than any song has: a flood must not cost time.
_MOST_NAMES = 24


def split_artists(line: str) -> tuple[str, ...]:
    """The names in a credit line, in their order and spelling; wrong for bands called "A and B"."""
    names = (name.strip() for name in _BETWEEN_NAMES.split(line)[: 2 * _MOST_NAMES])
    return tuple(name for name in names if name)[:_MOST_NAMES]


def artist_key(name: str) -> str:
    """One name as it is compared: "LadyGagaVEVO" and "Lady Gaga" are "ladygaga"."""
    folded = _STAGE_SUFFIX.sub("", fold(name.strip().removeprefix("@")))
    return squeeze(_STAGE_PREFIX.sub("", folded))


def artist_keys(line: str) -> frozenset[str]:
    """Every name by which the artists of a line can be recognised; empty when it names nobody.

    The whole line is one, then each part but bynames, backing bands and words of many names.
    """
    whole = artist_key(line)
    keys = {whole}
    for name in split_artists(line):
        key = artist_key(name)
        if key not in _COMMON_WORDS and not _BYNAME.match(fold(name)):
            keys.add(key)
    return frozenset(key for key in keys if key and key not in _NOBODY)


def name_keys(line: str) -> frozenset[str]:
    """The keys of the split names alone, bynames included: who is on the recording."""
    keys = (artist_key(name) for name in split_artists(line))
    return frozenset(key for key in keys if key and key not in _NOBODY)


def primary_artist(line: str) -> str:
    """The key of the artist who is named first, for keys of works."""
    names = split_artists(line)
    return artist_key(names[0]) if names else ""


def are_other_people(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether each side names somebody whom the other does not know under any spelling.

    One list may be shorter than the other (guests are often left out), so extra names count only
    when both sides have them.
    """
    return any(_unknown_to(others, name) for name in some) and any(
        _unknown_to(some, name) for name in others
    )


def _unknown_to(names: frozenset[str], name: str) -> bool:
    return bool(names) and not any(name in other or other in name for other in names)


def plays_others_songs(line: str) -> bool:
    """Whether a name tells of covers, karaoke or edits: its uploads are not the original."""
    return _PLAYS_OTHERS_SONGS.search(fold(line)) is not None
