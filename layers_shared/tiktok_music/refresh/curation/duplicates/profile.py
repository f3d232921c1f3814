"""Aggregates the claims of a cluster and checks a newcomer for contradictions."""

from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz import fuzz

from tiktok_music.refresh.curation.duplicates.blocks import Trust
from tiktok_music.refresh.curation.duplicates.description import Description
from tiktok_music.refresh.curation.titles.artists import (
    are_other_guests,
    are_other_people,
    is_unknown,
)
from tiktok_music.refresh.curation.titles.folding import squeeze

# TikTok's clips of one song have any length up to 60 s, so only greater lengths distinguish songs.
_LONGEST_CLIP_SECONDS = 61.0
_SAME_LENGTH_SECONDS = 15.0
_SAME_LENGTH_SHARE = 0.12
# A guest or an unknown bracket on one side only is the same recording only at the same length.
_SAME_RECORDING_SECONDS = 2.0
_SIMILAR_SUBTITLE = 90.0
# Above the number of people on any recording; bounds the time for oversized input.
_MOST_PEOPLE = 100


@dataclass(slots=True, kw_only=True)
class Profile:
    """The distinguishing claims of all members of a cluster; lengths are in seconds."""

    versions: frozenset[str]
    numbers: frozenset[str]
    people: set[str]
    guests: set[str]
    claims: set[str]
    subtitles: set[str]
    venues: set[str]
    origins: set[str]
    shortest: float = float("inf")
    longest: float = 0.0

    @classmethod
    def of(cls, description: Description) -> "Profile":
        profile = cls(
            versions=description.versions,
            numbers=description.numbers,
            people={*description.people},
            guests={*description.guests},
            claims={*description.claims},
            subtitles={squeeze(description.subtitle), description.half} - {""},
            venues={description.venue} - {""},
            origins={*description.origins},
        )
        seconds = description.candidate.duration_seconds
        if seconds > _LONGEST_CLIP_SECONDS:
            profile.shortest = profile.longest = seconds
        return profile

    def allows(self, other: "Profile", trust: Trust) -> bool:
        """True if nothing in the profiles contradicts evidence of this strength."""
        if trust is Trust.IDENTITY:
            return True
        if trust is Trust.RECORDING:
            return self.versions == other.versions
        if self._has_other_people(other) or not self._has_length_of(other):
            return False
        if not _go_together(self.origins, other.origins, _may_be_one_origin):
            return False
        return trust is Trust.SAME_WORDS or (
            self.versions == other.versions
            and self.numbers == other.numbers
            and _go_together(
                self.subtitles - other.claims, other.subtitles - self.claims, _are_alike
            )
            and _go_together(self.venues, other.venues, _are_alike)
        )

    def _has_other_people(self, other: "Profile") -> bool:
        return are_other_people(self.people, other.people) or are_other_guests(
            self.guests, self.people, other.guests, other.people
        )

    def _has_length_of(self, other: "Profile") -> bool:
        longest = max(self.longest, other.longest)
        spread = longest - min(self.shortest, other.shortest)
        is_known = bool(self.longest and other.longest)
        slack = max(_SAME_LENGTH_SECONDS, _SAME_LENGTH_SHARE * longest)
        if self._says_more_than(other) or other._says_more_than(self):
            slack = _SAME_RECORDING_SECONDS
        return not is_known or spread <= slack

    def _says_more_than(self, other: "Profile") -> bool:
        """True if a guest or a subtitle of this profile is missing from the other."""
        has_guest = any(is_unknown(guest, other.people) for guest in self.guests)
        return has_guest or bool(self.subtitles - other.subtitles - other.claims)

    def add(self, other: "Profile") -> None:
        if len(self.people) < _MOST_PEOPLE:
            self.people |= other.people
            self.guests |= other.guests
        self.claims |= other.claims
        self.subtitles |= other.subtitles
        self.venues |= other.venues
        self.origins |= other.origins
        self.shortest = min(self.shortest, other.shortest)
        self.longest = max(self.longest, other.longest)


def _go_together(some: set[str], others: set[str], are_alike: Callable[[str, str], bool]) -> bool:
    return all(are_alike(first, second) for first in some for second in others)


def _may_be_one_origin(first: str, second: str) -> bool:
    """False for "nadi" and "pahad", and for "nadi" and "nadi 2"."""
    words, others = set(first.split()), set(second.split())
    return bool(words & others) and not any(word.isdigit() for word in words ^ others)


def _are_alike(first: str, second: str) -> bool:
    contains = first in second or second in first
    return contains or fuzz.ratio(first, second) >= _SIMILAR_SUBTITLE
