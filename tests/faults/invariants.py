"""Invariants that hold at any time, after any fault; each check returns the violations as text.

I1 whole, I2 never empty, I3 forward, I4 ids last, I5 media lasts, I6 one writer, I8 bounded,
I9 no secrets. (The sweeps check I7, heals, on the refresh that follows a fault.)
"""

import gzip
import hashlib
import json
from collections import Counter

from tests.faults.fake_account import Flip
from tests.faults.world import KEPT, SECRET, Run, World
from tiktok_music.adapters.dynamo_lock import LEASE_KEY
from tiktok_music.adapters.dynamo_snapshots import POINTER_KEY
from tiktok_music.api.snapshot_cache import SnapshotCache
from tiktok_music.archive_lookup import resolve_aliases
from tiktok_music.errors import CatalogError
from tiktok_music.snapshot import Snapshot
from tiktok_music.track import cover_key, preview_key


def broken(world: World) -> list[str]:
    """All violations, with readers on a store without faults."""
    return [
        *_broken_answers(world),
        *broken_versions(world),
        *_broken_ids(world),
        *[f"I5: {key} was written {n} times" for key, n in world.account.stored.items() if n > 1],
        *_broken_flips(world.account.flips),
        *_leaked_secrets(world),
        *world.account.breaches,
    ]


def _broken_answers(world: World) -> list[str]:
    """I1-I3: a reader without a cache, and one with an old one."""
    pointer = world.account.pointer()
    if pointer is None:
        return ["I2: the pointer is gone"] if world.account.flips else []
    current = pointer.current.version
    problems = []
    for kind, reader in (("cold", world.cold()), ("warm", world.warm())):
        snapshot, found = answered(world, kind, reader)
        problems += found
        if snapshot is not None and snapshot.descriptor.version != current:
            problems.append(f"I1: a {kind} reader answers {_name(snapshot)}, current is {current}")
    return problems


def answered(world: World, kind: str, reader: SnapshotCache) -> tuple[Snapshot | None, list[str]]:
    """A reader's answer and its violations: incomplete, mixed, empty, or older than the last."""
    try:
        snapshot = reader.snapshot()
    except CatalogError as exc:
        return None, [f"I2: a {kind} reader answers nothing: {exc}"]
    except Exception as exc:  # noqa: BLE001 - the test reports whatever a reader raises
        return None, [f"I2: a {kind} reader fails with {exc!r}"]
    problems = _broken_body(world, kind, snapshot)
    if kind == "warm":
        if snapshot.descriptor.fence < world.seen_fence and not _was_rolled_back(world):
            problems.append(f"I3: the warm reader went back to {_name(snapshot)}")
        world.seen_fence = snapshot.descriptor.fence
    return snapshot, problems


def _broken_body(world: World, kind: str, snapshot: Snapshot) -> list[str]:
    published = {flip.pointer.current.version: flip.pointer.current for flip in world.account.flips}
    written = published.get(snapshot.descriptor.version)
    if written is None:
        return [f"I1: a {kind} reader answers {_name(snapshot)}, which was never published"]
    if hashlib.sha256(snapshot.gzipped).hexdigest() != written.sha256:
        return [f"I1: a {kind} reader answers {_name(snapshot)} incomplete or mixed"]
    body = json.loads(snapshot.plain())
    if not body["tracks"] or len(body["tracks"]) != body["total"]:
        return [f"I2: a {kind} reader answers {_name(snapshot)} empty"]
    return []


def broken_stale_answers(world: World) -> list[str]:
    """I1-I3 with stale replicas: any published version, with at most one strong read."""
    problems = []
    for kind in ("cold", "warm"):
        reader = world.cold() if kind == "cold" else world.warm()
        problems += answered(world, kind, reader)[1]
        calls = world.process("reader" if kind == "cold" else "warm").wire.calls
        strong = [call for call in calls if call.is_consistent and call.keys == (POINTER_KEY,)]
        if len(strong) > 1:
            problems.append(f"F7: a {kind} reader read the pointer strongly {len(strong)} times")
    return problems


def _was_rolled_back(world: World) -> bool:
    return any(not flip.is_publish for flip in world.account.flips)


def broken_versions(world: World) -> list[str]:
    """I1: every version in the pointer's history is stored completely."""
    problems = []
    for descriptor in world.kept():
        gzipped = world.account.gzipped(descriptor)
        if gzipped is None:
            problems.append(f"I1: {descriptor.version} is in the history, a chunk is missing")
        elif hashlib.sha256(gzipped).hexdigest() != descriptor.sha256:
            problems.append(f"I1: {descriptor.version} is in the history and damaged")
    return problems


def _broken_ids(world: World) -> list[str]:
    """I4 and I5: every id that was ever listed resolves, and has its media."""
    listed = ids_listed(world)
    records = resolve_aliases(world.account, sorted(listed))
    problems = [f"I4: {track_id} does not resolve" for track_id in sorted(listed - records.keys())]
    for track_id in sorted(listed & records.keys()):
        own = world.account.get_many([track_id])[track_id]
        if own.media is None:
            problems.append(f"I5: {track_id} has no media")
            continue
        facts = (
            (preview_key(track_id), own.media.preview_sha256, own.media.preview_bytes),
            (cover_key(track_id), own.media.cover_sha256, own.media.cover_bytes),
        )
        problems += [problem for fact in facts for problem in _broken_object(world, *fact)]
    return problems


def ids_listed(world: World) -> set[str]:
    """The ids of every version that was ever current, cached by version."""
    for flip in world.account.flips:
        version = flip.pointer.current.version
        if version not in world.ids:
            gzipped = world.account.gzipped(flip.pointer.current)
            if gzipped is not None:
                rows = json.loads(gzip.decompress(gzipped))["tracks"]
                world.ids[version] = {row["id"] for row in rows}
    versions = {flip.pointer.current.version for flip in world.account.flips}
    return {track_id for version in versions for track_id in world.ids.get(version, ())}


def _broken_object(world: World, key: str, sha256: str, size: int) -> list[str]:
    body = world.account.media(key)
    if body is None:
        return [f"I5: {key} is published and not there"]
    if len(body) != size or hashlib.sha256(body).hexdigest() != sha256:
        return [f"I5: {key} is not what the archive says"]
    return []


def _broken_flips(flips: list[Flip]) -> list[str]:
    """I6: fences only rise, and no scheduled run is published twice."""
    fences = [flip.pointer.fence for flip in flips]
    problems = [
        f"I6: {flip.by} moved the pointer from fence {before} to {flip.pointer.fence}"
        for before, flip in zip(fences, flips[1:], strict=False)
        if flip.pointer.fence <= before
    ]
    published = Counter(flip.pointer.current.scheduled_at for flip in flips if flip.is_publish)
    problems += [
        f"I6: the run of {due} was published {n} times" for due, n in published.items() if n > 1
    ]
    return problems


def _leaked_secrets(world: World) -> list[str]:
    """I9: no log, report or error contains a secret."""
    rows = [*(str(world.account.row(key)) for key in world.account.keys("RUN")), *_recorded(world)]
    texts = [*world.logged, *rows]
    return ["I9: a secret was leaked"] if any(SECRET in text for text in texts) else []


def _recorded(world: World) -> list[str]:
    """The complete recordings, as text."""
    texts = []
    for first in world.account.keys("RUN#"):
        run, kind, number = first.rpartition("#INPUT#")
        if kind and number == "0":
            count = int(world.account.value(first, "pieces"))
            rows = [world.account.row(f"{run}{kind}{index}") or {} for index in range(count)]
            packed = b"".join(row.get("data", b"") for row in rows)
            if hashlib.sha256(packed).hexdigest() == rows[0]["sha256"]:
                texts.append(gzip.decompress(packed).decode())
    return texts


def misreported(world: World, run: Run) -> list[str]:
    """F2: a run whose outcome is not what it stored, such as LOST after its own flip."""
    pointer, last = world.account.pointer(), run.flips[-1].pointer if run.flips else None
    if run.outcome == "LOST" and last is not None and last == pointer:
        return [f"F2: the run says LOST, and {last.current.version} is its own"]
    reported = run.report.version if run.report else None
    if run.outcome == "PUBLISHED" and (last is None or reported != last.current.version):
        return [f"F2: the run says PUBLISHED {reported}, which it never made current"]
    return []


def unresolved_duplicates(world: World, run: Run) -> list[str]:
    """I4: each duplicate of a published run resolves to its canonical track."""
    if run.report is None or run.outcome != "PUBLISHED":
        return []
    return [
        f"I4: duplicate {each.candidate.tiktok_id} does not resolve to {each.canonical.tiktok_id}"
        for each in run.report.duplicates
        if _resolved(world, each.candidate.track_id) != each.canonical.track_id
    ]


def _resolved(world: World, track_id: str) -> str | None:
    record = resolve_aliases(world.account, [track_id]).get(track_id)
    return record.track_id if record else None


def left_over(world: World) -> list[str]:
    """I8, after two clean runs: no chunks of expired versions, and not too many versions."""
    kept = {descriptor.version for descriptor in world.kept()}
    orphans = [key for key in world.account.keys("SNAP#") if key.split("#")[1] not in kept]
    notes = (world.account.row(LEASE_KEY) or {}).get("sweepable") or ()
    stale = [note for note in notes if note.partition("*")[0] not in kept]
    problems = [f"I8: {key} belongs to no version" for key in orphans]
    problems += [f"I8: {note} stays sweepable" for note in stale]
    return [*problems, "I8: too many versions"] if len(kept) > KEPT + 1 else problems


def _name(snapshot: Snapshot) -> str:
    return snapshot.descriptor.version
