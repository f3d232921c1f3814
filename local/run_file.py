"""run.json: the addresses and keys of a running server, for tests and the operator's command."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


@contextmanager
def run_file(path: Path, port: int, document: Mapping[str, Any]) -> Iterator[Path]:
    """Writes the document for as long as the block runs; yields the path.

    While another run owns `path`, this one writes `run-<port>.json` beside it: its port is its own.
    """
    text = json.dumps({**document, "processId": os.getpid()}, indent=2) + "\n"
    path.parent.mkdir(exist_ok=True)
    written = path if _create(path, text) else path.with_stem(f"{path.stem}-{port}")
    if written != path:
        written.write_text(text)
    try:
        yield written
    finally:
        if _owner(written) == os.getpid():
            written.unlink(missing_ok=True)


def remove_stale(path: Path) -> None:
    """Removes what a run left that was killed; the file of a running server stays."""
    owner = _owner(path)
    if owner is None or not _is_running(owner):
        path.unlink(missing_ok=True)


def _create(path: Path, text: str) -> bool:
    """Atomic: of two runs that write at once, one creates the file, and never a partial one."""
    remove_stale(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _owner(path: Path) -> int | None:
    with suppress(OSError, ValueError):
        document = json.loads(path.read_text())
        if isinstance(document, dict) and isinstance(document.get("processId"), int):
            return int(document["processId"])
    return None


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's
    return True
