"""The client for Python services against the local run, and its README's example."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local_process import LocalRun
from tiktok_music_client import (
    AsyncCatalogClient,
    CatalogClient,
    Changes,
    ForbiddenScope,
    Key,
    NotFound,
    Target,
    Unauthenticated,
    ValidationFailed,
)

README = Path(__file__).parents[2] / "clients/python/README.md"
NEVER = "00000000-0000-4000-8000-000000000000"


def client_of(local_run: LocalRun, key: str) -> CatalogClient:
    return CatalogClient(local_run.facts["baseUrl"], local_run.facts["keys"][key])


@pytest.fixture
def catalog(local_run: LocalRun) -> Iterator[CatalogClient]:
    with client_of(local_run, "publishWrite") as client:
        yield client


def test_an_unchanged_list_is_the_same_object(catalog: CatalogClient) -> None:
    listing = catalog.list()

    assert (listing.total, len(listing.tracks)) == (18, 18)
    assert listing.tracks[0].title == "Paper Lanterns"
    assert catalog.list() is listing


def test_all_pages_are_the_list(catalog: CatalogClient) -> None:
    pages = list(catalog.pages(limit=5))

    assert [len(page.tracks) for page in pages] == [5, 5, 5, 3]
    assert tuple(track for page in pages for track in page.tracks) == catalog.list().tracks


def test_a_search_filters(catalog: CatalogClient) -> None:
    found = catalog.search(
        q="PLAYA manana",
        languages=["es"],
        min_duration=1,
        max_duration=99,
        sort="title",
        facets=True,
    )

    assert [track.title for track in found.tracks] == ["Mañana en la Playa"]
    assert found.facets is not None
    assert found.facets.language == {"es": 1}


def test_a_search_forgives(catalog: CatalogClient) -> None:
    def titles(q: str) -> list[str]:
        return [track.title for track in catalog.search(q=q).tracks]

    forms = ["paperlanterns", "paper-lanterns", '"Paper Lanterns"', "lantrens", "papre lantrens"]
    assert [titles(q) for q in forms] == [["Paper Lanterns"]] * 5
    assert titles("mae and co") == titles("Mae & Co") == ["Sunset Drive", "Bright Side (Acoustic)"]


def test_a_track_is_found_by_id_and_by_link(catalog: CatalogClient) -> None:
    listed = catalog.list().tracks[0]

    track = catalog.track(listed.id)

    assert (track.title, track.rank, track.status) == (listed.title, 1, "active")
    assert catalog.by_link(track.tiktok_music_link) == track
    assert catalog.by_link(track.tiktok_music_id) == track
    found = catalog.batch([listed.id, NEVER])
    assert (found.tracks, found.unknown) == ((track,), (NEVER,))


def test_nothing_changed_since_the_version_of_the_list(catalog: CatalogClient) -> None:
    version = catalog.list().version

    nothing = Changes(since=version, version=version, added=(), removed=(), moved=(), updated=())
    assert catalog.changes(version) == nothing


def test_targets_are_resolved_in_their_order(catalog: CatalogClient) -> None:
    track = catalog.track(catalog.list().tracks[0].id)
    targets = [Target("managed", track.id), Target("publish", track.id), Target("managed")]

    managed, publish, auto = catalog.resolve(targets)

    assert managed.payload == {"tiktokMusicLink": track.tiktok_music_link}
    assert [notice.code for notice in publish.warnings] == ["DEGRADED_TO_AUTO"]
    assert (auto.payload, auto.warnings) == ({"auto_add_music": True}, ())


def test_whoami_and_health_are_returned(catalog: CatalogClient) -> None:
    key, health = catalog.whoami(), catalog.health()

    assert key == Key(
        organization_id="org_local",
        organization_name="Local",
        scopes=("publish:read", "publish:write"),
        rate_limit_tier="partner",
        api_key_id=key.api_key_id,
        environment=key.environment,
    )
    assert health.snapshot is not None
    assert (health.status, health.snapshot.version) == ("ok", catalog.list().version)
    assert health.snapshot.published_at.utcoffset() is not None


def test_a_test_key_reads_the_sandbox(local_run: LocalRun) -> None:
    with client_of(local_run, "test") as sandbox:
        listing, health = sandbox.list(), sandbox.health()

    assert len(listing.tracks) == 6
    assert health.snapshot is not None


def test_api_errors_have_their_class_and_the_request_id(local_run: LocalRun) -> None:
    with client_of(local_run, "revoked") as revoked, pytest.raises(Unauthenticated) as caught:
        revoked.list()
    assert re.fullmatch(r"req_[0-9A-Z]{26}", caught.value.request_id)

    with client_of(local_run, "publishRead") as reader:
        with pytest.raises(ForbiddenScope) as denied:
            reader.resolve([Target("managed")])
        assert denied.value.required_scope == "publish:write"
        with pytest.raises(NotFound):
            reader.track(NEVER)
        with pytest.raises(ValidationFailed) as wrong:
            reader.search(limit=101)
        assert [path for path, _ in wrong.value.issues] == ["limit"]


def test_the_async_client_returns_the_same(local_run: LocalRun, catalog: CatalogClient) -> None:
    async def titles() -> list[str]:
        key = local_run.facts["keys"]["publishWrite"]
        async with AsyncCatalogClient(local_run.facts["baseUrl"], key) as client:
            return [track.title async for track in client.tracks(limit=7)]

    assert asyncio.run(titles()) == [track.title for track in catalog.list().tracks]


def test_the_example_of_the_readme_runs(
    local_run: LocalRun, capsys: pytest.CaptureFixture[str]
) -> None:
    example = README.read_text().partition("```python\n")[2].partition("```")[0]
    assert example.count('"https://…"') == example.count('"lp_live_…"') == 1
    run = local_run.facts
    runnable = example.replace("lp_live_…", run["keys"]["publishWrite"])
    runnable = runnable.replace("https://…", run["baseUrl"])

    exec(compile(runnable, str(README), "exec"), {})

    printed = capsys.readouterr().out
    assert re.fullmatch(
        r"Paper Lanterns https://www\.tiktok\.com/music/Paper-Lanterns-\d+ \[\]\n", printed
    )
