"""The batch function: some lines of a plan -> their media -> the ledger.

One of three Lambdas in this folder, with handler and media_plan: all of them share one build
artefact, whose wheels take 174 MB.
"""

import os
from typing import Any

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.typing import LambdaContext

from tiktok_music.adapters.media_lines import batch_of
from tiktok_music.composition.media_map import compose_batch
from tiktok_music.observability import NAMESPACE, count, flush, new_logger, new_metrics
from tiktok_music.refresh.media.batch import run_batch
from tiktok_music.refresh.settings import MediaBatchSettings
from tiktok_music.refresh.trigger import RESERVE_SECONDS

logger = new_logger("media_batch")
metrics = new_metrics("media_batch", os.environ.get("METRICS_NAMESPACE", NAMESPACE))
settings = MediaBatchSettings.from_env(os.environ)
provider = SecretsProvider()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Fetches the media of a batch while there is time, and returns the counts.

    Raises StoreUnavailable, which the state machine retries, and MediaBatchFailed, which it does
    not.
    """
    batch = batch_of(event)
    report = run_batch(
        batch.groups,
        compose_batch(settings, provider),
        has_time=lambda: context.get_remaining_time_in_millis() / 1000 > RESERVE_SECONDS,
    )
    count(metrics, "MediaStored", report.new_media)
    count(metrics, "MediaDeferred", report.deferred)
    flush(metrics)
    result = {"plan": batch.plan, **report.to_dict(), "unreadable": batch.unreadable}
    logger.info("media batch done", batch=result)
    return result
