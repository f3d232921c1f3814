"""Charts beside the default one: one curation, own orders, own versions, own failures."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import a_candidate
from tests.fakes import FakeSource
from tests.refresh_world import World
from tiktok_music.archive import TrackStatus
from tiktok_music.charts import Coordinates
from tiktok_music.errors import SourceRefused, SourceUnavailable
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.report import Outcome
from tiktok_music.track import track_id_of

GB = Coordinates(source="cml", country="GB", period=7)
FR = Coordinates(source="cml", country="FR", period=7)
KPOP = Coordinates(source="cml", country="US", genre="k-pop", period=30)
TWELVE = tuple(
    Coordinates(source="cml", country=country, period=days)
    for country in ("GB", "FR", "DE", "BR")
    for days in (1, 7, 30)
)
HALF_A_DAY = timedelta(hours=12)


def chart(*numbers: int, **fields: Any) -> tuple[Candidate, ...]:
    """Sounds in the order of a chart, without user counts."""
    places = enumerate(numbers, start=1)
    return tuple(a_candidate(n, user_count=0, place=place, **fields) for place, n in places)


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def track_ids(*numbers: int) -> list[str]:
    return [a_candidate(n).track_id for n in numbers]


@pytest.fixture
def world() -> World:
    return World(charts={GB: FakeSource(chart(3, 9, 1, 8)), FR: FakeSource(chart(8, 9, 7, 1))})


def test_each_chart_is_published_in_its_own_order(world: World) -> None:
    report = world.refresh(*(a_candidate(n) for n in range(1, 6)))

    assert report.outcome is Outcome.PUBLISHED
    assert ids(world.served()) == track_ids(1, 2, 3, 4, 5)
    assert ids(world.served_by(GB)) == track_ids(3, 9, 1, 8)
    assert ids(world.served_by(FR)) == track_ids(8, 9, 7, 1)
    assert [(each.chart_id, each.outcome, each.accepted) for each in report.charts] == [
        ("cml.gb.all.7d", Outcome.PUBLISHED, 4),
        ("cml.fr.all.7d", Outcome.PUBLISHED, 4),
    ]
    assert [row["charts"] for row in [report.to_dict()]] == [
        [each.to_dict() for each in report.charts]
    ]


def test_the_default_chart_is_the_same_with_and_without_twelve_others() -> None:
    """Byte for byte, over several runs, with sounds that all charts share and that move."""
    alone, among = World(), World(charts={each: FakeSource() for each in TWELVE})
    for run in range(4):
        own = [a_candidate(n, user_count=1_000 - (n * 7 + run * 5) % 13) for n in range(1, 12)]
        for number, source in enumerate(among.charts.values()):
            others = chart(*range(run + number % 5, 10 + run + number), is_commerce_music=True)
            source.candidates = tuple(others)
        for world in (alone, among):
            world.refresh(*own)
            world.now += HALF_A_DAY

        pointers = [each.snapshots.pointer().current for each in (alone, among)]
        assert pointers[0] == pointers[1]
        bodies = [each.snapshots.load(each.snapshots.pointer().current) for each in (alone, among)]
        assert bodies[0].gzipped == bodies[1].gzipped
    assert len(among.chart_store.charts) == 12


def test_without_charts_nothing_is_asked_of_their_store(world: World) -> None:
    world.charts = {}

    report = world.refresh(*(a_candidate(n) for n in range(1, 6)))

    assert (world.chart_store.reads, world.chart_store.charts) == (0, {})
    assert "charts" not in report.to_dict()


def test_a_sound_of_five_charts_is_downloaded_once_and_has_one_id() -> None:
    places = [
        Coordinates(source="cml", country=code, period=7) for code in ("GB", "FR", "DE", "IT")
    ]
    world = World(charts={each: FakeSource(chart(5, 6, 7)) for each in places})

    world.refresh(*(a_candidate(n) for n in range(5, 9)))

    audio = a_candidate(5).preview_urls[0]
    assert world.downloader.fetched.count(audio) == 1
    assert [ids(world.served_by(each))[0] for each in places] == track_ids(5) * 4
    assert track_ids(5)[0] in ids(world.served())


def test_duplicates_take_their_best_place_and_leave_no_holes() -> None:
    """A chart of 100 with three duplicates has 97 tracks, ranked without a gap."""
    rows = list(chart(*range(1, 101)))
    for at, of in ((10, 2), (40, 80), (99, 50)):
        rows[at] = a_candidate(
            500 + at, title=f"Lantern Street {of}", author=f"Mira {of}", place=at + 1, user_count=0
        )
    world = World(charts={GB: FakeSource(tuple(rows))})

    world.refresh(*(a_candidate(n) for n in range(200, 205)))

    listed = ids(world.served_by(GB))
    expected = [n for n in range(1, 101) if n not in (11, 41, 100)]
    expected.remove(80)
    expected.insert(expected.index(40) + 1, 80)
    by_number = {track_id_of(row.tiktok_id): n for n, row in enumerate(rows, start=1)}
    duplicates = {11: 2, 41: 80, 100: 50}
    numbers = [duplicates.get(by_number[each], by_number[each]) for each in listed]
    assert numbers == expected
    assert len(set(listed)) == 97


FAULTS: dict[str, tuple[Any, Outcome, str]] = {
    "timeout": (SourceUnavailable("no answer"), Outcome.SOURCE_FAILED, "no answer"),
    "refused": (SourceRefused("HTTP 403"), Outcome.SOURCE_FAILED, "HTTP 403"),
    "empty": ((), Outcome.REFUSED, "FLOOR: 0 tracks were accepted, fewer than the floor of 3"),
    "two rows": (chart(1, 2), Outcome.REFUSED, "FLOOR: 2 tracks were accepted"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_chart_keeps_its_version_and_the_others_are_published(
    world: World, fault: str
) -> None:
    world.refresh(*(a_candidate(n) for n in range(1, 6)))
    before = world.chart_store.publisher(GB.chart_id).pointer()
    problem, outcome, reason = FAULTS[fault]
    is_error = isinstance(problem, Exception)
    world.charts[GB] = FakeSource(
        () if is_error else problem, problem=problem if is_error else None
    )
    world.now += HALF_A_DAY

    report = world.refresh()

    assert report.outcome is Outcome.PUBLISHED
    assert [each.outcome for each in report.charts] == [outcome, Outcome.PUBLISHED]
    assert reason in str(report.charts[0].reason)
    assert world.chart_store.publisher(GB.chart_id).pointer() == before
    failing, fine = world.chart_store.stored.entries
    assert (failing.failing_since, fine.failing_since) == (world.now, None)
    assert str(failing.problem).startswith(str(outcome))

    first, world.now = world.now, world.now + HALF_A_DAY
    world.refresh()
    assert world.chart_store.stored.entries[0].failing_since == first


def test_the_default_chart_may_fail_alone(world: World) -> None:
    world.refresh(*(a_candidate(n) for n in range(1, 6)))
    world.now += HALF_A_DAY
    world.source.problem = SourceUnavailable("no answer")

    report = world.refresh()

    assert report.outcome is Outcome.SOURCE_FAILED
    assert [each.outcome for each in report.charts] == [Outcome.PUBLISHED] * 2


def test_a_repeated_run_does_only_the_charts_that_are_left(world: World) -> None:
    world.charts[FR].problem = SourceUnavailable("no answer")
    world.refresh(*(a_candidate(n) for n in range(1, 6)))
    world.charts[FR].problem = None

    report = world.refresh()

    assert report.outcome is Outcome.ALREADY_DONE
    assert [each.outcome for each in report.charts] == [Outcome.ALREADY_DONE, Outcome.PUBLISHED]
    assert (world.source.fetches, world.charts[GB].fetches, world.charts[FR].fetches) == (1, 1, 2)


def test_a_track_is_off_the_chart_only_if_it_is_off_all_of_them(world: World) -> None:
    world.refresh(*(a_candidate(n) for n in range(1, 6)))

    def statuses(*numbers: int) -> list[str]:
        return [str(world.archive.records[each].status) for each in track_ids(*numbers)]

    assert statuses(1, 2, 7, 9) == [TrackStatus.ACTIVE] * 4
    world.now += HALF_A_DAY
    world.charts[GB].candidates = chart(3, 9, 4, 8)
    world.charts[FR].candidates = chart(8, 9, 11, 12)

    world.refresh(*(a_candidate(n) for n in range(2, 6)))

    # 1 left all, 7 left the one that had it, 9 stays on two, 5 on the default one.
    assert statuses(1, 7, 9, 5) == ["offChart", "offChart", "active", "active"]


def test_a_track_of_a_chart_that_is_not_configured_any_more_is_off_the_chart(world: World) -> None:
    world.refresh(*(a_candidate(n) for n in range(1, 6)))
    world.now += HALF_A_DAY
    del world.charts[FR]

    world.refresh()

    assert [each.chart_id for each in world.chart_store.stored.entries] == [GB.chart_id]
    assert world.archive.records[track_ids(7)[0]].status is TrackStatus.OFF_CHART
    assert world.archive.records[track_ids(8)[0]].status is TrackStatus.ACTIVE


def test_a_growing_chart_is_published_and_a_shrinking_one_is_not(world: World) -> None:
    world.charts[FR].candidates = chart(*range(20, 30))
    world.refresh(*(a_candidate(n) for n in range(1, 6)))
    world.now += HALF_A_DAY
    world.charts[GB].candidates = chart(3, 9, 1, 8, *range(100, 150))
    world.charts[FR].candidates = chart(20, 21, 22)

    report = world.refresh()

    assert [each.outcome for each in report.charts] == [Outcome.PUBLISHED, Outcome.REFUSED]
    assert str(report.charts[1].reason).startswith("SHRINK")


def test_a_pinned_default_chart_stops_no_other(world: World) -> None:
    world.refresh(*(a_candidate(n) for n in range(1, 6)))
    pointer = world.snapshots.pointer()
    world.snapshots.current_pointer = type(pointer)(
        pointer.current, pointer.history, operator_fence=9, is_pinned=True
    )
    world.now += HALF_A_DAY

    report = world.refresh()

    assert report.outcome is Outcome.REFUSED
    assert [each.outcome for each in report.charts] == [Outcome.PUBLISHED] * 2


def test_a_store_that_fails_ends_the_charts_but_not_the_default_one(world: World) -> None:
    world.chart_store.is_down = True

    report = world.refresh(*(a_candidate(n) for n in range(1, 6)))

    assert report.outcome is Outcome.PUBLISHED
    assert [(each.outcome, each.reason) for each in report.charts] == [
        (Outcome.FAILED, "the store is down")
    ] * 2


def test_charts_without_time_are_left_to_the_next_run(world: World) -> None:
    report = world.refresh(*(a_candidate(n) for n in range(1, 6)), remaining_seconds=lambda: 60.0)

    assert [each.outcome for each in report.charts] == [Outcome.OUT_OF_TIME] * 2


def test_user_counts_of_another_chart_do_not_enter_the_plain_list() -> None:
    world = World(
        charts={GB: FakeSource(tuple(a_candidate(n, user_count=9_999) for n in (1, 2, 3)))}
    )

    world.refresh(*(a_candidate(n) for n in range(1, 6)))
    world.now += HALF_A_DAY
    world.refresh(*(a_candidate(n) for n in range(1, 6)))

    assert [row["userCount"] for row in world.served()] == [999, 998, 997, 996, 995]
