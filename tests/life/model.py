"""The independent model: it knows songs, not rules, and sees only what is served and stored."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.life.day import Day, song_of
from tests.life.figures import Figures
from tiktok_music.archive import TrackRecord, TrackStatus

Rows = Mapping[str, Mapping[str, object]]
Records = Mapping[str, TrackRecord]


@dataclass
class Model:
    """`id_of_song` is the list by song; `retired_songs` must not come back."""

    figures: Figures
    retired_songs: set[int] = field(default_factory=set)
    id_of_song: dict[int, str] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    last_seen: dict[str, datetime] = field(default_factory=dict)
    given_at: dict[str, dict[str, datetime]] = field(default_factory=lambda: defaultdict(dict))

    def departure(self, record: TrackRecord) -> str:
        """Why a track left the list: the song decides, not the id."""
        song = song_of(record.tiktok_id)
        if song in self.retired_songs:
            return "retired"
        return "merged" if song in self.id_of_song else "offChart"

    def check_publish(self, slot: int, rows: Rows, records: Records) -> None:
        self.given |= set(rows)
        songs: dict[int, str] = {}
        for track_id in rows:
            song = song_of(records[track_id].tiktok_id)
            if song in songs:
                self.figures.violate("one song twice on the list", f"{slot}: {track_id}")
            songs[song] = track_id
            if song in self.retired_songs:
                self.figures.violate("a retired song is listed again", f"{slot}: {track_id}")
            before = self.id_of_song.get(song)
            if before is not None and before != track_id:
                title = rows[track_id]["title"]
                self.figures.violate("the id of a listed song changed", f"{slot}: {title}")
        self.id_of_song = songs

    def check_facts(self, slot: int, now: datetime, day: Day, rows: Rows, records: Records) -> None:
        """The list has what upstream said of an archived upload in the last two weeks."""
        for row in day.rows:
            if row.track_id not in records:
                continue
            said = {
                "isCommerceMusic": row.is_commerce_music is not None,
                "language": row.language_name is not None,
                "album": row.album != "",
                "userCount": row.user_count > 0,
            }
            self.given_at[row.track_id] |= {fact: now for fact in said if said[fact]}
        for track_id, listed in rows.items():
            number = song_of(records[track_id].tiktok_id) % 1_000_000_000
            true = {"isCommerceMusic": number % 3 > 0, "language": "en", "album": "Singles"}
            for fact, given_at in self.given_at[track_id].items():
                if now - given_at > timedelta(days=14):
                    continue
                self.figures.checked["facts"] += 1
                if not (listed[fact] == true[fact] if fact in true else listed[fact]):
                    self.figures.violate(f"{fact} was forgotten", f"{slot}: {track_id}")

    def check_archive(self, slot: int, listed: Collection[str], archived: Records) -> None:
        active = {
            track_id for track_id, record in archived.items() if record.status is TrackStatus.ACTIVE
        }
        for track_id in active - set(listed):
            self.figures.violate("active in the archive, not listed", f"{slot}: {track_id}")
        for track_id in set(listed) - active:
            if archived[track_id].status is not TrackStatus.RETIRED:
                self.figures.violate("listed, not active in the archive", f"{slot}: {track_id}")
        for track_id, record in archived.items():
            if record.last_seen_at < self.last_seen.get(track_id, record.last_seen_at):
                self.figures.violate("lastSeenAt went back", f"{slot}: {track_id}")
            self.last_seen[track_id] = record.last_seen_at
        for track_id in self.given:
            if track_id not in archived:
                self.figures.violate("an id no longer resolves", f"{slot}: {track_id}")
