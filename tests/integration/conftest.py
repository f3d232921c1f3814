"""The operator's command over moto's account, as an operator types it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from local.embedded_aws import BUCKET, CATALOG_TABLE, KEYS_TABLE, R2_SECRET, EmbeddedAws
from local.media_host import media_app
from local.servers import BackgroundServer, bind
from ops.cli import app
from tests.conftest import REGION
from tests.served import Run
from tiktok_music.adapters.dynamo_models import DynamoAccess, DynamoRows


@pytest.fixture
def catalog(aws: None, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("CATALOG_TABLE", "catalog")
    monkeypatch.setenv("KEYS_TABLE", "keys")
    return lambda *words, **more: CliRunner().invoke(app, list(words), **more)


@pytest.fixture
def stores(catalog: Run) -> DynamoRows:
    return DynamoRows(DynamoAccess(REGION))


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[EmbeddedAws]:
    """A moto server as account and bucket, and a media domain in front of the bucket."""
    aws = EmbeddedAws.start()
    for name, value in aws.environment().items():
        monkeypatch.setenv(name, value)
    media = BackgroundServer.start(media_app(aws.endpoint_url, BUCKET), bind(0))
    document = tmp_path / "tracks.json"
    document.write_text('[{"tiktokId": "13660", "title": "Low Tide"}, {"title": "No Id"}]')
    settings = {
        "CATALOG_TABLE": CATALOG_TABLE,
        "KEYS_TABLE": KEYS_TABLE,
        "SOURCE": "static",
        "SOURCE_LOCATION": str(document),
        "MEDIA_BASE_URL": media.base_url,
        "R2_ENDPOINT_URL": aws.endpoint_url,
        "R2_BUCKET": BUCKET,
        "R2_SECRET": R2_SECRET,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    aws.furnish("source-key")
    yield aws
    media.stop()
    aws.stop()
