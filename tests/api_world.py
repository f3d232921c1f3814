"""The application over fakes and a clock; collects the errors that operators would see."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any

from starlette.requests import Request

from tests.builders import MEDIA, NOON, a_key
from tests.events import Answer, http_event
from tests.fakes import FakeArchive, FakeChartStore, FakeKeys, FakeRates, FakeSnapshots
from tiktok_music.api.admission import Admission
from tiktok_music.api.app import Api, build_app
from tiktok_music.api.auth import Authenticator
from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.charts.catalog import Charts
from tiktok_music.api.index import Indexes
from tiktok_music.api.lambda_entry import LambdaEntry
from tiktok_music.api.rate_limit import RateLimiter
from tiktok_music.api.request_log import AnsweredRequest
from tiktok_music.api.snapshot_cache import SnapshotCache, SnapshotSource
from tiktok_music.api.tokens.access import (
    BrowserTokens,
    TokenLimits,
    pages_limit,
    visitor_limit,
)
from tiktok_music.api_key import ApiKey
from tiktok_music.archive_lookup import ReadableArchive
from tiktok_music.chart_listing import ChartListing, entry_of
from tiktok_music.charts import Coordinates
from tiktok_music.errors import StoreError
from tiktok_music.publish_policy import SWITCHED_OFF, PublishPolicy
from tiktok_music.sandbox.fixtures import GONE_VERSION, SandboxSource, sandbox_fixtures
from tiktok_music.snapshot import Snapshot, describe, pack, render_rows, row_of
from tiktok_music.track import Track

LIST = "/v1/tiktok-music"
REQUEST_ID = "req_01HXZ9G7KMV2QX8Y1S5RJW3B7T"
# Half a minute before a minute ends; eight hours after the snapshots of tests.builders.
NOW = 1_795_377_630.0
NO_CONTEXT: Any = None
DEFAULT_CHART = Coordinates(source="app", country="US")


@dataclass
class World:
    """An application with a live and a test key, which may read unless a test changes them."""

    snapshots: FakeSnapshots = field(default_factory=FakeSnapshots)
    archive: FakeArchive = field(default_factory=FakeArchive)
    keys: FakeKeys = field(default_factory=FakeKeys)
    rates: FakeRates = field(default_factory=FakeRates)
    now: float = NOW
    failures: list[str] = field(default_factory=list)
    stale: list[StoreError] = field(default_factory=list)
    refresh_every: timedelta = timedelta(hours=12)
    policy: PublishPolicy = SWITCHED_OFF
    configured: tuple[Coordinates, ...] = ()
    chart_store: FakeChartStore = field(default_factory=FakeChartStore)
    media_base_url: str = MEDIA

    minted: list[tuple[str, str]] = field(default_factory=list)
    failed_requests: list[Request] = field(default_factory=list)
    answered: list[AnsweredRequest] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key, stored = a_key()
        self.keys.save(stored)
        self.test_key, stored = a_key("test", randomness=lambda size: bytes(range(9, 9 + size)))
        self.keys.save(stored._replace(scopes=frozenset({"*"})))
        self.app_sandbox = cache(self._sandbox)
        self.tokens = cache(self._tokens)
        self.authenticator = Authenticator(self.keys, lambda: self.now, self.stale.append)
        self.app = build_app(
            Api(
                admission=Admission(
                    authenticator=self.authenticator,
                    limiter=RateLimiter(self.rates, lambda: self.now, self.stale.append),
                    clock=lambda: self.now,
                ),
                live=self._view(self.snapshots, self.archive)._replace(
                    charts=cache(self._charts),
                    has_charts=bool(self.configured),
                ),
                sandbox=self.app_sandbox,
                tokens=self.tokens,
                new_request_id=lambda: REQUEST_ID,
                on_error=self._record_failure,
                on_answered=self.answered.append,
            )
        )

    @cached_property
    def handler(self) -> LambdaEntry:
        """The Lambda handler; made lazily, as it needs the event loop of a running test."""
        return LambdaEntry(self.app, lambda: REQUEST_ID, self._record_event_failure)

    def get(self, path: str = LIST, method: str = "GET", **headers: str) -> Answer:
        """Sends a request, with the live key unless the headers have another."""
        sent = {"authorization": f"Bearer {self.key}", **headers}
        return Answer.of(self.handler(http_event(path, method, **sent), NO_CONTEXT))

    def found(self, query: str) -> dict[str, Any]:
        """The body of a search, which must succeed."""
        answer = self.get(f"{LIST}?{query}")
        assert answer.status == 200, answer.body
        body: dict[str, Any] = json.loads(answer.body)
        return body

    def sandbox(self, path: str = LIST, **headers: str) -> Answer:
        return self.get(path, authorization=f"Bearer {self.test_key}", **headers)

    def post(self, path: str, body: object, **headers: str) -> Answer:
        """Like `get`; encodes `body` as JSON unless it is bytes."""
        sent = {"authorization": f"Bearer {self.key}", **headers}
        event = http_event(path, "POST", **sent)
        event["body"] = body.decode() if isinstance(body, bytes) else json.dumps(body)
        return Answer.of(self.handler(event, NO_CONTEXT))

    def change_key(self, **fields: Any) -> ApiKey:
        """Stores the live key with changed fields."""
        stored = self.keys.keys[self.key.split("_")[2]]
        changed = stored._replace(**fields)
        self.keys.save(changed)
        return changed

    def publish_chart(self, chart: Coordinates, *tracks: Track, **times: datetime) -> Snapshot:
        """Publishes a version of a chart beside the default one, and lists it."""
        snapshots = self.chart_store.publisher(chart.chart_id)
        gzipped = pack(render_rows([row_of(track, self.media_base_url) for track in tracks]))
        descriptor = describe(
            gzipped,
            fence=snapshots.next_fence(),
            scheduled_at=times.get("published_at", NOON),
            published_at=times.get("published_at", NOON),
            track_count=len(tracks),
        )
        snapshot = Snapshot(descriptor, gzipped)
        snapshots.publish(snapshot)
        entry = entry_of(chart, snapshots.pointer(), self.refresh_every)
        others = [e for e in self.chart_store.stored.entries if e.chart_id != chart.chart_id]
        self.chart_store.stored = ChartListing(entries=(*others, entry), revision="1")
        return snapshot

    def _charts(self) -> Charts:
        if not self.configured:
            return Charts(DEFAULT_CHART)
        return Charts(
            DEFAULT_CHART,
            [each.chart_id for each in self.configured],
            self.chart_store,
            new_view=lambda source: self._view(source, self.archive, is_in_chart_order=True),
            clock=lambda: self.now,
            on_stale=self.stale.append,
        )

    def _view(
        self, source: SnapshotSource, archive: ReadableArchive, *, is_in_chart_order: bool = False
    ) -> CatalogView:
        snapshots = SnapshotCache(
            source,
            clock=lambda: self.now,
            jitter=lambda: 0.0,
            on_stale=self.stale.append,
            on_checked=lambda _: None,
        )
        return CatalogView(
            snapshots=snapshots,
            indexes=Indexes(
                snapshots,
                self.stale.append,
                self.refresh_every,
                is_in_chart_order=is_in_chart_order,
            ),
            archive=archive,
            media_base_url=self.media_base_url,
            now=lambda: self.now,
            refresh_every=self.refresh_every,
            is_foreign=lambda version: self.app_sandbox().snapshots.has(version),
            policy=self.policy,
        )

    def _tokens(self) -> BrowserTokens:
        visitors, pages = (
            RateLimiter(self.rates, lambda: self.now, self.stale.append, limit_of)
            for limit_of in (visitor_limit, pages_limit)
        )
        return BrowserTokens(
            authenticator=self.authenticator,
            limits=TokenLimits(visitors, pages),
            clock=lambda: self.now,
            randomness=lambda size: bytes([(len(self.minted) + 1) % 256] * size),
            on_minted=lambda key_id, jti: self.minted.append((key_id, jti)),
        )

    def _sandbox(self) -> CatalogView:
        fixtures = sandbox_fixtures()
        source = SandboxSource(fixtures, self.media_base_url)
        published_at = source.pointer().current.published_at.timestamp()
        view = self._view(source, fixtures)
        return view._replace(
            now=lambda: published_at,
            is_foreign=lambda version: version != GONE_VERSION,
            ahead_seconds=lambda: self.now - published_at,
        )

    def _record_failure(self, request: Request, exc: Exception) -> None:
        self.failed_requests.append(request)
        self.failures.append(f"{request.url.path}: {exc!r}")

    def _record_event_failure(self, request_id: str, exc: Exception) -> None:
        self.failures.append(f"{request_id}: {exc!r}")


def refusal(code: str, message: str, **details: object) -> bytes:
    """The whole body of an error response."""
    error: dict[str, object] = {"code": code, "message": message, "requestId": REQUEST_ID}
    if details:
        error["details"] = details
    return json.dumps({"error": error}, separators=(",", ":")).encode()


def invalid(*issues: tuple[str, str]) -> bytes:
    """The body of a 422."""
    return refusal(
        "VALIDATION", "The request is not valid.", issues=[issue(*each) for each in issues]
    )


def gone(path: str, message: str) -> bytes:
    """The body of a 410."""
    text = "The version is not stored any more."
    return refusal("VERSION_GONE", text, issues=[issue(path, message)])


def issue(path: str, message: str) -> dict[str, object]:
    """An issue as responses show it: that of the third of a list has the index 2."""
    position = re.match(r"\w+\[(\d+)\]", path)
    return {"path": path, "message": message} | ({"index": int(position[1])} if position else {})


UNAUTHENTICATED = refusal("UNAUTHENTICATED", "A valid API key is required.")
