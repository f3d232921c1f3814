"""Makes the picker's demo from files alone, over the sandbox's tracks with sound and covers.

    python -m tools.packaging.static_demo FOLDER

Any host of static files can serve the folder; nothing in it calls a server.
"""

import argparse
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tiktok_music.adapters.media_workers import ProcessMediaEncoder
from tiktok_music.api.catalog_view import CatalogView
from tiktok_music.api.index import Indexes
from tiktok_music.api.snapshot_cache import SnapshotCache
from tiktok_music.api.tracks import find_tracks
from tiktok_music.archive import TrackRecord
from tiktok_music.publish_policy import HonorOnPublish, PublishPolicy
from tiktok_music.refresh.media.policy import MediaPolicy
from tiktok_music.refresh.media.ports import MediaEncoder
from tiktok_music.refresh.media.store_media import store_drawn
from tiktok_music.sandbox.fixtures import Fixtures, SandboxSource, media_file, sandbox_fixtures
from tiktok_music.track import cover_key, preview_key

PICKER = Path(__file__).resolve().parents[2] / "picker"
MEDIA = "media"
REFRESH_EVERY = timedelta(hours=12)


class FolderStore:
    """A MediaStore in a folder: keys are paths."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save_once(
        self, key: str, body: bytes, content_type: str, facts: Mapping[str, str]
    ) -> Mapping[str, str]:
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return facts

    def get(self, key: str) -> bytes | None:
        path = self._folder / key
        return path.read_bytes() if path.exists() else None


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the picker's demo from files alone.")
    parser.add_argument("folder", type=Path, help="is created; files in it are replaced")
    folder: Path = parser.parse_args().folder
    build(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {size / 1e6:.1f} MB. To see it: python -m http.server --directory {folder}")


def build(folder: Path) -> None:
    """Writes the page, the picker, the tracks and their media."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(PICKER / "tiktok-music-picker.js", folder)
    for name in ("modules", "locales", "demo"):
        shutil.copytree(PICKER / name, folder / name, dirs_exist_ok=True)
    (folder / "demo/index.html").unlink()
    (folder / "index.html").write_text(_page())
    encoder = ProcessMediaEncoder(MediaPolicy())
    try:
        fixtures = _with_media(sandbox_fixtures(), FolderStore(folder / MEDIA), encoder)
    finally:
        encoder.close()
    tracks = list(_tracks(fixtures))
    document = json.dumps({"tracks": tracks}, ensure_ascii=False, separators=(",", ":"))
    (folder / "catalog.json").write_text(document)


def _page() -> str:
    """The demo page, with addresses that hold in any folder of a host, and without a proxy."""
    page = (PICKER / "demo/index.html").read_text()
    page = page.replace(' src="/picker/api"', "").replace('"/picker/', '"')
    picker = '<script type="module" src="tiktok-music-picker.js"></script>'
    return page.replace(picker, '<script type="module" src="demo/static.js"></script>\n' + picker)


def _with_media(fixtures: Fixtures, store: FolderStore, encoder: MediaEncoder) -> Fixtures:
    """Stores previews and covers, and what is drawn of them; the records have the facts."""
    records = {
        track_id: _with_drawn(record, store, encoder) if record.media else record
        for track_id, record in fixtures.records.items()
    }
    return replace(fixtures, records=records)


def _with_drawn(record: TrackRecord, store: FolderStore, encoder: MediaEncoder) -> TrackRecord:
    track_id = record.track_id
    preview, cover = (media_file(track_id, kind).read_bytes() for kind in ("mp3", "jpg"))
    store.save_once(preview_key(track_id), preview, "audio/mpeg", {})
    store.save_once(cover_key(track_id), cover, "image/jpeg", {})
    waveform = encoder.draw_waveform(preview)
    prepared = encoder.prepare_cover(cover)
    start_ms = waveform.loudest_ms
    drawn = store_drawn(track_id, prepared, waveform.peaks, store, offset_ms=0, start_ms=start_ms)
    return replace(record, media=record.media and replace(record.media, drawn=drawn))


def _tracks(fixtures: Fixtures) -> Iterator[dict[str, Any]]:
    """All tracks without aliases, as the batch route answers them, those of the chart first."""
    source = SandboxSource(fixtures, MEDIA)
    now = source.pointer().current.published_at.timestamp()
    snapshots = SnapshotCache(
        source,
        clock=lambda: now,
        jitter=lambda: 0.0,
        on_stale=lambda _: None,
        on_checked=lambda _: None,
    )
    view = CatalogView(
        snapshots=snapshots,
        indexes=Indexes(snapshots, lambda _: None, REFRESH_EVERY),
        archive=fixtures,
        media_base_url=MEDIA,
        now=lambda: now,
        refresh_every=REFRESH_EVERY,
        is_foreign=lambda _: False,
        policy=PublishPolicy(honor=HonorOnPublish.ASKED),
    )
    index = view.indexes.current()
    ids = [*index.ranks, *(each for each in fixtures.records if each not in index.ranks)]
    found = find_tracks(view, index, ids)
    details = {track_id: found[track_id].to_dict() for track_id in ids if track_id in found}
    yield from (detail for track_id, detail in details.items() if detail["id"] == track_id)


if __name__ == "__main__":
    main()
