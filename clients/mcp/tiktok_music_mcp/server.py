"""Starts the Model Context Protocol server on stdin and stdout, configured by the environment."""

import os
import sys

from tiktok_music_mcp.catalog_api import CatalogApi
from tiktok_music_mcp.tools import build_server


def main() -> int:
    base_url = os.environ.get("TIKTOK_MUSIC_BASE_URL", "")
    key = os.environ.get("TIKTOK_MUSIC_API_KEY", "")
    if not base_url or not key or not key.isascii():
        print(
            "TIKTOK_MUSIC_BASE_URL and TIKTOK_MUSIC_API_KEY (in ASCII) must be set", file=sys.stderr
        )
        return 2
    build_server(CatalogApi(base_url, key)).run("stdio")
    return 0
