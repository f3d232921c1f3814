"""The lines between a media plan and its batches, and the settings of both."""

import json
from typing import Any

import pytest

from tests.builders import a_candidate
from tiktok_music.adapters.media_lines import MOST_LINE_BYTES, Batch, PlanLines, batch_of, lines_of
from tiktok_music.errors import SettingsError
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.settings import MediaBatchSettings, MediaPlanSettings, RefreshSettings
from tiktok_music.track import track_id_of

PLAN = "plans/2026-11-22T060000Z/1.jsonl"


def planned(candidate: Candidate) -> Candidate:
    """The fields of a candidate that a plan carries."""
    return Candidate(
        tiktok_id=candidate.tiktok_id,
        title=candidate.title,
        author=candidate.author,
        preview_urls=candidate.preview_urls,
        cover_urls=candidate.cover_urls,
        excerpt_start_ms=candidate.excerpt_start_ms,
        chorus_start_ms=candidate.chorus_start_ms,
    )


def event_of(lines: PlanLines) -> dict[str, Any]:
    items = [json.loads(line) for line in lines.body.splitlines()]
    return {"BatchInput": {"plan": PLAN}, "Items": items}


def test_a_batch_reads_the_lines_of_a_plan() -> None:
    named = a_candidate(1, title='"Élan"\n', author="朝", excerpt_start_ms=5, chorus_start_ms=7)
    members = (named, a_candidate(2))

    lines = lines_of([members, (a_candidate(3),)])

    assert (lines.groups, lines.left_out) == (2, 0)
    assert batch_of(event_of(lines)) == Batch(
        PLAN, (tuple(planned(each) for each in members), (planned(a_candidate(3)),)), unreadable=0
    )


def test_no_group_makes_no_line() -> None:
    assert lines_of([]) == PlanLines(b"", groups=0, left_out=0)


def test_a_line_holds_the_best_members_of_a_very_long_group() -> None:
    members = [a_candidate(n, preview_urls=("http://cdn.test/" + "x" * 20_000,)) for n in range(9)]

    lines = lines_of([members])

    assert len(lines.body) <= MOST_LINE_BYTES
    assert batch_of(event_of(lines)).groups == (tuple(planned(each) for each in members[:2]),)


def test_a_candidate_too_long_for_a_line_is_left_to_the_refresh() -> None:
    long = a_candidate(1, preview_urls=("x" * MOST_LINE_BYTES,))

    assert lines_of([(long,), (a_candidate(2),)]).left_out == 1


def member(**fields: Any) -> dict[str, Any]:
    good = {"tiktokId": "7662052657323182081", "title": "A", "author": "B"}
    return {**good, "previewUrls": ["https://a.test/"], "coverUrls": [], **fields}


@pytest.mark.parametrize(
    "item",
    [
        None,
        [],
        "7662052657323182081",
        {},
        {"members": []},
        {"members": [None]},
        {"members": [member(tiktokId="../7662052657323182081")]},
        {"members": [member(tiktokId="７６６２０５")]},
        {"members": [member(tiktokId="7662052657323182081\n")]},
        {"members": [member(tiktokId=7662052657323182081)]},
        {"members": [member(title="x" * 301)]},
        {"members": [member(previewUrls="https://a.test/")]},
        {"members": [member(), member(coverUrls=[None])]},
    ],
)
def test_an_unreadable_item_is_counted_and_skipped(item: Any) -> None:
    good = {"members": [member(new="field")]}

    batch = batch_of({"BatchInput": {"plan": PLAN}, "Items": [item, good]})

    assert (batch.unreadable, len(batch.groups)) == (1, 1)
    assert batch.groups[0][0].track_id == track_id_of("7662052657323182081")


@pytest.mark.parametrize("event", [{}, [], {"Items": []}, {"BatchInput": {}, "Items": []}, None])
def test_an_invalid_batch_event_is_refused(event: Any) -> None:
    with pytest.raises(ValueError, match="not a batch of a media plan"):
        batch_of(event)


ENVIRONMENT = {
    "CATALOG_TABLE": "catalog",
    "AWS_REGION": "eu-central-1",
    "SOURCE_SECRET": "tiktok-music/source",
    "MEDIA_BASE_URL": "https://media.example.com",
    "R2_ENDPOINT_URL": "https://abc.r2.cloudflarestorage.com",
    "R2_BUCKET": "media",
    "R2_SECRET": "tiktok-music/r2",
    "PLANS_BUCKET": "plans",
}


def test_plan_and_batch_have_the_settings_of_the_refresh() -> None:
    refresh = RefreshSettings.from_env(ENVIRONMENT)

    assert MediaPlanSettings.from_env(ENVIRONMENT) == MediaPlanSettings(refresh, "plans")
    assert MediaBatchSettings.from_env(ENVIRONMENT) == MediaBatchSettings(
        catalog_table=refresh.catalog_table,
        region=refresh.region,
        media=refresh.media,
        media_policy=refresh.media_policy,
        media_hosts=refresh.media_hosts,
        allow_private_hosts=refresh.allow_private_hosts,
        refresh_every=refresh.refresh_every,
    )


def test_missing_settings_are_named() -> None:
    with pytest.raises(SettingsError, match="PLANS_BUCKET is not set"):
        MediaPlanSettings.from_env({**ENVIRONMENT, "PLANS_BUCKET": ""})
    with pytest.raises(SettingsError, match=r"CATALOG_TABLE is not set; .*; R2_SECRET is not set"):
        MediaBatchSettings.from_env({})
