"""A client of the API over time: it pages, follows `changes`, and looks at movement.

It expects what a log of the served lists says, which knows nothing of versions' bases, cursors or
fences.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.api_world import LIST, World
from tests.life.figures import Figures

# A run is late by a quarter of the interval at most.
INTERVAL = timedelta(hours=9)
PAGE = 30
MOST_IDS = 50
ORDERS = ("popular", "rising", "title")


@dataclass(frozen=True, slots=True)
class Served:
    """A list as it was served from a moment on."""

    since: datetime
    version: str
    published_at: datetime
    rows: Mapping[str, Mapping[str, Any]]


@dataclass
class Paging:
    """A search that is read page by page, one page after each run."""

    order: str
    expected: Served
    cursor: str
    ids: list[str]


@dataclass
class Client:
    """`departure` is the model's reason why a song left the list."""

    world: World
    figures: Figures
    departure: Callable[[str], str]
    log: list[Served] = field(default_factory=list)
    mirror: dict[str, dict[str, Any]] = field(default_factory=dict)
    mirrored: str | None = None
    paging: Paging | None = None

    def note(self, served: Served) -> None:
        """Logs a list; the same version again is no news."""
        if not self.log or self.log[-1].version != served.version:
            self.log.append(served)

    def visit(self, slot: int) -> None:
        """One visit of the client, after a run."""
        self.world.now = self.log[-1].since.timestamp() + 3_600
        self._check_movement(slot)
        self._follow_changes(slot)
        self._read_page(slot)

    def _get(self, path: str) -> tuple[int, dict[str, Any], str]:
        self.world.now += 61
        answer = self.world.get(f"{LIST}{path}")
        return answer.status, json.loads(answer.body), answer.headers["x-catalog-snapshot"]

    def _check_movement(self, slot: int) -> None:
        """`isNew` and `previousRank`, for all listed tracks."""
        now = self.log[-1]
        before = self._served_at(now.published_at - INTERVAL)
        previous = {each: rank for rank, each in enumerate(before.rows if before else (), 1)}
        ids = list(now.rows)
        for start in range(0, len(ids), MOST_IDS):
            _, body, _ = self._get(f"/batch?ids={','.join(ids[start : start + MOST_IDS])}")
            for track in body["tracks"]:
                if track["status"] != "active":
                    continue
                self.figures.checked["isNew and previousRank"] += 1
                found = track["isNew"], track["previousRank"]
                expected = track["id"] not in previous, previous.get(track["id"])
                if found != expected:
                    example = f"{slot}: {track['id']} {found}, not {expected}"
                    self.figures.violate("isNew or previousRank is wrong", example)

    def _served_at(self, moment: datetime) -> Served | None:
        """The list served then; the first one if there was none, None for the first one itself."""
        older = [each for each in self.log if each.since <= moment]
        first = self.log[0] if self.log[0].version != self.log[-1].version else None
        return older[-1] if older else first

    def _follow_changes(self, slot: int) -> None:
        """Applies `changes` to a copy of the list every third slot, and compares the copy."""
        now = self.log[-1]
        if self.mirrored is None:
            self.mirror = ranked(now.rows)
        elif slot % 3:
            return
        else:
            status, body, _ = self._get(f"/changes?since={self.mirrored}")
            if status != 200:
                self.figures.violate("changes are not available", f"{slot}: {self.mirrored}")
                self.mirrored = None
                return
            self._apply(slot, body)
        self.mirrored = now.version
        self.figures.checked["changes"] += 1
        if self.mirror != ranked(now.rows):
            self.figures.violate("changes do not lead to the list", f"{slot}: {now.version}")
            self.mirror = ranked(now.rows)

    def _apply(self, slot: int, body: dict[str, Any]) -> None:
        for each in body["removed"]:
            del self.mirror[each["id"]]
            if each["reason"] != self.departure(each["id"]):
                self.figures.violate("a removal has a wrong reason", f"{slot}: {each}")
        for each in body["moved"]:
            self.mirror[each["id"]]["rank"] = each["rank"]
        for each in (*body["added"], *body["updated"]):
            row = {name: value for name, value in each.items() if name != "changed"}
            self.mirror[each["id"]] = without_count(row)

    def _read_page(self, slot: int) -> None:
        if self.paging is None:
            order = ORDERS[slot % len(ORDERS)]
            _, body, _ = self._get(f"?sort={order}&limit={PAGE}")
            ids = [row["id"] for row in body["tracks"]]
            self.paging = Paging(order, self.log[-1], body["nextCursor"] or "", ids)
        else:
            paging = self.paging
            path = f"?sort={paging.order}&limit={PAGE}&cursor={paging.cursor}"
            status, body, version = self._get(path)
            if status != 200 or version != paging.expected.version:
                self.figures.violate("a cursor is lost", f"{slot}: {status} {paging.order}")
                self.paging = None
                return
            paging.ids += [row["id"] for row in body["tracks"]]
            paging.cursor = body["nextCursor"] or ""
        if not self.paging.cursor:
            self._check_pages(slot, self.paging)
            self.paging = None

    def _check_pages(self, slot: int, paging: Paging) -> None:
        self.figures.checked["paged lists"] += 1
        expected = list(paging.expected.rows)
        in_order = paging.order != "popular" or paging.ids == expected
        if sorted(paging.ids) != sorted(expected) or not in_order:
            self.figures.violate("pages repeat or lose tracks", f"{slot}: {paging.order}")


def ranked(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The list as `changes` tells it: with ranks, without user counts."""
    return {
        track_id: without_count({**row, "rank": rank})
        for rank, (track_id, row) in enumerate(rows.items(), 1)
    }


def without_count(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "userCount"}
