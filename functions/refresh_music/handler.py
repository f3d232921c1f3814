"""The refresh function: settings -> dependencies -> one refresh -> report.

One of three Lambdas in this folder, with media_plan and media_batch: all of them share one build
artefact, whose wheels take 174 MB.
"""

import os
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.typing import LambdaContext

from tiktok_music.composition.refresh_music import compose_refresh
from tiktok_music.observability import NAMESPACE, new_logger, new_metrics
from tiktok_music.refresh.history.notify import notify
from tiktok_music.refresh.refresh import refresh
from tiktok_music.refresh.scheduled_event import parse_event
from tiktok_music.refresh.settings import RefreshSettings
from tiktok_music.refresh.trigger import Trigger

logger = new_logger("refresh_music")
metrics = new_metrics("refresh_music", os.environ.get("METRICS_NAMESPACE", NAMESPACE))
settings = RefreshSettings.from_env(os.environ)
provider = SecretsProvider()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Runs the refresh of a scheduled event and returns its report.

    Raises RefreshFailed if a retry may help, so that Lambda retries.
    """
    request = parse_event(event, datetime.now(UTC))
    trigger = Trigger(
        holder=context.aws_request_id,
        scheduled_at=request.scheduled_at,
        is_forced=request.is_forced,
        remaining_seconds=lambda: context.get_remaining_time_in_millis() / 1000,
    )
    return notify(refresh(compose_refresh(settings, provider), trigger), logger, metrics)
