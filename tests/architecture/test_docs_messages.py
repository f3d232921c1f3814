"""Every message on docs/troubleshooting.md is one of the code."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/troubleshooting.md").read_text()
FOLDERS = ("layers_shared", "ops", "local", "tools/packaging", "picker")
JOINED = re.compile(r'"\s*\n\s*f?"')


def test_every_message_exists() -> None:
    files = [path for folder in FOLDERS for path in (ROOT / folder).glob("**/*.[pm]*")]
    files += [ROOT / "Makefile", ROOT / "tests/needs.py"]
    code = "\n".join(
        path.read_text() for path in files if path.suffix in {".py", ".mjs", ""} and path.is_file()
    )
    code = JOINED.sub("", code)
    messages = [
        message
        for cell in re.findall(r"^\| (`.+?) \|", PAGE, re.MULTILINE)
        for message in re.findall(r"`([^`]+)`", cell)
    ]
    parts = [part.strip() for message in messages for part in message.split("…") if part.strip()]

    assert [part for part in parts if part not in code] == []
    assert len(messages) > 40
