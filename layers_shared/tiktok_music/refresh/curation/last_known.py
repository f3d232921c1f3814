"""Keeps the facts of a sound that upstream leaves out today, for a while.

A missing value is no news: one row without a count, album or commerce flag must not change the
catalog. The archive has the time at which upstream last gave each fact.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tiktok_music.archive import TrackRecord
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.curation.languages.rule import LanguageSource

# Fact of a track -> the field of a candidate that upstream gives it in.
FACTS: Mapping[str, str] = {
    "author": "author",
    "album": "album",
    "language": "language_name",
    "user_count": "user_count",
    "is_commerce_music": "is_commerce_music",
}
KEPT_FOR = timedelta(days=28)
# The times are written this often, as a record is not rewritten in every run.
RENEWED_AFTER = timedelta(days=14)


def with_last_known(
    candidate: Candidate,
    record: TrackRecord | None,
    row: Mapping[str, object],
    now: datetime,
) -> Candidate:
    """Fills the silent facts of a candidate from its own record and its row in the served list."""
    silent = frozenset(fact for fact, name in FACTS.items() if _is_silent(candidate, name))
    known: dict[str, Any] = {"is_commerce_music": bool(candidate.is_commerce_music)}
    if record is not None:
        facts = known_facts(record)
        users = row.get("userCount")
        facts["user_count"] = users if isinstance(users, int) else record.user_count
        known |= {FACTS[fact]: facts[fact] for fact in silent if _is_kept(fact, record, now)}
    return replace(candidate, **known, silent=silent)


def known_facts(record: TrackRecord) -> dict[str, Any]:
    """The facts of a record as a candidate has them; a guessed language is no fact."""
    is_given = record.language_source == LanguageSource.UPSTREAM
    return {
        "author": record.author,
        "album": record.album,
        "language": record.language if is_given else None,
        "user_count": record.user_count,
        "is_commerce_music": record.is_commerce_music,
    }


def _is_silent(candidate: Candidate, name: str) -> bool:
    """True for a missing value; False is a value of the commerce flag."""
    value = getattr(candidate, name)
    return value is not False and value in (None, "", 0)


def _is_kept(fact: str, record: TrackRecord, now: datetime) -> bool:
    """False once the fact is too old; a record of an earlier release has no times yet."""
    return now - record.facts_at.get(fact, now) < KEPT_FOR


def facts_at(
    candidate: Candidate, known: Mapping[str, datetime], now: datetime
) -> Mapping[str, datetime]:
    """The times at which upstream last gave each fact; `known` as it is while all are recent.

    A fact without a time was known to an earlier release; its time starts now.
    """
    given = FACTS.keys() - candidate.silent
    if FACTS.keys() == known.keys() and all(_is_recent(known[fact], now) for fact in given):
        return known
    return {fact: now if fact in given else known.get(fact, now) for fact in FACTS}


def _is_recent(moment: datetime, now: datetime) -> bool:
    return timedelta() <= now - moment < RENEWED_AFTER
