"""Origins of web pages: the accepted forms, and which pattern covers which origin. Pure."""

import re

from tiktok_music.api_key import KeyEnvironment

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_PORT = "(:[1-9][0-9]{0,4})?"
# As browsers write them: lower case, no default port, no path. `*` is one label of a host.
_SECURE = re.compile(rf"https://(\*\.{_LABEL}\.)?{_LABEL}(\.{_LABEL})*{_PORT}", re.ASCII)
_LOCAL = re.compile(rf"http://localhost({_PORT}|:\*)", re.ASCII)
_ANY = re.compile(r"[a-z0-9-]+", re.ASCII)
LONGEST_ORIGIN = 200
FORM = "Must be an origin as browsers send it, such as https://app.example.com, without a path."


def is_origin_pattern(text: object, environment: KeyEnvironment) -> bool:
    """True for an exact https origin, or one with `*` as its first label, such as
    https://*.example.com; for test keys also http://localhost with any port."""
    if not isinstance(text, str) or len(text) > LONGEST_ORIGIN or text.endswith(":443"):
        return False
    if _SECURE.fullmatch(text):
        return True
    return environment == KeyEnvironment.TEST and _LOCAL.fullmatch(text) is not None


def covers(pattern: str, origin: str) -> bool:
    """True if the pattern is this origin, or its `*` stands for one label or the port of it."""
    if pattern == origin:
        return True
    before, star, after = pattern.partition("*")
    if not star or not origin.startswith(before) or not origin.endswith(after):
        return False
    return _ANY.fullmatch(origin[len(before) : len(origin) - len(after)]) is not None
