"""Expands TikTok's short links by the redirects that they answer. No I/O.

Only addresses of tiktok.com are requested, by https, without the key, and few of them.
"""

import re
from urllib.parse import urljoin, urlsplit

from tiktok_music_client.errors import Unreachable, ValidationFailed

MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_SHORT = re.compile(
    r"(?:https?://)?(?:(?:vm|vt)\.tiktok\.com/|(?:[a-z0-9-]+\.)?tiktok\.com/t/)[\x21-\x7e]+", re.I
)
_HOST = re.compile(r"(?:[a-z0-9-]+\.)*tiktok\.com", re.I)


class ShortLink:
    """A link on its way: `address` is the one to request, None once it is no short link."""

    def __init__(self, link: str) -> None:
        text = link.strip()
        self.address: str | None = None
        self.result = link
        self._redirects = 0
        if _SHORT.fullmatch(text):
            self.address = f"https://{re.sub('^https?://', '', text, flags=re.I)}"

    def answered(self, status: int, location: str) -> None:
        """Follows one answer; raises ValidationFailed for one that leads to no address."""
        if status == 429 or status >= 500:
            raise Unreachable(f"TikTok does not expand the short link now (HTTP {status})")
        if status not in _REDIRECTS or not location:
            raise _no_sound(f"it leads nowhere (HTTP {status})")
        address = _joined(self.address or "", location)
        self._redirects += 1
        if self._redirects > MOST_REDIRECTS:
            raise _no_sound(f"it has more than {MOST_REDIRECTS} redirects")
        if _SHORT.fullmatch(address) is None:
            self.address, self.result = None, address.partition("?")[0]
        else:
            self.address = address


def _joined(address: str, location: str) -> str:
    """The next address; raises ValidationFailed for one that is not TikTok's or not secure."""
    try:
        joined = urljoin(address, location)
        parts = urlsplit(joined)
        is_own = _HOST.fullmatch(parts.netloc) is not None
    except ValueError:
        is_own, joined, parts = False, "", urlsplit("")
    if not is_own or parts.scheme != "https":
        raise _no_sound("it leads away from https://tiktok.com")
    return joined


def _no_sound(reason: str) -> ValidationFailed:
    issue = {"path": "link", "message": f"Is a short link, and {reason}."}
    return ValidationFailed(422, "The link is not valid.", details={"issues": [issue]})
