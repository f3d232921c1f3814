"""The list function: settings -> application -> entry -> preloaded snapshot."""

import gc

# Nothing that an instance loads becomes garbage; collecting during init is 4 % of a cold start.
gc.disable()

import os
from typing import Any

from mangum.types import LambdaContext

from tiktok_music.api.lambda_entry import LambdaEntry
from tiktok_music.api.settings import ListSettings
from tiktok_music.composition.list_music import compose, fresh_request_id
from tiktok_music.composition.observer import Observer
from tiktok_music.observability import NAMESPACE, flush, new_logger, new_metrics

logger = new_logger("list_music")
metrics = new_metrics("list_music", os.environ.get("METRICS_NAMESPACE", NAMESPACE))
observer = Observer(logger, metrics)
function = compose(ListSettings.from_env(os.environ), observer)
answer = LambdaEntry(function.app, fresh_request_id, observer.event_failed)
function.preload(os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"))

# Freezes what was loaded, so that later collections skip it.
gc.freeze()
gc.enable()


def handler(event: object, context: LambdaContext) -> dict[str, Any]:
    """Answers one event of an HTTP API (payload 2.0); any other event gets an error response."""
    try:
        return answer(event, context)
    finally:
        flush(metrics)
