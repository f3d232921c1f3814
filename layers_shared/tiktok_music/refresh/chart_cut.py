"""One curation over all charts, then each chart cut from it in its own order. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tiktok_music.refresh.build_catalog import PreparedCatalog
from tiktok_music.refresh.catalog import Accepted
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.media.pipeline import GroupMedia
from tiktok_music.track import Track

# Upstream's longest charts have a tenth of it.
MOST_TRACKS = 1_000


def union_of(charts: Iterable[Chart]) -> Chart:
    """All candidates as one chart; the row of the first chart with a sound comes first."""
    parts = tuple(charts)
    return Chart(
        rows=sum(part.rows for part in parts),
        candidates=tuple(candidate for part in parts for candidate in part.candidates),
        rejections=tuple(rejection for part in parts for rejection in part.rejections),
    )


class AcceptedSounds:
    """The accepted track of every sound of a union, by the sound's TikTok id."""

    def __init__(self, prepared: PreparedCatalog) -> None:
        accepted = {each.candidate.tiktok_id: each for each in prepared.catalog.accepted}
        self._groups = {
            member.tiktok_id: result for result in prepared.media for member in result.group.members
        }
        self._accepted: Mapping[str, Accepted] = {
            sound: accepted[result.canonical.tiktok_id]
            for sound, result in self._groups.items()
            if result.canonical is not None and result.canonical.tiktok_id in accepted
        }

    def cut(self, chart: Chart) -> list[Track]:
        """The tracks of one chart in its order, without holes; a sound counts where it is best.

        Duplicates take the best place of their members on this chart.
        """
        places: dict[str, int] = {}
        for row, candidate in enumerate(chart.candidates, start=1):
            accepted = self._accepted.get(candidate.tiktok_id)
            if accepted is not None:
                sound, place = accepted.candidate.tiktok_id, candidate.place or row
                places[sound] = min(place, places.get(sound, place))
        tracks = [
            replace(self._accepted[sound].track(), place=place) for sound, place in places.items()
        ]
        return sorted(tracks, key=lambda track: (track.place, track.track_id))[:MOST_TRACKS]

    def groups_of(self, chart: Chart) -> Sequence[GroupMedia]:
        """The groups with a sound of this chart."""
        ids = (each.tiktok_id for each in chart.candidates)
        found = {id(self._groups[each]): self._groups[each] for each in ids if each in self._groups}
        return tuple(found.values())
