"""Facts about a song for people, from the sources' rows: themes, genres, release date, links."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

# More are no description any more.
MOST_WORDS = 20
_NOT_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Themes and genres in our spelling (`hip-hop-rap`), sorted; the ids of two music services.

    `released_on` is an ISO 8601 date, empty if unknown, as the ids are.
    """

    themes: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    released_on: str = ""
    apple_music_id: str = ""
    spotify_id: str = ""

    def joined_with(self, other: "About") -> "About":
        """These facts; those of `other` where a fact is missing."""
        return About(
            **{
                part.name: getattr(self, part.name) or getattr(other, part.name)
                for part in fields(self)
            }
        )

    def links(self) -> dict[str, str]:
        """Addresses by service, made of the ids alone."""
        links = {
            "appleMusic": ("https://music.apple.com/song/", self.apple_music_id),
            "spotify": ("https://open.spotify.com/track/", self.spotify_id),
        }
        return {name: base + song_id for name, (base, song_id) in links.items() if song_id}


def about_from(stored: Mapping[str, Any]) -> About:
    """Reads the stored form; ignores fields of a newer release, and values of another type."""
    known: dict[str, Any] = {}
    for part in fields(About):
        value = stored.get(part.name)
        if isinstance(part.default, tuple) and isinstance(value, list | tuple):
            known[part.name] = tuple(each for each in value if isinstance(each, str))
        elif isinstance(part.default, str) and isinstance(value, str):
            known[part.name] = value
    return About(**known)


def words_of(names: Iterable[str]) -> tuple[str, ...]:
    """Names of themes or genres in our spelling: lower case, hyphens for all other characters."""
    words = {_NOT_WORD.sub("-", name.lower()).strip("-") for name in names}
    return tuple(sorted(words - {""}))
