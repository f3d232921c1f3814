"""Removes what is no part of a title: markup, a file's ending, emoticons, a track number."""

import re

from tiktok_music.refresh.curation.titles.folding import LONGEST, unescape

_FILE_ENDING = re.compile(
    r"(?<=\S)\.(?:mp[34]|m4[av]|wav|wave|flac|aac|ogg|oga|opus|wma|aiff?|mov|avi|mkv|webm|3gp)$",
    re.IGNORECASE,
)
_TRACK_NUMBER = re.compile(r"^0\d(?:\s*[-.]\s+|\.)(?=[^\W\d])")
_EMOTICONS = re.compile(
    r"(?:\s+(?:<[/\\]?3+|[:;=][-'^o]?[)(\]DPp3*]+|\^[_.-]?\^|xD+|XD|[TQ][_.][TQ]|uwu|owo))+"
    r"(?=\s*(?:$|[(\[|]|-\s))"
)
_AT = re.compile(r"(?<=\w)\s*@\s+(?=\w)")
# "2011 - Remaster" and "Remastered / 2011" are one remark.
_YEAR_BEFORE = re.compile(
    r"\b((?:19|20)\d\d)\s*[-–—/,]\s*(?=(?:digital\w* )?re-?master)", re.IGNORECASE
)
_YEAR_AFTER = re.compile(r"\b(re-?master\w*)\s*[-–—/,]\s*(?=(?:19|20)\d\d\b)", re.IGNORECASE)


def readable(title: str) -> str:
    """Returns the title as one line of at most 300 characters, without such additions."""
    text = " ".join(unescape(title[:LONGEST]).split())
    named = _FILE_ENDING.sub("", text)
    if named != text and " " not in named:
        named = named.replace("_", " ")
    named = _EMOTICONS.sub("", _TRACK_NUMBER.sub("", named, count=1) or named)
    named = _YEAR_AFTER.sub(r"\1 ", _YEAR_BEFORE.sub(r"\1 ", _AT.sub(" at ", named)))
    return named.strip() or text
