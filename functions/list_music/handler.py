"""The list function: settings -> application -> Mangum."""

import os
from typing import Any

from mangum import Mangum
from mangum.types import LambdaContext

from tiktok_music.api.settings import ListSettings
from tiktok_music.composition.list_music import Observer, compose_app
from tiktok_music.observability import flush, new_logger, new_metrics

logger = new_logger("list_music")
metrics = new_metrics("list_music")
app = compose_app(ListSettings.from_env(os.environ), Observer(logger, metrics))
answer = Mangum(app, lifespan="off")


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers one event of an HTTP API (payload 2.0)."""
    try:
        return answer(event, context)
    finally:
        flush(metrics)
