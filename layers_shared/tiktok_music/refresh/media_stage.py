"""The media of a shortlist: fetched for what is new, drawn for what is older."""

from tiktok_music.refresh.curation.shortlist import Shortlist
from tiktok_music.refresh.dependencies import RefreshDependencies, media_dependencies
from tiktok_music.refresh.media.draw import draw_missing
from tiktok_music.refresh.media.pipeline import GroupMedia, fetch_media
from tiktok_music.refresh.trigger import RESERVE_SECONDS, Trigger


def media_of(
    shortlist: Shortlist, dependencies: RefreshDependencies, trigger: Trigger
) -> list[GroupMedia]:
    """One result for each group; what does not fit into the time is left to the next run."""

    def has_time() -> bool:
        return trigger.remaining_seconds() > RESERVE_SECONDS

    media = fetch_media(
        shortlist.curation.groups,
        shortlist.known,
        media_dependencies(dependencies),
        has_time,
        is_forced=trigger.is_forced,
    )
    return draw_missing(media, dependencies.tools, has_time, trigger.scheduled_at)
