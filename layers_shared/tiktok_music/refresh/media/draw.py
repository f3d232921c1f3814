"""Draws small covers and waveforms of media that an older release stored, from the stored files."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial

from tiktok_music.archive import DrawnFacts
from tiktok_music.errors import MediaError, OutOfTime, StoreUnavailable, WorkerFailed
from tiktok_music.refresh.media.pipeline import IO_THREADS, GroupMedia
from tiktok_music.refresh.media.prepare import MediaTools
from tiktok_music.refresh.media.store_media import store_drawn
from tiktok_music.track import cover_key, preview_key

# Of one run: some 20 s of CPU. A catalog of 1,000 tracks is drawn in a week.
MOST_DRAWN = 75

_logger = logging.getLogger(__name__)


def draw_missing(
    results: Sequence[GroupMedia],
    tools: MediaTools,
    has_time: Callable[[], bool],
    scheduled_at: datetime,
) -> list[GroupMedia]:
    """The same groups; some of those without drawn facts have them. The next run continues.

    A failure costs nothing but what would be drawn: damaged or missing files are not tried again.
    The order differs in each run, so that files which crash a decoder hold up no others.
    """

    def drawn(result: GroupMedia) -> GroupMedia:
        if result.canonical is None or result.media is None or not has_time():
            return result
        facts = draw_stored(result.canonical.track_id, tools, has_time)
        return replace(result, media=replace(result.media, drawn=facts)) if facts else result

    undrawn = [each for each in results if each.media and each.media.drawn is None]
    undrawn = sorted(undrawn, key=partial(_turn, scheduled_at))[:MOST_DRAWN]
    if not undrawn:
        return list(results)
    with ThreadPoolExecutor(IO_THREADS, thread_name_prefix="draw") as pool:
        by_id = {id(old): new for old, new in zip(undrawn, pool.map(drawn, undrawn), strict=True)}
    return [by_id.get(id(result), result) for result in results]


def _turn(scheduled_at: datetime, result: GroupMedia) -> bytes:
    text = f"{scheduled_at.isoformat()} {result.group.canonical.track_id}"
    return hashlib.sha256(text.encode()).digest()


def draw_stored(
    track_id: str, tools: MediaTools, has_time: Callable[[], bool]
) -> DrawnFacts | None:
    """The facts, empty for files that cannot be drawn; None for a later run to try again."""
    try:
        preview = tools.store.get(preview_key(track_id))
        cover = tools.store.get(cover_key(track_id))
        if preview is None or cover is None:
            _logger.warning("the preview or the cover of %s is missing", track_id)
            return DrawnFacts()
        waveform = tools.media_encoder.draw_waveform(preview, has_time)
        prepared = tools.media_encoder.prepare_cover(cover, has_time)
    except (StoreUnavailable, OutOfTime, WorkerFailed) as exc:
        _logger.warning("could not draw the media of %s: %s", track_id, exc)
        return None
    except MediaError as exc:
        _logger.warning("could not draw the media of %s: %s", track_id, exc)
        return DrawnFacts()
    except Exception:
        _logger.exception("drawing the media of %s failed", track_id)
        return None
    return store_drawn(
        track_id,
        prepared,
        waveform.peaks,
        tools.store,
        offset_ms=None,
        start_ms=waveform.loudest_ms,
    )
