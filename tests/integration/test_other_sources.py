"""The Business API, Creative Center's mirrors, and joined sources, over real HTTP."""

import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aws_lambda_powertools.utilities.parameters.exceptions import SetSecretError

from tests.builders import NOON, a_candidate
from tests.fakes import FakeSource
from tests.peer import Exchange, running_peer
from tiktok_music.adapters.cml_source import CmlSource, parse_song_row
from tiktok_music.adapters.cml_token import CmlToken
from tiktok_music.adapters.creative_center_source import CreativeCenterSource, parse_sound_row
from tiktok_music.adapters.joined_source import JoinedSource
from tiktok_music.adapters.safe_http import SafeHttp
from tiktok_music.adapters.secrets import Secrets
from tiktok_music.adapters.upstream import Upstream, unwrap
from tiktok_music.errors import SettingsError, SourceRefused, SourceUnavailable
from tiktok_music.publish_evidence import Evidence
from tiktok_music.publish_facts import Clip, ClipKind, PublishFacts
from tiktok_music.refresh.candidate import Candidate
from tiktok_music.refresh.chart import Chart, ChartSource
from tiktok_music.refresh.curation.duplicates.groups import group_duplicates
from tiktok_music.refresh.curation.shortlist import merge_same_ids
from tiktok_music.refresh.rejection import Finding, Rejection, RejectionReason

RECORDINGS = Path(__file__).parents[2] / "../shared/recordings"
needs_recordings = pytest.mark.skipif(
    not RECORDINGS.exists(), reason="the recorded payloads are not on this machine"
)
HTTP = SafeHttp(allow_private=True)
SONG: dict[str, Any] = {
    "commercial_music_id": "6817312022837872642",
    "commercial_music_name": "Lo-Fi analog beat",
    "duration": 183,
    "thumbnail_url": "https://a.test/t.jpeg",
    "artist": "Gloveity",
    "preview_url": "https://a.test/song",
    "rank_position": "1",
    "full_duration_song_clip": {
        "preview_url": "https://a.test/clip",
        "duration": 60,
        "song_clip_id": "6817312022837872999",
    },
    "trending_song_clip": None,
}


def facts_of(*clips: Clip) -> PublishFacts:
    return PublishFacts(
        clips=clips,
        commercial_music_id="6817312022837872642",
        evidence=Evidence.LISTED,
        countries=("US",),
        first_seen_at=NOON,
        last_seen_at=NOON,
    )


song_row = partial(parse_song_row, country="US", seen_at=NOON)


@dataclass
class FakeTokenSecret:
    value: dict[str, Any] = field(
        default_factory=lambda: {
            "clientId": "client",
            "clientSecret": "secret",
            "accessToken": "old",
            "refreshToken": "refresh-1",
            "businessId": "business",
        }
    )

    def read(self) -> dict[str, Any]:
        return dict(self.value)

    def write(self, value: Mapping[str, Any]) -> None:
        self.value = dict(value)


def fetch_cml(base_url: str, secret: FakeTokenSecret) -> Chart:
    token = CmlToken(HTTP, base_url, secret, lambda: NOON)
    upstream = Upstream(HTTP, base_url, token.headers, lambda seconds: None)
    return CmlSource(upstream, token, "US", "7DAY", lambda: NOON).fetch()


def business_api(
    answers: Callable[[str], Any], renewed: list[dict[str, Any]]
) -> Callable[[Exchange], None]:
    def answer(exchange: Exchange) -> None:
        if exchange.command == "POST":
            length = int(exchange.headers["Content-Length"])
            renewed.append(json.loads(exchange.rfile.read(length)))
            data = {
                "access_token": "new",
                "refresh_token": "refresh-2",
                "expires_in": 86_400,
                "open_id": "business",
            }
            exchange.reply(200, json.dumps({"code": 0, "message": "OK", "data": data}).encode())
        else:
            exchange.reply(200, json.dumps(answers(exchange.headers["Access-Token"])).encode())

    return answer


def test_the_commercial_list_is_requested_with_its_token() -> None:
    listed = {"code": 0, "message": "OK", "data": {"list": [SONG]}}

    with running_peer(business_api(lambda token: listed, [])) as peer:
        chart = fetch_cml(peer.base_url, FakeTokenSecret())

    assert chart == Chart(
        1,
        (
            Candidate(
                tiktok_id="6817312022837872999",
                title="Lo-Fi analog beat",
                author="Gloveity",
                duration_seconds=60.0,
                is_commerce_music=True,
                preview_urls=("https://a.test/clip", "https://a.test/song"),
                cover_urls=("https://a.test/t.jpeg",),
                group_ids=("cml:6817312022837872642",),
                publish=facts_of(Clip("6817312022837872999", ClipKind.FULL, 60.0)),
                place=1,
            ),
        ),
        (),
    )
    path, headers = peer.requests[0]
    assert parse_qs(urlsplit(path).query) == {
        "business_id": ["business"],
        "genre": ["ALL"],
        "country_code": ["US"],
        "date_range": ["7DAY"],
    }
    assert headers["Access-Token"] == "old"


def test_a_token_about_to_expire_is_renewed_and_stored() -> None:
    renewed: list[dict[str, Any]] = []
    secret = FakeTokenSecret()
    secret.value["expiresAt"] = (NOON + timedelta(minutes=59)).isoformat()
    listed = {"code": 0, "data": {"list": []}}

    with running_peer(business_api(lambda token: listed, renewed)) as peer:
        fetch_cml(peer.base_url, secret)

    assert renewed == [
        {
            "client_id": "client",
            "client_secret": "secret",
            "grant_type": "refresh_token",
            "refresh_token": "refresh-1",
        }
    ]
    assert secret.value == {
        "clientId": "client",
        "clientSecret": "secret",
        "accessToken": "new",
        "refreshToken": "refresh-2",
        "businessId": "business",
        "expiresAt": (NOON + timedelta(days=1)).isoformat(),
    }
    assert peer.requests[-1][1]["Access-Token"] == "new"


NEW_TOKEN: dict[str, Any] = {"access_token": "new", "refresh_token": "refresh-2"}
UNUSABLE = [None, "", 7, ["new"], "two words", "line\nbreak", "x" * 5_000, "t\u00f6ken"]


def renewed_by(secret: FakeTokenSecret, data: Any) -> CmlToken:
    """The token after a renewal that upstream answers with `data`."""
    body = json.dumps({"code": 0, "data": data}).encode()
    with running_peer(lambda exchange: exchange.reply(200, body)) as peer:
        token = CmlToken(HTTP, peer.base_url, secret, lambda: NOON)
        token.renew()
    return token


@pytest.mark.parametrize("unusable", UNUSABLE)
def test_an_unusable_token_never_replaces_the_stored_one(unusable: Any) -> None:
    secret = FakeTokenSecret()
    before = secret.read()

    with pytest.raises(SourceRefused, match="the access_token of the answer is unusable"):
        renewed_by(secret, {"access_token": unusable})

    assert secret.value == before


def test_a_new_refresh_token_is_stored_even_with_an_unusable_token() -> None:
    secret = FakeTokenSecret()
    before = secret.read()

    with pytest.raises(SourceRefused, match="unusable"):
        renewed_by(secret, {**NEW_TOKEN, "access_token": None})

    assert secret.value == {**before, "refreshToken": "refresh-2"}


@pytest.mark.parametrize("unusable", UNUSABLE)
def test_other_unusable_members_of_a_renewal_leave_the_stored_ones(unusable: Any) -> None:
    secret = FakeTokenSecret()
    before = secret.read()

    renewed_by(secret, {"access_token": "new", "refresh_token": unusable, "open_id": unusable})

    assert secret.value == {**before, "accessToken": "new"}


@pytest.mark.parametrize(
    ("seconds", "expires_at"),
    [
        (86_400, NOON + timedelta(days=1)),
        (86_400.0, NOON + timedelta(days=1)),
        ("86400", NOON + timedelta(days=1)),
        (10**15, None),
        (-1, None),
        (0, None),
        (1.5, None),
        ("soon", None),
        (None, None),
    ],
)
def test_the_end_of_a_token_is_stored_if_it_is_readable(
    seconds: Any, expires_at: datetime | None
) -> None:
    secret = FakeTokenSecret()
    secret.value["expiresAt"] = (NOON + timedelta(minutes=1)).isoformat()

    token = renewed_by(secret, {**NEW_TOKEN, "expires_in": seconds})

    stored = expires_at.isoformat() if expires_at else None
    assert secret.value.get("expiresAt") == stored
    assert token.headers() == {"Access-Token": "new"}


@pytest.mark.parametrize("expires_at", ["junk", 7, "", None, "2026-11-24T00:00:00"])
def test_a_stored_end_that_is_unreadable_or_has_no_zone_fails_nothing(expires_at: Any) -> None:
    secret = FakeTokenSecret()
    secret.value["expiresAt"] = expires_at

    token = CmlToken(HTTP, "http://127.0.0.1:9", secret, lambda: NOON)

    assert token.headers() == {"Access-Token": "old"}


def test_a_token_of_a_few_minutes_is_renewed_once_a_run() -> None:
    secret = FakeTokenSecret()
    token = renewed_by(secret, {**NEW_TOKEN, "expires_in": 600})

    assert [token.headers(), token.headers()] == [{"Access-Token": "new"}] * 2


@pytest.mark.parametrize("code", [40102, 40104, 40105])
def test_a_rejected_token_is_renewed_once(code: int) -> None:
    rejected = {"code": code, "message": "sign in"}
    renewed: list[dict[str, Any]] = []

    def answers(token: str) -> Any:
        return rejected if token == "old" else {"code": 0, "data": {"list": [SONG]}}

    with running_peer(business_api(answers, renewed)) as peer:
        assert fetch_cml(peer.base_url, FakeTokenSecret()).rows == 1
    with (
        running_peer(business_api(lambda token: rejected, renewed)) as peer,
        pytest.raises(SourceRefused, match=f"code {code}: sign in"),
    ):
        fetch_cml(peer.base_url, FakeTokenSecret())

    assert len(renewed) == 2


def test_another_error_code_does_not_renew_the_token_whatever_its_message_says() -> None:
    answer = {"code": 40001, "message": "The access token has no permission for this account"}
    renewed: list[dict[str, Any]] = []

    with (
        running_peer(business_api(lambda token: answer, renewed)) as peer,
        pytest.raises(SourceRefused, match="code 40001: The access token"),
    ):
        fetch_cml(peer.base_url, FakeTokenSecret())

    assert renewed == []


def test_a_code_that_is_not_zero_is_a_failure() -> None:
    answer = {"code": 40002, "message": "Invalid date range", "data": {"list": []}}

    with (
        running_peer(business_api(lambda token: answer, [])) as peer,
        pytest.raises(SourceRefused, match="code 40002: Invalid date range"),
    ):
        fetch_cml(peer.base_url, FakeTokenSecret())


def test_a_null_list_is_a_chart_without_tracks() -> None:
    with running_peer(business_api(lambda token: {"code": 0, "data": {"list": None}}, [])) as peer:
        chart = fetch_cml(peer.base_url, FakeTokenSecret())

    assert chart == Chart(0, (), (), empty_parts=("list",))


def test_the_order_of_the_list_is_its_ranks() -> None:
    clips = [{"song_clip_id": f"68173120228378729{number}"} for number in range(10, 15)]
    songs = [
        {**SONG, "rank_position": rank, "full_duration_song_clip": clip}
        for rank, clip in zip(("3", 2, "first", "0", None), clips, strict=True)
    ]
    listed = {"code": 0, "data": {"list": songs}}

    with running_peer(business_api(lambda token: listed, [])) as peer:
        chart = fetch_cml(peer.base_url, FakeTokenSecret())

    assert [each.place for each in chart.candidates] == [3, 2, 3, 4, 5]
    assert chart.unreadable_fields == {"rank_position": 2}


def test_a_secret_that_lacks_something_names_it() -> None:
    secret = FakeTokenSecret({"clientId": "a", "accessToken": 7})

    with pytest.raises(SettingsError, match="lacks clientSecret, accessToken, refreshToken"):
        CmlToken(HTTP, "http://127.0.0.1:9", secret, lambda: datetime.now(UTC)).headers()


FULL = {"preview_url": "https://a.test/full", "song_clip_id": "7000000000000000001", "duration": 60}
TRENDING = {"song_clip_id": "7000000000000000002", "duration": 30}
FULL_CLIP = Clip("7000000000000000001", ClipKind.FULL, 60.0)
TRENDING_CLIP = Clip("7000000000000000002", ClipKind.TRENDING, 30.0)


@pytest.mark.parametrize(
    ("full", "trending", "seconds", "clips"),
    [
        (FULL, TRENDING, 60.0, (FULL_CLIP, TRENDING_CLIP)),
        (FULL, {}, 60.0, (FULL_CLIP,)),
        (FULL, None, 60.0, (FULL_CLIP,)),
        ({}, TRENDING, 30.0, (TRENDING_CLIP,)),
        (None, TRENDING, 30.0, (TRENDING_CLIP,)),
        ({"song_clip_id": "clip-7"}, TRENDING, 30.0, (TRENDING_CLIP,)),
        (
            {"song_clip_id": "7000000000000000001"},
            None,
            183.0,
            (replace(FULL_CLIP, duration_seconds=0.0),),
        ),
    ],
)
def test_a_song_has_its_clips_the_full_one_first(
    full: Any, trending: Any, seconds: float, clips: tuple[Clip, ...]
) -> None:
    song = {**SONG, "full_duration_song_clip": full, "trending_song_clip": trending}

    candidate = song_row(song)

    assert isinstance(candidate, Candidate)
    found = (candidate.tiktok_id, candidate.duration_seconds, candidate.publish)
    assert found == (clips[0].song_clip_id, seconds, facts_of(*clips))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (7, "the row is not a JSON object"),
        ({**SONG, "commercial_music_name": None}, "commercial_music_name: Input should be"),
        ({**SONG, "commercial_music_name": " "}, "the title is empty"),
    ],
)
def test_a_bad_song_is_a_rejection(row: Any, problem: str) -> None:
    rejection = song_row(row)

    assert isinstance(rejection, Rejection)
    assert rejection.finding.detail.startswith(problem)


@pytest.mark.parametrize("clip", [..., None, {}, {"song_clip_id": None}, {"song_clip_id": ""}, "x"])
def test_a_song_without_a_clip_is_rejected(clip: Any) -> None:
    song = {**SONG, "full_duration_song_clip": clip, "trending_song_clip": clip}

    rejection = song_row({name: each for name, each in song.items() if each is not ...})

    assert rejection == Rejection(
        "6817312022837872642",
        "Lo-Fi analog beat",
        "Gloveity",
        Finding(RejectionReason.NO_CLIP, "no clip of the song has an id"),
    )


def test_songs_without_a_clip_are_not_unreadable_rows() -> None:
    songs = [SONG, *({**SONG, "full_duration_song_clip": {}} for _ in range(9)), 7]
    listed = {"code": 0, "data": {"list": songs}}

    with running_peer(business_api(lambda token: listed, [])) as peer:
        chart = fetch_cml(peer.base_url, FakeTokenSecret())

    assert (chart.rows, len(chart.rejections), chart.invalid_rows()) == (11, 10, 1)


def test_rows_of_one_song_are_one_group_whatever_their_clips() -> None:
    clip = {"song_clip_id": "7000000000000000002", "duration": 30}
    other = {**SONG, "full_duration_song_clip": None, "trending_song_clip": clip}
    rows = [song_row(SONG), song_row({**other, "commercial_music_name": "Beat"})]

    groups = group_duplicates([row for row in rows if isinstance(row, Candidate)])

    assert [[each.tiktok_id for each in group.members] for group in groups] == [
        ["6817312022837872999", "7000000000000000002"]
    ]


@needs_recordings
def test_the_recorded_shape_of_the_commercial_list_is_read() -> None:
    document = json.loads((RECORDINGS / "cml_trending_list_shape.json").read_text())

    rows = [song_row(row) for row in unwrap(document, "list")["list"]]

    assert [(row.tiktok_id, row.title) for row in rows if isinstance(row, Candidate)] == [
        ("6817312022837872642", "Lo-Fi analog beat"),
        ("7000000000000000002", "Clip only"),
    ]


SOUND: dict[str, Any] = {
    "author": "Joe Walsh",
    "clip_id": "6590963034687031301",
    "cover": "https://a.test/c.jpeg",
    "duration": 30,
    "if_cml": True,
    "music_url": "https://a.test/m",
    "rank": 1,
    "rank_diff": None,
    "related_items": None,
    "title": "Life's Been Good",
}


def fetch_ranking(base_url: str) -> Chart:
    upstream = Upstream(HTTP, base_url, lambda: {}, lambda seconds: None)
    return CreativeCenterSource(upstream, "DE", 30).fetch()


def test_every_page_of_the_ranking_is_fetched() -> None:
    def mirror(exchange: Exchange) -> None:
        page = int(parse_qs(urlsplit(exchange.path).query)["page"][0])
        sounds = [{**SOUND, "clip_id": f"659096303468703130{page}", "rank": page}]
        data = {"pagination": {"page": page, "has_more": page < 3}, "sound_list": sounds}
        document = {"code": 200, "data": {"code": 0, "msg": "OK", "data": data}}
        exchange.reply(200, json.dumps(document).encode())

    with running_peer(mirror) as peer:
        chart = fetch_ranking(peer.base_url)

    assert chart.candidates[0] == Candidate(
        tiktok_id="6590963034687031301",
        title="Life's Been Good",
        author="Joe Walsh",
        duration_seconds=30.0,
        is_commerce_music=True,
        preview_urls=("https://a.test/m",),
        cover_urls=("https://a.test/c.jpeg",),
        place=1,
    )
    assert [candidate.tiktok_id[-1] for candidate in chart.candidates] == ["1", "2", "3"]
    query = parse_qs(urlsplit(peer.requests[0][0]).query)
    assert (query["country_code"], query["period"], query["limit"]) == (["DE"], ["30"], ["20"])


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"code": 40101, "msg": "no permission"}, "code 40101: no permission"),
        ({"code": 0, "msg": "deprecated", "data": {}}, "no sound_list; it says 'deprecated'"),
        ({"code": 0, "data": {"sound_list": {}}}, "sound_list is not a list"),
        (
            {"code": 0, "data": {"sound_list": [], "pagination": {"has_more": True}}},
            "no rows, but announces more",
        ),
        (
            {"code": 0, "data": {"sound_list": [SOUND], "pagination": {"has_more": True}}},
            "the ranking has more than 10 pages",
        ),
    ],
)
def test_a_removed_ranking_is_reported(document: Any, problem: str) -> None:
    with (
        running_peer(lambda exchange: exchange.reply(200, json.dumps(document).encode())) as peer,
        pytest.raises(SourceRefused, match=problem),
    ):
        fetch_ranking(peer.base_url)


@needs_recordings
def test_the_recorded_rankings_are_read() -> None:
    example = json.loads((RECORDINGS / "creative_center_rank_list_example.json").read_text())
    others = json.loads((RECORDINGS / "creative_center_singles_and_errors.json").read_text())
    found = [unwrap(document, "sound_list") for document in (example, others[0], others[3])]

    rows = [parse_sound_row(row) for listed in found for row in listed["sound_list"]]
    rows.append(parse_sound_row(others[2]))

    assert [
        (row.tiktok_id, row.title, row.is_commerce_music)
        for row in rows
        if isinstance(row, Candidate)
    ] == [
        ("7424014547218565904", "There She Goes", True),
        ("7552073523387205648", "Whoopty Doo", False),
        ("6703723351497508865", "New Sun", False),
    ]
    assert isinstance(rows[3], Rejection)


def test_sources_are_joined_in_their_order_and_named_in_errors() -> None:
    first = FakeSource(candidates=(a_candidate(1),))
    second = FakeSource(candidates=(a_candidate(2),))
    joined = JoinedSource([("aweme", first), ("cml", second)])

    assert joined.fetch() == Chart(2, (a_candidate(1), a_candidate(2)), ())

    second.problem = SourceUnavailable("HTTP 503")
    with pytest.raises(SourceUnavailable, match=r"^cml: HTTP 503$"):
        joined.fetch()


def test_an_optional_source_that_fails_costs_only_what_it_alone_knows() -> None:
    first, second = FakeSource((a_candidate(1),)), FakeSource((a_candidate(2),))
    joined = JoinedSource([("aweme", first), ("cml", second)], ["cml"])

    assert joined.fetch() == Chart(2, (a_candidate(1), a_candidate(2)), ())

    second.problem = SourceUnavailable("HTTP 503")
    assert joined.fetch() == Chart(1, (a_candidate(1),), (), failed_sources=("cml: HTTP 503",))
    second.problem, second.candidates = None, ()
    assert joined.fetch() == Chart(
        1, (a_candidate(1),), (), failed_sources=("cml: there are no tracks",)
    )
    first.problem = SourceRefused("HTTP 403")
    with pytest.raises(SourceRefused, match=r"^aweme: HTTP 403$"):
        joined.fetch()


def test_an_optional_source_alone_is_required() -> None:
    source = FakeSource(problem=SourceUnavailable("HTTP 503"))

    with pytest.raises(SourceUnavailable, match=r"^cml: HTTP 503$"):
        JoinedSource([("cml", source)], ["cml"]).fetch()


def no_answer(exchange: Exchange) -> None:
    exchange.wfile.write(b"HTTP/1.1 200 OK\r\n")
    exchange.close_connection = True


def unreadable(body: bytes) -> Callable[[Exchange], None]:
    return lambda exchange: exchange.reply(200, body)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (lambda exchange: exchange.reply(503, b"busy"), "upstream failed 3 times"),
        (lambda exchange: exchange.reply(401, b"no"), "upstream answered HTTP 401"),
        (no_answer, "upstream failed 3 times"),
        (unreadable(b'{"code": 40105, "message": "wrong"}'), "the token could not be renewed"),
        (unreadable(b'{"code": 40002, "message": "no"}'), "code 40002: no"),
        (unreadable(b'{"code": 0, "data": {"list": null}}'), "there are no tracks"),
        (unreadable(b'{"code": 0, "data": null}'), "upstream's answer has no list"),
        (unreadable(b'{"code": 0, "data": {"list": [null, 7]}}'), "there are no tracks"),
        (unreadable(b"<html>"), "upstream's answer is not JSON"),
    ],
)
def test_a_fault_of_the_library_leaves_the_other_charts(
    answer: Callable[[Exchange], None], problem: str
) -> None:
    with running_peer(answer) as peer:
        token = CmlToken(HTTP, peer.base_url, FakeTokenSecret(), lambda: NOON)
        upstream = Upstream(HTTP, peer.base_url, token.headers, lambda seconds: None)
        library = CmlSource(upstream, token, "US", "7DAY", lambda: NOON)
        app = FakeSource((a_candidate(1),))
        sources: list[tuple[str, ChartSource]] = [("aweme", app), ("cml", library)]
        chart = JoinedSource(sources, ["cml"]).fetch()

    assert chart.candidates == (a_candidate(1),)
    [failed] = chart.failed_sources
    assert failed.startswith("cml: ")
    assert problem in failed


def test_a_library_that_takes_too_long_leaves_the_other_charts() -> None:
    moments = iter(range(0, 10_000, 400))
    token = CmlToken(HTTP, "http://127.0.0.1:9", FakeTokenSecret(), lambda: NOON)
    upstream = Upstream(
        HTTP, "http://127.0.0.1:9", token.headers, lambda seconds: None, lambda: next(moments)
    )
    library = CmlSource(upstream, token, "US", "7DAY", lambda: NOON)
    app = FakeSource((a_candidate(1),))

    chart = JoinedSource([("aweme", app), ("cml", library)], ["cml"]).fetch()

    assert chart.candidates == (a_candidate(1),)
    [failed] = chart.failed_sources
    assert failed.startswith("cml: the chart took longer than")


@dataclass
class FixedSource:
    chart: Chart

    def fetch(self) -> Chart:
        return self.chart


def test_the_unreadable_fields_of_two_charts_are_added_up() -> None:
    first = Chart(1, (), (), ("b",), {"extra": 2}, ("scene 0",))
    second = Chart(0, (), (), ("a",), {"extra": 1, "rank": 1}, ("list",))

    joined = JoinedSource([("aweme", FixedSource(first)), ("cml", FixedSource(second))]).fetch()

    assert joined == Chart(
        1, (), (), ("a", "b"), {"extra": 3, "rank": 1}, ("aweme: scene 0", "cml: list")
    )


def test_two_sources_of_one_sound_are_joined() -> None:
    ranked = a_candidate(
        1,
        user_count=0,
        album="",
        language_name=None,
        preview_urls=(),
        is_commerce_music=True,
        place=7,
    )
    counted = a_candidate(
        1, title="Another Spelling", user_count=77, album="Album", group_ids=("g1",), place=3
    )

    assert merge_same_ids([ranked, a_candidate(2), counted]) == [
        a_candidate(
            1,
            user_count=77,
            album="Album",
            language_name="English",
            preview_urls=counted.preview_urls,
            is_commerce_music=True,
            group_ids=("g1",),
            place=3,
        ),
        a_candidate(2),
    ]


def test_no_token_response_is_quoted_in_an_error() -> None:
    secret = FakeTokenSecret()
    bodies = [b"access_token=act.VERYSECRET", b'{"code": 1, "message": "bad token rft.SECRET"}']
    while bodies:
        with (
            running_peer(lambda exchange: exchange.reply(200, bodies.pop())) as peer,
            pytest.raises(SourceRefused, match="has no access_token") as raised,
        ):
            CmlToken(HTTP, peer.base_url, secret, lambda: NOON).renew()
        shown = "".join(traceback.format_exception(raised.value))
        assert "SECRET" not in shown


def test_a_chart_has_a_limit_of_seconds_and_bytes() -> None:
    seconds = [0.0]
    page = json.dumps({"data": "x" * 1_000_000}).encode()

    def answer(exchange: Exchange) -> None:
        seconds[0] += 20
        exchange.reply(200, page)

    with running_peer(answer) as peer:
        slow = Upstream(HTTP, peer.base_url, dict, lambda _: None, lambda: seconds[0])
        with pytest.raises(SourceUnavailable, match="longer than 240 s"):
            fetch_pages(slow, 20)
        assert len(peer.requests) == 12
        large = Upstream(HTTP, peer.base_url, dict, lambda _: None, lambda: 0.0)
        with pytest.raises(SourceRefused, match="larger than 67108864 bytes"):
            fetch_pages(large, 80)
        assert len(peer.requests) == 12 + 68


def fetch_pages(upstream: Upstream, count: int) -> None:
    for _ in range(count):
        upstream.get_object("/", "data")


class Provider:
    """Secrets Manager with a stored value and a stale cached one."""

    def __init__(self, may_write: bool = True) -> None:
        self.stored = '{"accessToken": "old"}'
        self.may_write = may_write
        self.fetched: list[bool] = []

    def get(self, name: str, max_age: int, force_fetch: bool) -> str:
        self.fetched.append(force_fetch)
        return self.stored

    def set(self, name: str, value: str) -> None:
        if not self.may_write:
            raise SetSecretError("no")
        self.stored = value


def test_a_secret_that_changes_is_read_as_it_is_now() -> None:
    provider: Any = Provider()
    secret = Secrets(provider).stored("cml")

    secret.write({"accessToken": "new"})

    assert secret.read() == {"accessToken": "new"}
    assert provider.fetched == [True]


def test_a_secret_that_cannot_be_written_is_named() -> None:
    provider: Any = Provider(may_write=False)

    with pytest.raises(SettingsError, match="the secret cml cannot be written"):
        Secrets(provider).stored("cml").write({})
