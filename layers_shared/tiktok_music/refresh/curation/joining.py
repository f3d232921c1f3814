"""One candidate per TikTok id: what several charts or sources say of a sound, together."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tiktok_music.refresh.candidate import Candidate


def join_same_ids(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates with those of one id joined, in the order of their first appearance.

    The first row's word counts where both say something; the other fills what it leaves open. The
    count is the higher one; a sign of a takedown counts whoever gives it.
    """
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        held = found.get(candidate.tiktok_id)
        found[candidate.tiktok_id] = candidate if held is None else _joined(held, candidate)
    return list(found.values())


def _joined(first: Candidate, second: Candidate) -> Candidate:
    return replace(
        first,
        author=first.author or second.author,
        album=first.album or second.album,
        duration_seconds=first.duration_seconds or second.duration_seconds,
        user_count=max(first.user_count, second.user_count),
        is_commerce_music=first.is_commerce_music or second.is_commerce_music,
        language_name=first.language_name or second.language_name,
        preview_urls=_together(first.preview_urls, second.preview_urls),
        cover_urls=_together(first.cover_urls, second.cover_urls),
        group_ids=_together(first.group_ids, second.group_ids),
        is_original_sound=first.is_original_sound or second.is_original_sound,
        takedown=first.takedown or second.takedown,
        song_clip_id=first.song_clip_id or second.song_clip_id,
    )


def _together(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
