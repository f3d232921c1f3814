"""What the members of a cluster say together, and whether a newcomer contradicts it."""

from dataclasses import dataclass, field

from rapidfuzz import fuzz

from tiktok_music.refresh.curation.duplicates.blocks import Trust
from tiktok_music.refresh.curation.duplicates.description import Description
from tiktok_music.refresh.curation.titles.artists import are_other_guests, are_other_people
from tiktok_music.refresh.curation.titles.folding import squeeze

# TikTok's clips of one song have any length up to 60 s, so lengths tell songs apart only above.
_LONGEST_CLIP_SECONDS = 61.0
_SAME_LENGTH_SECONDS = 15.0
_SAME_LENGTH_SHARE = 0.12
_SIMILAR_SUBTITLE = 90.0
# More people than any recording has: a flood must not cost time.
_MOST_PEOPLE = 100


@dataclass(slots=True)
class Profile:
    """Everything that tells recordings apart, over all members of a cluster."""

    versions: frozenset[str]
    numbers: frozenset[str]
    people: set[str]
    guests: set[str]
    claims: set[str]
    subtitles: set[str] = field(default_factory=set)
    venues: set[str] = field(default_factory=set)
    shortest: float = float("inf")
    longest: float = 0.0

    @classmethod
    def of(cls, said: Description) -> "Profile":
        profile = cls(said.versions, said.numbers, {*said.people}, {*said.guests}, {*said.claims})
        profile.subtitles |= {squeeze(said.subtitle)} - {""}
        profile.venues |= {said.venue} - {""}
        seconds = said.candidate.duration_seconds
        if seconds > _LONGEST_CLIP_SECONDS:
            profile.shortest = profile.longest = seconds
        return profile

    def allows(self, other: "Profile", trust: Trust) -> bool:
        if trust is Trust.IDENTITY:
            return True
        if trust is Trust.RECORDING:
            return self.versions == other.versions
        if self._has_other_people(other) or not self._has_length_of(other):
            return False
        return trust is Trust.SAME_WORDS or (
            self.versions == other.versions
            and self.numbers == other.numbers
            and _go_together(self.subtitles - other.claims, other.subtitles - self.claims)
            and _go_together(self.venues, other.venues)
        )

    def _has_other_people(self, other: "Profile") -> bool:
        return are_other_people(self.people, other.people) or are_other_guests(
            self.guests, self.people, other.guests, other.people
        )

    def _has_length_of(self, other: "Profile") -> bool:
        longest = max(self.longest, other.longest)
        spread = longest - min(self.shortest, other.shortest)
        is_known = bool(self.longest and other.longest)
        return not is_known or spread <= max(_SAME_LENGTH_SECONDS, _SAME_LENGTH_SHARE * longest)

    def add(self, other: "Profile") -> None:
        if len(self.people) < _MOST_PEOPLE:
            self.people |= other.people
            self.guests |= other.guests
        self.claims |= other.claims
        self.subtitles |= other.subtitles
        self.venues |= other.venues
        self.shortest = min(self.shortest, other.shortest)
        self.longest = max(self.longest, other.longest)


def _go_together(some: set[str], others: set[str]) -> bool:
    return all(_are_alike(first, second) for first in some for second in others)


def _are_alike(first: str, second: str) -> bool:
    contains = first in second or second in first
    return contains or fuzz.ratio(first, second) >= _SIMILAR_SUBTITLE
