"""A candidate: a sound from upstream, parsed and typed, before any rule is applied."""

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field

from tiktok_music.about import About
from tiktok_music.publish_facts import PublishFacts
from tiktok_music.track import track_id_of

# A song of the commercial library as a group id, which all clips of the song share.
SONG_GROUP = "cml:"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sound of a trending chart.

    `duration_seconds` is upstream's value, 0 if it has none; `preview_urls` and `cover_urls` are in
    order of preference; `group_ids` are upstream's ids of the recording; `takedown` is upstream's
    reason why the sound is unavailable, or None; `publish` are the facts for publishing a song of
    the commercial library; `has_commerce_right` is upstream's flag, None if it has none; `place` is
    the position in its chart, counted from 1, or 0 if unknown. `excerpt_start_ms` and
    `chorus_start_ms` are the positions of its file and of the chorus in the song.
    `is_commerce_music` is None if upstream does not say. `silent` names the facts that upstream
    leaves out, `upstream_title` is its title where the operator gave another one.
    """

    tiktok_id: str
    title: str
    author: str = ""
    _: KW_ONLY
    album: str = ""
    duration_seconds: float = 0.0
    user_count: int = 0
    is_commerce_music: bool | None = None
    language_name: str | None = None
    preview_urls: tuple[str, ...] = ()
    cover_urls: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()
    is_original_sound: bool = False
    takedown: str | None = None
    publish: PublishFacts | None = None
    has_commerce_right: bool | None = None
    place: int = 0
    excerpt_start_ms: int | None = None
    chorus_start_ms: int | None = None
    about: About = field(default_factory=About)
    silent: frozenset[str] = field(default=frozenset(), compare=False)
    upstream_title: str | None = None

    @property
    def track_id(self) -> str:
        """The catalog id of this sound, listed or not."""
        return track_id_of(self.tiktok_id)

    @property
    def song_ids(self) -> tuple[str, ...]:
        """The songs of the commercial library that it is a clip of (`commercial_music_id`)."""
        songs = (each for each in self.group_ids if each.startswith(SONG_GROUP))
        return tuple(each.removeprefix(SONG_GROUP) for each in songs)

    def has_addresses(self) -> bool:
        """True if there is an address of a preview and of a cover."""
        return bool(self.preview_urls and self.cover_urls)


def best_place(candidates: Iterable[Candidate]) -> int:
    """The first place that one of the candidates has; 0 if none has one."""
    return min((each.place for each in candidates if each.place), default=0)
