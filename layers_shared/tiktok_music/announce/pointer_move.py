"""Decides which pointer writes are announced. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from tiktok_music.snapshot import Descriptor, Pointer


class Cause(StrEnum):
    """The writer of a pointer move; `withdrawal` is a takedown from the served list."""

    REFRESH = "refresh"
    ROLLBACK = "rollback"
    WITHDRAWAL = "withdrawal"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerMove:
    """Describes a change of the served list; `previous` is None for the first one."""

    current: Descriptor
    previous: Descriptor | None
    cause: Cause
    fence: int


def pointer_move(old: Pointer | None, new: Pointer | None) -> PointerMove | None:
    """The move between two stored pointers; None if the same content is served as before.

    A pin, an unpin and a publication of the same bytes serve nothing new.
    """
    if new is None or (old is not None and old.current.sha256 == new.current.sha256):
        return None
    return PointerMove(
        current=new.current,
        previous=old.current if old else None,
        cause=_cause(old, new),
        fence=new.fence,
    )


def _cause(old: Pointer | None, new: Pointer) -> Cause:
    """Only an operator's move has a fence above that of its version; a takedown's is a new one."""
    if new.fence == new.current.fence:
        return Cause.REFRESH
    known = {each.version for each in (old.current, *old.history)} if old else set()
    is_new = old is not None and new.current.version not in known
    return Cause.WITHDRAWAL if is_new else Cause.ROLLBACK
