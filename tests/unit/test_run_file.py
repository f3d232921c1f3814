"""The run file: one for each running server, and none of a run that has ended."""

import json
import os
from pathlib import Path

import pytest

from local.run_file import remove_stale, run_file

DOCUMENT = {"baseUrl": "http://127.0.0.1:8000"}
# The largest process id that Linux gives is 2^22.
NO_PROCESS = 2**22 + 1


def a_file_of(path: Path, process_id: int) -> str:
    path.write_text(json.dumps({**DOCUMENT, "processId": process_id}))
    return path.read_text()


def test_the_file_is_there_while_the_server_runs(tmp_path: Path) -> None:
    path = tmp_path / ".local/run.json"

    with run_file(path, 8000, DOCUMENT) as written:
        document = json.loads(path.read_text())
        names = [each.name for each in path.parent.iterdir()]

    assert (written, document) == (path, {**DOCUMENT, "processId": os.getpid()})
    assert names == ["run.json"]
    assert list(path.parent.iterdir()) == []


def test_a_second_run_writes_a_file_named_by_its_port(tmp_path: Path) -> None:
    first = tmp_path / "run.json"
    text = a_file_of(first, os.getppid())

    remove_stale(first)
    with run_file(first, 8010, DOCUMENT) as second:
        assert second == tmp_path / "run-8010.json"
        assert json.loads(second.read_text())["processId"] == os.getpid()
        assert first.read_text() == text

    assert (first.read_text(), second.exists()) == (text, False)


@pytest.mark.parametrize("text", [None, "", "[]", '{"baseUrl": "x"}', "{"])
def test_the_file_of_a_killed_run_is_replaced(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "run.json"
    if text is None:
        a_file_of(path, NO_PROCESS)
    else:
        path.write_text(text)

    with run_file(path, 8000, DOCUMENT) as written:
        assert written == path
        assert json.loads(path.read_text())["processId"] == os.getpid()


def test_another_users_process_is_running_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(process_id: int, sent: int) -> None:
        raise PermissionError

    text = a_file_of(tmp_path / "run.json", 1)
    monkeypatch.setattr(os, "kill", refuse)

    remove_stale(tmp_path / "run.json")

    assert (tmp_path / "run.json").read_text() == text
