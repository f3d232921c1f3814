"""The lease of a refresh, for commands that write what a refresh would overwrite."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

from ops.deployment import Deployment
from tiktok_music.errors import LeaseHeld

# Enough for a dozen reads and writes; a refresh that starts meanwhile is retried.
LEASE_SECONDS = 120.0


@contextmanager
def exclusive(deployment: Deployment, command: str, held: str | None) -> Iterator[bool]:
    """Holds the refresh lease, as a refresh overwrites archive records with those it has read.

    Yields whether the lease is held; raises LeaseHeld with the message `held`, if one is given and
    a refresh has the lease.
    """
    holder = f"{command}-{uuid4()}"
    try:
        deployment.publisher.acquire_lease(holder, datetime.now(UTC), LEASE_SECONDS)
    except LeaseHeld as exc:
        if held is not None:
            raise LeaseHeld(held) from exc
        yield False
        return
    try:
        yield True
    finally:
        deployment.publisher.release_lease(holder)
