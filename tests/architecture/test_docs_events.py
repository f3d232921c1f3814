"""The examples of docs/events.md have the form of the events that are sent."""

import json
import re
from pathlib import Path
from typing import Any

import yaml
from moto.events.models import EventPattern

from tests.architecture.test_template import Template
from tests.builders import a_descriptor
from tiktok_music.adapters.event_bus import SOURCE
from tiktok_music.announce.events import ChangeCounts, refreshed_event, refused_event
from tiktok_music.announce.pointer_move import Cause, PointerMove

PAGE = (Path(__file__).parents[2] / "docs/events.md").read_text()
MOVE = PointerMove(current=a_descriptor(2), previous=a_descriptor(1), cause=Cause.REFRESH, fence=2)
RUN = {"scheduledAt": "2026-11-28T12:00:00+00:00", "startedAt": "2026-11-28T12:00:07+00:00"}
SENT = [
    refreshed_event("default", MOVE, ChangeCounts(added=9, removed=7, moved=131, retired=0)),
    refused_event("default", {**RUN, "reason": "FLOOR: few", "rows": 9, "accepted": 3}),
]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def on_the_bus(number: int) -> Any:
    event = SENT[number]
    return {"source": SOURCE, "detail-type": event.detail_type, "detail": dict(event.detail)}


def test_the_examples_have_the_members_of_the_events() -> None:
    examples = [json.loads(block) for block in blocks("json")]

    shapes = [(each["source"], each["detail-type"], list(each["detail"])) for each in examples]
    assert shapes == [(SOURCE, each.detail_type, list(each.detail)) for each in SENT]


def test_the_table_explains_every_member_and_cause() -> None:
    table = PAGE.partition("| member |")[2].partition("\n\n")[0]
    named = [
        name
        for row in re.findall(r"^\| (`.+?`) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    ]

    assert named == [name for name in SENT[0].detail if name != "version"]
    assert {cause for cause in Cause if f"`{cause}`" not in table} == set()


def test_the_rules_select_refreshes_and_not_refusals() -> None:
    parsed = [yaml.load(block, Template) for block in blocks("yaml")]
    patterns = [
        json.loads(re.findall(r"--event-pattern '(.+?)'", PAGE)[0]),
        parsed[0]["Refreshed"]["Properties"]["Events"]["Catalog"]["Properties"]["Pattern"],
        parsed[1]["PartnerRule"]["Properties"]["EventPattern"],
    ]

    for pattern in patterns:
        rule = EventPattern.load(json.dumps(pattern))
        assert [rule.matches_event(on_the_bus(number)) for number in (0, 1)] == [True, False]
