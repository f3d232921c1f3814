"""Purges the media domain's edge cache at Cloudflare, or says what to purge by hand."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from ops.console import echo
from tiktok_music.settings import Secret

API = "https://api.cloudflare.com/client/v4"
# https://developers.cloudflare.com/cache/how-to/purge-cache/purge_by_prefix/
PREFIXES_PER_CALL = 30
TIMEOUT_SECONDS = 15.0
BY_HAND = "in Cloudflare: the zone, Caching, Configuration, Custom Purge, Prefix"
VARIABLES = "CLOUDFLARE_API_TOKEN (permission Cache Purge) and CLOUDFLARE_ZONE_ID"


@dataclass(frozen=True, slots=True)
class Purge:
    """The result of a cache purge by URL prefix; `problem` is None on success.

    A prefix has every copy of an address below it: Cloudflare stores one for each `Origin`.
    """

    prefixes: tuple[str, ...]
    is_done: bool
    problem: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {"prefixes": list(self.prefixes), "purged": self.is_done, "problem": self.problem}

    def show(self) -> None:
        """Prints what is purged, or what to purge."""
        if not self.prefixes:
            return
        if self.is_done:
            echo(f"purged from the edge cache: {', '.join(self.prefixes)}")
            return
        cause = self.problem or f"with {VARIABLES} this command does it"
        echo(f"to purge from the edge cache, {BY_HAND} ({cause}):")
        for prefix in self.prefixes:
            echo(f"  {prefix}")


def purge_tracks(
    track_ids: Iterable[str], media_base_url: str, environ: Mapping[str, str] = os.environ
) -> Purge:
    """Purges all files of tracks if the environment has a token and a zone; raises nothing."""
    base = urlsplit(media_base_url)
    prefixes = tuple(f"{base.netloc}{base.path}/music/{track_id}" for track_id in track_ids)
    token, zone = (environ.get(f"CLOUDFLARE_{name}", "") for name in ("API_TOKEN", "ZONE_ID"))
    if not (token and zone and prefixes):
        return Purge(prefixes, is_done=False)
    for start in range(0, len(prefixes), PREFIXES_PER_CALL):
        problem = _purge(prefixes[start : start + PREFIXES_PER_CALL], zone, Secret(token))
        if problem is not None:
            return Purge(prefixes[start:], is_done=False, problem=problem)
    return Purge(prefixes, is_done=True)


def _purge(prefixes: tuple[str, ...], zone: str, token: Secret) -> str | None:
    """Sends one purge request; returns the reason of a failure, or None."""
    try:
        response = urllib3.request(
            "POST",
            f"{API}/zones/{zone}/purge_cache",
            headers={"Authorization": f"Bearer {token.reveal()}"},
            json={"prefixes": list(prefixes)},
            timeout=TIMEOUT_SECONDS,
            retries=False,
        )
        answer = json.loads(response.data)
        if answer["success"]:
            return None
        return f"Cloudflare refuses: {answer['errors'][0]['message']}"
    except HTTPError as exc:
        return f"Cloudflare gives no answer: {exc}"
    except (LookupError, TypeError, ValueError):
        return f"Cloudflare answers HTTP {response.status}"
