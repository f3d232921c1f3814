"""Charts beside the default one over the API: choosing, their answers, and the plain list."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.api_world import LIST, World, invalid
from tests.builders import NOON, a_record, a_snapshot, a_track
from tiktok_music.api.charts.choice import EITHER, NOT_PUBLISHED, SEVERAL
from tiktok_music.api_key import BrowserAccess
from tiktok_music.charts import Coordinates

GB = Coordinates(source="cml", country="GB", period=7)
US = Coordinates(source="cml", country="US", period=7)
KPOP = Coordinates(source="cml", country="US", genre="k-pop", period=30)
KPOP_GB = Coordinates(source="cml", country="GB", genre="k-pop", period=30)
SURGING = Coordinates(source="cc", country="BR", period=7, kind="surging")
CHARTS = (GB, US, KPOP, KPOP_GB, SURGING)
PAGE = "https://app.example.com"
HALF_A_DAY = timedelta(hours=12)


@pytest.fixture
def world() -> World:
    return charted_world()


def charted_world() -> World:
    world = World(configured=CHARTS)
    world.snapshots.publish(a_snapshot(a_track(1), a_track(2), a_track(3), fence=1))
    world.publish_chart(GB, a_track(3), a_track(9), a_track(1))
    world.publish_chart(US, a_track(1), a_track(2))
    world.publish_chart(KPOP, a_track(7), a_track(8))
    world.publish_chart(KPOP_GB, a_track(8), a_track(7))
    world.publish_chart(SURGING, a_track(5))
    world.archive.save_many(a_record(n) for n in (1, 2, 3, 5, 7, 8, 9))
    return world


def path(**parameters: object) -> str:
    return f"{LIST}?{urlencode(parameters)}"


def ids(answer: Any) -> list[str]:
    return [row["id"] for row in json.loads(answer.body)["tracks"]]


def numbers(*tracks: int) -> list[str]:
    return [a_track(n).track_id for n in tracks]


CHOICES: dict[str, tuple[dict[str, object], str]] = {
    "by id": ({"chart": "cml.us.k-pop.30d"}, KPOP.chart_id),
    "by coordinates": ({"country": "us", "genre": "K-POP", "period": 30}, KPOP.chart_id),
    "tiktok's spelling": ({"genre": "k_pop", "country": "GB"}, KPOP_GB.chart_id),
    "the rest of the default chart": ({"genre": "k-pop"}, KPOP.chart_id),
    "the only one left": ({"country": "GB", "period": "7"}, GB.chart_id),
    "all genres of the default country": ({"period": "7"}, US.chart_id),
    "the default chart itself": ({"country": "US"}, "app.us.all.now"),
    "the default chart by id": ({"chart": "app.us.all.now"}, "app.us.all.now"),
    "another kind": ({"kind": "surging"}, SURGING.chart_id),
}


@pytest.mark.parametrize("name", CHOICES)
def test_a_chart_is_chosen_by_what_the_request_says(world: World, name: str) -> None:
    parameters, chart = CHOICES[name]

    answer = world.get(path(**parameters))

    assert (answer.status, answer.headers["x-catalog-chart"]) == (200, chart)


REFUSED: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "unknown id": ("chart=cml.us.rock.7d", (("chart", NOT_PUBLISHED),)),
    "no chart of the country": ("country=FR", (("country", NOT_PUBLISHED),)),
    "no chart of the genre": ("country=GB&genre=rock", (("genre", NOT_PUBLISHED),)),
    "no such pair": ("period=30&country=BR", (("period", NOT_PUBLISHED),)),
    "no popular one": ("country=BR", (("country", NOT_PUBLISHED),)),
    "id and coordinates": ("chart=cml.us.all.7d&country=US", (("chart", EITHER),)),
    "no country": ("country=England", (("country", "Must be an ISO 3166-1 code, two letters."),)),
    "no genre": (
        "genre=klezmer",
        (("genre", "Must be a genre of TikTok's Commercial Music Library, or all."),),
    ),
    "no period": ("period=8", (("period", "Must be one of 1, 7, 30, 90, 120, in days."),)),
    "no kind": ("kind=viral", (("kind", "Must be one of popular, surging."),)),
    "twice": ("country=GB&country=US", (("country", "Must be given once."),)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_coordinates_are_refused_with_the_name_of_the_parameter(
    world: World, name: str
) -> None:
    query, issues = REFUSED[name]

    answer = world.get(f"{LIST}?{query}")

    assert (answer.status, answer.body) == (422, invalid(*issues))


def test_several_charts_that_match_are_refused() -> None:
    world = World(configured=(GB, KPOP_GB, SURGING))
    world.snapshots.publish(a_snapshot(a_track(1)))
    for country in ("DE", "FR"):
        chart = Coordinates(source="cml", country=country, genre="rock", period=7)
        world.configured += (chart,)
        world.publish_chart(chart, a_track(2))

    assert world.get(path(genre="rock")).body == invalid(("genre", SEVERAL))
    assert world.get(path(genre="rock", country="de")).headers["x-catalog-chart"] == (
        "cml.de.rock.7d"
    )


def test_id_and_coordinates_give_the_same_bytes(world: World) -> None:
    by_id = world.get(path(chart="cml.us.k-pop.30d", limit=1))
    by_coordinates = world.get(path(country="us", genre="K-POP", period=30, limit=1))

    assert by_id.body == by_coordinates.body
    assert by_id.headers["etag"] == by_coordinates.headers["etag"]
    assert json.loads(by_id.body)["nextCursor"]


def test_without_charts_coordinates_choose_the_default_one_or_are_refused() -> None:
    world = World()
    world.snapshots.publish(a_snapshot(a_track(1)))

    assert world.get(path(country="US")).status == 200
    assert world.get(path(country="GB")).body == invalid(("country", NOT_PUBLISHED))
    assert world.chart_store.reads == 0


def test_a_chart_is_in_upstreams_order_unless_the_request_sorts(world: World) -> None:
    assert ids(world.get(path(country="gb", period=7))) == numbers(3, 9, 1)
    assert ids(world.get(path(country="gb", period=7, sort="popular"))) == numbers(1, 3, 9)
    assert ids(world.get(path(sort="chart"))) == numbers(1, 2, 3)


def test_the_parameters_of_a_search_work_on_a_chart(world: World) -> None:
    body = json.loads(world.get(path(chart=GB.chart_id, q="song 9", facets="true")).body)

    assert (body["total"], body["facets"]["language"]) == (1, {"en": 1})


def test_rising_is_measured_against_the_charts_own_version(world: World) -> None:
    later = {"published_at": NOON + HALF_A_DAY}
    world.publish_chart(GB, a_track(3), a_track(1), a_track(9), **later)
    world.now += HALF_A_DAY.total_seconds()

    assert ids(world.get(path(chart=GB.chart_id, sort="rising"))) == numbers(1, 3, 9)


def test_pages_and_headers_are_those_of_chart_and_version(world: World) -> None:
    version = world.chart_store.publisher(GB.chart_id).pointer().current.version
    first = world.get(path(chart=GB.chart_id, limit=2))
    cursor = json.loads(first.body)["nextCursor"]

    assert first.headers["x-catalog-snapshot"] == f"{GB.chart_id}@{version}"
    world.publish_chart(GB, a_track(9), published_at=NOON + HALF_A_DAY)
    world.now += 60
    rest = world.get(path(chart=GB.chart_id, limit=2, cursor=cursor))
    assert (ids(rest), rest.headers["x-catalog-snapshot"]) == (
        numbers(1),
        f"{GB.chart_id}@{version}",
    )
    for other in ({"chart": US.chart_id}, {}):
        answer = world.get(path(**other, limit=2, cursor=cursor))
        assert answer.body == invalid(("cursor", "Must be the nextCursor of the same search."))
    matching = {"if-none-match": first.headers["etag"]}
    assert world.get(path(chart=US.chart_id, limit=2), **matching).status == 200


def test_the_plain_list_is_the_same_with_and_without_charts(world: World) -> None:
    alone = World()
    alone.snapshots.publish(a_snapshot(a_track(1), a_track(2), a_track(3), fence=1))
    world.get(path(chart=GB.chart_id))
    alone.get(path(limit=1))

    answers = [each.get() for each in (alone, world)]

    assert answers[0] == answers[1]
    assert "x-catalog-chart" not in answers[1].headers


def test_the_charts_are_listed_with_the_default_one_first(world: World) -> None:
    body = json.loads(world.get(f"{LIST}/charts").body)

    ids_listed = [each["id"] for each in body["charts"]]
    assert ids_listed == ["app.us.all.now", *sorted(each.chart_id for each in CHARTS)]
    assert body["total"] == 6
    version = world.chart_store.publisher(KPOP.chart_id).pointer().current.version
    assert body["charts"][-1] == {
        "id": "cml.us.k-pop.30d",
        "source": "cml",
        "country": "US",
        "genre": "k-pop",
        "period": 30,
        "kind": "popular",
        "isDefault": False,
        "total": 2,
        "version": version,
        "publishedAt": "2026-11-22T12:00:00Z",
        "nextRefreshAt": "2026-11-23T00:00:00Z",
    }
    assert [each["isDefault"] for each in body["charts"]] == [True] + [False] * 5


def test_one_chart_is_listed_without_charts() -> None:
    world = World()
    world.snapshots.publish(a_snapshot(a_track(1)))

    (only,) = json.loads(world.get(f"{LIST}/charts").body)["charts"]

    assert (only["id"], only["isDefault"], only["period"]) == ("app.us.all.now", True, None)
    sandbox = [world.sandbox(f"{LIST}/charts") for _ in range(2)]
    assert sandbox[0].body == sandbox[1].body
    assert len(json.loads(sandbox[0].body)["charts"]) == 1


def test_a_chart_that_is_switched_off_is_refused(world: World) -> None:
    world.configured = (US,)

    assert world.get(path(chart=GB.chart_id)).body == invalid(("chart", NOT_PUBLISHED))
    assert json.loads(world.get(f"{LIST}/charts").body)["total"] == 2


def test_tracks_have_their_ranks_on_all_charts(world: World) -> None:
    world.publish_chart(GB, a_track(9), a_track(3), published_at=NOON + HALF_A_DAY)

    found = json.loads(world.get(f"{LIST}/batch?ids={','.join(numbers(3, 9, 5))}").body)["tracks"]

    members = ("status", "rank", "charts", "genres")
    assert [{name: each[name] for name in members} for each in found] == [
        {
            "status": "active",
            "rank": 3,
            "charts": [
                {"id": "app.us.all.now", "rank": 3, "previousRank": None, "isNew": True},
                {"id": GB.chart_id, "rank": 2, "previousRank": 1, "isNew": False},
            ],
            "genres": [],
        },
        {
            "status": "active",
            "rank": None,
            "charts": [{"id": GB.chart_id, "rank": 1, "previousRank": 2, "isNew": False}],
            "genres": [],
        },
        {
            "status": "active",
            "rank": None,
            "charts": [{"id": SURGING.chart_id, "rank": 1, "previousRank": None, "isNew": True}],
            "genres": [],
        },
    ]


def test_tracks_have_no_charts_without_the_setting() -> None:
    world = World()
    world.snapshots.publish(a_snapshot(a_track(1)))
    world.archive.save_many([a_record(1), a_record(2)])

    one, other = (json.loads(world.get(f"{LIST}/{each}").body) for each in numbers(1, 2))

    assert not {"charts", "genres"} & one.keys()
    assert other["status"] == "offChart"


def test_changes_are_those_of_the_chart(world: World) -> None:
    before = world.chart_store.publisher(GB.chart_id).pointer().current.version
    world.publish_chart(GB, a_track(9), a_track(3), published_at=NOON + HALF_A_DAY)

    for since in (before, f"{GB.chart_id}@{before}"):
        answer = world.get(f"{LIST}/changes?{urlencode({'since': since, 'chart': GB.chart_id})}")
        body = json.loads(answer.body)
        assert [each["id"] for each in body["removed"]] == numbers(1)
        assert [each["id"] for each in body["moved"]] == numbers(9, 3)
    refused = world.get(f"{LIST}/changes?since={before}&chart=cml.fr.all.7d")
    assert refused.body == invalid(("chart", NOT_PUBLISHED))


def test_health_counts_the_charts_and_is_degraded_by_an_old_one(world: World) -> None:
    fresh = json.loads(world.get("/v1/health").body)
    world.snapshots.publish(
        a_snapshot(
            a_track(1),
            fence=9,
            published_at=NOON + 2 * HALF_A_DAY,
            scheduled_at=NOON + 2 * HALF_A_DAY,
        )
    )
    world.now += 26 * 3600
    stale = json.loads(world.get("/v1/health").body)

    age = fresh["snapshot"]["ageSeconds"]
    assert fresh["charts"] == {"published": 6, "stale": 0, "oldestAgeSeconds": age}
    assert (fresh["status"], stale["status"]) == ("ok", "degraded")
    assert stale["charts"] == {"published": 6, "stale": 5, "oldestAgeSeconds": age + 26 * 3600}
    alone = World()
    alone.snapshots.publish(a_snapshot(a_track(1)))
    assert "charts" not in json.loads(alone.get("/v1/health").body)


def test_health_is_that_of_the_default_chart_while_the_list_of_charts_is_unavailable(
    world: World,
) -> None:
    whole = json.loads(world.get("/v1/health").body)
    fresh = charted_world()
    fresh.chart_store.is_down = True

    alone = json.loads(fresh.get("/v1/health").body)

    assert alone == {name: value for name, value in whole.items() if name != "charts"}


def test_a_token_restricted_to_a_chart_reads_that_chart_alone(world: World) -> None:
    world.change_key(browser=BrowserAccess(bytes(32), (PAGE,)))
    made = world.post(f"{LIST}/tokens", {"restrict": {"chart": GB.chart_id}})
    of_page = {"authorization": f"Bearer {json.loads(made.body)['token']}", "origin": PAGE}

    plain = world.get(**of_page)
    other = world.get(path(chart=US.chart_id), **of_page)
    coordinates = world.get(path(country="US"), **of_page)

    assert (ids(plain), plain.headers["x-catalog-chart"]) == (numbers(3, 9, 1), GB.chart_id)
    assert other.body == invalid(("chart", f"Must be {GB.chart_id} with this token."))
    assert coordinates.body == invalid(("chart", EITHER))
    assert world.get(f"{LIST}/charts", **of_page).status == 200


def test_charts_that_nobody_asks_for_are_not_read(world: World) -> None:
    before = {name: each.pointer_reads for name, each in world.chart_store.charts.items()}

    world.get(path(chart=GB.chart_id))
    world.get(path(chart=GB.chart_id))

    after = {name: each.pointer_reads for name, each in world.chart_store.charts.items()}
    assert {name: after[name] - before[name] for name in after if after[name] > before[name]} == {
        GB.chart_id: 1
    }
    assert world.chart_store.reads == 1


def test_a_list_of_charts_that_was_read_survives_an_outage(world: World) -> None:
    world.get(path(chart=GB.chart_id))
    world.chart_store.is_down = True
    world.now += 60

    assert world.get(path(chart=GB.chart_id)).status == 200
    assert [str(each) for each in world.stale] == ["the store is down"]
    cold = World(configured=CHARTS)
    cold.snapshots.publish(a_snapshot(a_track(1)))
    cold.chart_store.is_down = True
    assert (cold.get(path(chart=GB.chart_id)).status, cold.get().status) == (500, 200)
