"""Operator overrides: deny, allow, rename. Values, no I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.name_patterns import NamePatterns
from tiktok_music.refresh.rejection import Finding, RejectionReason
from tiktok_music.track import is_tiktok_id, track_id_of


class ListKind(StrEnum):
    """`deny` rejects a sound, `allow` exempts it from the rules on words, `title` renames it.

    `deny-join` keeps a track from being published as a song of the commercial library,
    `allow-join` publishes the song that is its duplicate, or the one that it names, whatever the
    evidence.
    """

    DENY = "deny"
    ALLOW = "allow"
    TITLE = "title"
    DENY_JOIN = "deny-join"
    ALLOW_JOIN = "allow-join"


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One override, for one sound (`tiktok_id`) or for all that match a pattern.

    A pattern matches "artist - title", ignoring case; `*` matches any text. `title` is the new
    title of a `title` entry, `song` the song of an `allow-join` entry, by the id of a clip or its
    `commercial_music_id`. An entry without `expires_at` is permanent.
    """

    kind: ListKind
    reason: str
    tiktok_id: str | None = None
    _: KW_ONLY
    pattern: str | None = None
    title: str | None = None
    song: str | None = None
    expires_at: datetime | None = None

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


class _EntryIndex:
    """The entries of one kind: sounds by id, and patterns."""

    def __init__(self, entries: Sequence[ListEntry], kind: ListKind) -> None:
        chosen = [(position, each) for position, each in enumerate(entries) if each.kind is kind]
        patterns = {at: each.pattern for at, each in chosen if each.pattern is not None}
        self._by_sound: dict[str, int] = {}
        for position, each in chosen:
            if each.tiktok_id is not None:
                self._by_sound.setdefault(each.tiktok_id, position)
        self._patterns = NamePatterns(patterns) if patterns else None

    def first(self, candidate: Candidate) -> int | None:
        """The position of the first entry that applies to a candidate."""
        by_id = (
            [self._by_sound.get(each, -1) for each in (candidate.tiktok_id, candidate.track_id)]
            if self._by_sound
            else []
        )
        found = [position for position in by_id if position >= 0]
        if self._patterns is not None:
            match = self._patterns.first_match(f"{candidate.author} - {candidate.title}")
            found += [] if match is None else [match]
        return min(found, default=None)


@dataclass(frozen=True, slots=True)
class OperatorLists:
    """The operator overrides that are in force at one time."""

    entries: tuple[ListEntry, ...] = ()
    _indexes: dict[ListKind, _EntryIndex] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        indexes = {kind: _EntryIndex(self.entries, kind) for kind in ListKind}
        object.__setattr__(self, "_indexes", indexes)

    @classmethod
    def at(cls, entries: Iterable[ListEntry], now: datetime) -> "OperatorLists":
        """Drops the entries that have expired."""
        return cls(tuple(entry for entry in entries if not entry.has_expired(now)))

    def renamed(self, candidate: Candidate) -> Candidate:
        """Applies the operator's title, if there is one."""
        entry = self._first(ListKind.TITLE, candidate)
        return candidate if entry is None else with_title(candidate, entry.title or "")

    def titles(self) -> dict[str, str]:
        """The operator's titles by track id."""
        renaming = [each for each in self.entries if each.kind is ListKind.TITLE]
        titles: dict[str, str] = {}
        for entry in renaming:
            sound = entry.tiktok_id or ""
            track_id = track_id_of(sound) if is_tiktok_id(sound) else sound
            titles.setdefault(track_id, entry.title or "")
        return titles

    def judge_denied(self, candidate: Candidate) -> Finding | None:
        """Rejects a candidate that an entry denies."""
        entry = self._first(ListKind.DENY, candidate)
        if entry is None:
            return None
        return Finding(RejectionReason.DENIED, f"denied by the operator: {entry.reason}")

    def allows(self, candidate: Candidate) -> bool:
        """True if the candidate is exempt from the rules on words."""
        return self._first(ListKind.ALLOW, candidate) is not None

    def denies_join(self, candidate: Candidate) -> bool:
        return self._first(ListKind.DENY_JOIN, candidate) is not None

    def allowed_join(self, candidate: Candidate) -> ListEntry | None:
        return self._first(ListKind.ALLOW_JOIN, candidate)

    def _first(self, kind: ListKind, candidate: Candidate) -> ListEntry | None:
        position = self._indexes[kind].first(candidate)
        return None if position is None else self.entries[position]


def with_title(candidate: Candidate, title: str) -> Candidate:
    """The candidate under the operator's title; upstream's is kept beside it."""
    upstream_title = candidate.upstream_title or candidate.title
    return replace(candidate, title=title, upstream_title=upstream_title)


NO_LISTS = OperatorLists()
