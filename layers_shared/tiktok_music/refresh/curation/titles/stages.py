"""Recognises performances, dedications, seasons and soundtracks in a part of a title."""

import re
from functools import cache

from tiktok_music.refresh.curation.titles.tables import read_phrases


def is_staged(folded: str) -> bool:
    """True for "live berlin" and "wembley live", but not for "live your life" or "long live"."""
    words = folded.split()
    stage = read_phrases("stages.txt")
    is_named = words[0] in stage["live"] or words[-1] in stage["live"]
    return (is_named or _event().search(folded) is not None) and not any(
        word in stage["speech"] for word in words
    )


@cache
def _event() -> re.Pattern[str]:
    events = sorted(read_phrases("stages.txt")["event"], key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(events)})(?!\S)")


@cache
def dedication() -> re.Pattern[str]:
    """Matches "avicii tribute", a song for somebody; "tribute to avicii" is a cover."""
    stage = read_phrases("stages.txt")
    return re.compile(rf"\S (?:{'|'.join(stage['homage'])})$|^(?:{'|'.join(stage['memory'])}) ")


@cache
def season() -> re.Pattern[str]:
    """Matches "season 5" of a show, in which a song was sung or played."""
    seasons = "|".join(read_phrases("stages.txt")["season"])
    return re.compile(rf"\S (?:{seasons}) \d{{1,3}}$|\S \d{{1,3}} (?:{seasons})$|^s\d\de\d\d$")


@cache
def soundtrack() -> re.Pattern[str]:
    """Matches the word for a soundtrack; the rest of the part names the film."""
    return re.compile(rf"(?<!\S)(?:{'|'.join(read_phrases('stages.txt')['soundtrack'])})(?!\S)")
