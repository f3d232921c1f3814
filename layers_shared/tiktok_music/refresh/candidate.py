"""A sound as upstream offers it, parsed and typed, before any rule has judged it."""

from dataclasses import dataclass

from tiktok_music.track import track_id_of


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sound of a trending chart.

    `duration_seconds` is what upstream says (0 when it says nothing); `preview_urls` and
    `cover_urls` are in order of preference; `group_ids` are upstream's own names for the same
    recording; `takedown` is upstream's own word for why the sound cannot be used, or None;
    `song_clip_id` is what publishing commercial music asks for.
    """

    tiktok_id: str
    title: str
    author: str = ""
    album: str = ""
    duration_seconds: float = 0.0
    user_count: int = 0
    is_commerce_music: bool = False
    language_name: str | None = None
    preview_urls: tuple[str, ...] = ()
    cover_urls: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    is_original_sound: bool = False
    takedown: str | None = None
    song_clip_id: str | None = None

    @property
    def track_id(self) -> str:
        """The catalog id that this sound has, or would have."""
        return track_id_of(self.tiktok_id)

    def has_addresses(self) -> bool:
        """True if there is an address of a preview and of a cover."""
        return bool(self.preview_urls and self.cover_urls)
