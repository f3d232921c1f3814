"""Songs of the commercial library, which keep their track although their clips change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from tiktok_music.archive import TrackRecord
from tiktok_music.archive_lookup import ReadableArchive, resolve_aliases
from tiktok_music.refresh.candidate import SONG_GROUP, Candidate


class SongArchive(ReadableArchive, Protocol):
    """The archive with the tracks of songs."""

    def tracks_of_songs(self, song_ids: Iterable[str]) -> Mapping[str, str]:
        """The track ids of songs of the commercial library; unknown songs are left out."""


@dataclass(frozen=True, slots=True)
class KnownSongs:
    """The songs of a chart that an earlier run listed.

    `stored` is the track id of each song as the archive has it, `records` the record that it
    resolves to, by track id, and `songs` the songs of each such record.
    """

    stored: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, TrackRecord] = field(default_factory=dict)
    songs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, candidates: Iterable[Candidate], archive: SongArchive) -> "KnownSongs":
        """Reads the songs of the candidates; makes no call if none is a clip of a song."""
        song_ids = [song_id for candidate in candidates for song_id in candidate.song_ids]
        stored = archive.tracks_of_songs(song_ids) if song_ids else {}
        found = resolve_aliases(archive, stored.values())
        songs: dict[str, tuple[str, ...]] = {}
        for song_id, track_id in stored.items():
            if track_id in found:
                resolved = found[track_id].track_id
                songs[resolved] = (*songs.get(resolved, ()), song_id)
        return cls(stored, {each.track_id: each for each in found.values()}, songs)

    def marked(self, candidate: Candidate) -> Candidate:
        """Adds the groups of the songs whose track the candidate is."""
        groups = (f"{SONG_GROUP}{song}" for song in self.songs.get(candidate.track_id, ()))
        group_ids = tuple(dict.fromkeys((*candidate.group_ids, *groups)))
        return replace(candidate, group_ids=group_ids)


def changed_songs(
    recordings: Iterable[tuple[Candidate, Sequence[Candidate]]], stored: Mapping[str, str]
) -> dict[str, str]:
    """The songs whose track, by song id, is not the stored one.

    `recordings` are canonical tracks with all members of their group.
    """
    tracks = {
        song_id: canonical.track_id
        for canonical, members in recordings
        for member in members
        for song_id in member.song_ids
    }
    return {song: track for song, track in tracks.items() if stored.get(song) != track}
