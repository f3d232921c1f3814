"""The operator's command over moto's account, as an operator types it."""

import pytest
from typer.testing import CliRunner

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
