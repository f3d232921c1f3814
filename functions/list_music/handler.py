"""The list function: settings -> application -> entry."""

import gc

# Nothing of what an instance loads is ever garbage: looking for some is 4 % of its start.
gc.disable()

import os
from typing import Any

from mangum.types import LambdaContext

from tiktok_music.api.lambda_entry import LambdaEntry
from tiktok_music.api.settings import ListSettings
from tiktok_music.composition.list_music import Observer, compose_app, fresh_request_id
from tiktok_music.observability import NAMESPACE, flush, new_logger, new_metrics

logger = new_logger("list_music")
metrics = new_metrics("list_music", os.environ.get("METRICS_NAMESPACE", NAMESPACE))
observer = Observer(logger, metrics)
app = compose_app(ListSettings.from_env(os.environ), observer)
answer = LambdaEntry(app, fresh_request_id, observer.event_failed)

# Nor does a later collection look through it.
gc.freeze()
gc.enable()


def handler(event: object, context: LambdaContext) -> dict[str, Any]:
    """Answers one event of an HTTP API (payload 2.0), and says so to any other."""
    try:
        return answer(event, context)
    finally:
        flush(metrics)
