"""One curation over all charts, then each chart cut from it in its own order. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tiktok_music.refresh.build_catalog import PreparedCatalog
from tiktok_music.refresh.chart import Chart
from tiktok_music.refresh.media.pipeline import GroupMedia
from tiktok_music.snapshot import join_rows, render_row, row_of

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


@dataclass(frozen=True, slots=True)
class ChartCut:
    """The tracks of one chart in its order: their rows by track id, and the rendered body."""

    rows: Mapping[str, Mapping[str, object]]
    body: bytes


class AcceptedSounds:
    """The accepted track of every sound of a union; each row is rendered once for all charts."""

    def __init__(self, prepared: PreparedCatalog, media_base_url: str) -> None:
        tracks = {each.candidate.tiktok_id: each.track() for each in prepared.catalog.accepted}
        self._groups = {
            member.tiktok_id: result for result in prepared.media for member in result.group.members
        }
        # By the id of each sound, that of its canonical track.
        self._canonical = {
            sound: result.canonical.tiktok_id
            for sound, result in self._groups.items()
            if result.canonical is not None and result.canonical.tiktok_id in tracks
        }
        self._rows = {name: row_of(track, media_base_url) for name, track in tracks.items()}
        self._rendered = {name: render_row(row) for name, row in self._rows.items()}

    def cut(self, chart: Chart) -> ChartCut:
        """The tracks of one chart in its order, without holes; a sound counts where it is best.

        Duplicates take the best place of their members on this chart.
        """
        places: dict[str, int] = {}
        for row, candidate in enumerate(chart.candidates, start=1):
            sound = self._canonical.get(candidate.tiktok_id)
            if sound is not None:
                place = candidate.place or row
                places[sound] = min(place, places.get(sound, place))
        listed = sorted(places, key=lambda sound: (places[sound], self._rows[sound]["id"]))
        listed = listed[:MOST_TRACKS]
        return ChartCut(
            rows={self._rows[sound]["id"]: self._rows[sound] for sound in listed},
            body=join_rows([self._rendered[sound] for sound in listed]),
        )

    def groups_of(self, chart: Chart) -> Sequence[GroupMedia]:
        """The groups with a sound of this chart."""
        ids = (each.tiktok_id for each in chart.candidates)
        found = {id(self._groups[each]): self._groups[each] for each in ids if each in self._groups}
        return tuple(found.values())
