"""Reads the links of TikTok sounds that people paste."""

import re

from tiktok_music.track import is_tiktok_id, track_id_of

NOT_A_SOUND = "Must be the link or the id of a TikTok sound."
NOT_TIKTOK = "Must be a link to tiktok.com, or the id of a TikTok sound."
SHORT = "Is a short link: open it, and give the address that it leads to."
VIDEO = "Is the link of a video: open it, and give the link of its sound."

# Host and path, without a query; https://www.tiktok.com/music/<slug>-<id> is the usual form.
_LINK = re.compile(r"(?:https?://)?(?:([a-z0-9-]+)\.)?tiktok\.com/([^?#]*)(?:[?#].*)?", re.I | re.S)
_SOUND = re.compile(r"(?:music/(?:[^/]*-)?|(?:h5/)?share/music/)([0-9]{5,20})(?:\.html)?/?", re.A)
_VIDEO = re.compile(r"(?:@[^/]*/(?:video|photo)|v|embed(?:/v2)?|(?:h5/)?share/video)/.*", re.S)
_SHORT_HOSTS = ("vm", "vt")


def track_id_of_link(text: str) -> str | None:
    """Converts a TikTok link or sound id to a track id; returns None for anything else."""
    text = text.strip()
    if is_tiktok_id(text):
        return track_id_of(text)
    link = _LINK.fullmatch(text)
    if link is None or _is_short(link):
        return None
    sound = _SOUND.fullmatch(link[2])
    return track_id_of(sound[1]) if sound else None


def issue_of_link(text: str) -> str:
    """Explains why `track_id_of_link` does not accept a text."""
    text = text.strip()
    link = _LINK.fullmatch(text)
    if link is None:
        return NOT_TIKTOK if "/" in text else NOT_A_SOUND
    if _is_short(link):
        return SHORT
    return VIDEO if _VIDEO.fullmatch(link[2]) else NOT_A_SOUND


def _is_short(link: re.Match[str]) -> bool:
    return (link[1] or "").lower() in _SHORT_HOSTS or link[2].startswith("t/")
