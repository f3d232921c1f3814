"""The plan function: settings -> dependencies -> the sounds without media -> a list in S3.

One of three Lambdas in this folder, with handler and media_batch: all of them share one build
artefact, whose wheels take 174 MB.
"""

import os
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.typing import LambdaContext

from tiktok_music.adapters.media_lines import lines_of
from tiktok_music.composition.media_map import compose_plans
from tiktok_music.composition.refresh_music import compose_refresh
from tiktok_music.observability import NAMESPACE, count, flush, new_logger, new_metrics
from tiktok_music.refresh.media_plan import plan_media
from tiktok_music.refresh.scheduled_event import parse_event
from tiktok_music.refresh.settings import MediaPlanSettings
from tiktok_music.refresh.trigger import Trigger

logger = new_logger("media_plan")
metrics = new_metrics("media_plan", os.environ.get("METRICS_NAMESPACE", NAMESPACE))
settings = MediaPlanSettings.from_env(os.environ)
provider = SecretsProvider()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Plans the media of a scheduled refresh; returns the key of the plan, and counts.

    Raises SourceError or StoreUnavailable, which the state machine retries, and OutOfTime; the
    refresh then runs without a plan.
    """
    request = parse_event(event, datetime.now(UTC))
    trigger = Trigger(
        holder=context.aws_request_id,
        scheduled_at=request.scheduled_at,
        is_forced=request.is_forced,
        remaining_seconds=lambda: context.get_remaining_time_in_millis() / 1000,
    )
    plan = plan_media(compose_refresh(settings.refresh, provider).read_only(), trigger)
    lines = lines_of(plan.groups)
    # Never overwritten: another execution may be reading the plan of the same scheduled run.
    key = f"plans/{request.scheduled_at:%Y-%m-%dT%H%M%SZ}/{context.aws_request_id}.jsonl"
    compose_plans(settings).save(key, lines.body)
    count(metrics, "MediaPlanned", lines.groups)
    flush(metrics)
    result = {
        "key": key,
        "rows": plan.rows,
        "groups": lines.groups,
        "leftOut": lines.left_out,
        "reason": plan.reason,
    }
    logger.info("media planned", plan=result)
    return result
