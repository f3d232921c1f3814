"""A publisher's day: posts are scheduled ahead, and their music is resolved when they are due.

    CATALOG_URL=https://… CATALOG_KEY_FILE=key.txt python publisher.py posts.db

A post is `scheduled`, then `resolved` or `rejected`, then `published`. Each step is stored before
the next one, so that a restart continues where the process ended, and a post whose step fails for a
transient reason keeps its state until the next turn. `publish` receives the post's id as an
idempotency key: a process that ends between publishing and storing publishes that post again.
"""

import json
import logging
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tiktok_music_client import (
    CatalogClient,
    CatalogError,
    Resolved,
    Target,
    Unresolved,
)

logger = logging.getLogger("publisher")

Publish = Callable[[str, Mapping[str, object]], None]
TURN_SECONDS = 5.0
DEADLINE_SECONDS = 60.0
POSTS_PER_TURN = 200
SCHEMA = """
CREATE TABLE IF NOT EXISTS posts (
    id TEXT PRIMARY KEY, publish_at REAL NOT NULL, mode TEXT NOT NULL, track_id TEXT,
    music TEXT, state TEXT NOT NULL DEFAULT 'scheduled', payload TEXT,
    notes TEXT NOT NULL DEFAULT ''
)
"""


class PublishFailed(Exception):
    """Raised by `publish` for a transient failure: the post is published in a later turn."""


@dataclass(frozen=True, slots=True)
class DuePost:
    id: str
    target: Target


class Schedule:
    """The posts in an SQLite file; every method is one transaction."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        with self._database:
            self._database.execute(SCHEMA)

    def close(self) -> None:
        self._database.close()

    def add(self, posts: Iterable[tuple[str, float, Target]]) -> None:
        """Schedules posts, each with its id and Unix time; an id that is known stays as it is."""
        rows = [(*post, target.mode, target.track_id, target.music) for *post, target in posts]
        with self._database:
            self._database.executemany(
                "INSERT OR IGNORE INTO posts (id, publish_at, mode, track_id, music)"
                " VALUES (?, ?, ?, ?, ?)",
                rows,
            )

    def due(self, now: float) -> list[DuePost]:
        rows = self._database.execute(
            "SELECT id, mode, track_id, music FROM posts"
            " WHERE state = 'scheduled' AND publish_at <= ? ORDER BY publish_at, id LIMIT ?",
            (now, POSTS_PER_TURN),
        )
        return [DuePost(post_id, Target(*target)) for post_id, *target in rows]

    def resolved(self) -> list[tuple[str, Mapping[str, object]]]:
        rows = self._database.execute(
            "SELECT id, payload FROM posts WHERE state = 'resolved' ORDER BY publish_at, id"
        )
        return [(post_id, json.loads(payload)) for post_id, payload in rows]

    def save_results(self, results: Iterable[tuple[str, Resolved | Unresolved]]) -> None:
        """Stores the payload and the codes of warnings, or the reasons for a rejection."""
        with self._database:
            self._database.executemany(
                "UPDATE posts SET state = ?, payload = ?, notes = ? WHERE id = ?",
                [(*_columns(result), post_id) for post_id, result in results],
            )

    def save_published(self, post_id: str) -> None:
        with self._database:
            self._database.execute("UPDATE posts SET state = 'published' WHERE id = ?", (post_id,))


def _columns(result: Resolved | Unresolved) -> tuple[str, str | None, str]:
    if isinstance(result, Resolved):
        codes = " ".join(notice.code for notice in result.warnings)
        return "resolved", json.dumps(dict(result.payload)), codes
    return "rejected", None, " ".join(issue.message for issue in result.issues)


class Publisher:
    """Takes turns over the due posts; a turn may be interrupted anywhere."""

    def __init__(self, schedule: Schedule, catalog: CatalogClient, publish: Publish) -> None:
        self._schedule = schedule
        self._catalog = catalog.with_options(deadline=DEADLINE_SECONDS)
        self._publish = publish

    def turn(self, now: float) -> None:
        """Resolves the posts that are due, and publishes all that are resolved."""
        due = self._schedule.due(now)
        try:
            results = self._catalog.resolve_each([post.target for post in due])
        except CatalogError as error:
            # Nothing is stored: the posts are due again in the next turn.
            logger.warning("%d posts wait for the catalog: %s", len(due), error)
        else:
            ids = [post.id for post in due]
            self._schedule.save_results(zip(ids, results, strict=True))
        for post_id, payload in self._schedule.resolved():
            try:
                self._publish(post_id, payload)
            except PublishFailed as error:
                logger.warning("post %s waits: %s", post_id, error)
            else:
                self._schedule.save_published(post_id)


def key_from(path: Path) -> Callable[[], str]:
    """Returns a function that reads the key anew, so that a rotation needs no restart."""
    return lambda: path.read_text().strip()


def print_post(post_id: str, payload: Mapping[str, object]) -> None:
    print(json.dumps({"post": post_id, **payload}), flush=True)


def main(database: Path, environ: Mapping[str, str]) -> None:
    logging.basicConfig(level=logging.INFO)
    key = key_from(Path(environ["CATALOG_KEY_FILE"]))
    with (
        closing(Schedule(database)) as schedule,
        CatalogClient(environ["CATALOG_URL"], key) as catalog,
    ):
        publisher = Publisher(schedule, catalog, print_post)
        while True:
            publisher.turn(time.time())
            time.sleep(TURN_SECONDS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), os.environ)
