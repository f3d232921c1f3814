"""The announce function: stream records -> changes -> events on the bus.

Exists only with the template's `Events: on`.
"""

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from tiktok_music.announce.announce import announce
from tiktok_music.announce.settings import AnnounceSettings
from tiktok_music.composition.announce import compose_announce
from tiktok_music.observability import new_logger

logger = new_logger("announce")
stream, dependencies = compose_announce(AnnounceSettings.from_env(os.environ))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Announces the changes of a batch of stream records; returns the events sent.

    Raises StoreUnavailable, so that Lambda retries the batch.
    """
    sent = announce(stream.changes(event["Records"]), dependencies)
    result = [{"detailType": each.detail_type, "detail": dict(each.detail)} for each in sent]
    if result:
        logger.info("catalog changes announced", events=result)
    return {"events": result}
