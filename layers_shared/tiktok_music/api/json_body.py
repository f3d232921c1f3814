"""Parses the JSON body of a request within a limit."""

import json

from tiktok_music.errors import Invalid


def parse_json(raw: bytes, most_bytes: int) -> object:
    """The value of a body; raises Invalid."""
    if len(raw) > most_bytes:
        raise Invalid((("body", f"Must have at most {most_bytes} bytes."),))
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as exc:
        raise Invalid((("body", "Must be JSON."),)) from exc
