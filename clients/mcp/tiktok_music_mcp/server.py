"""Starts the Model Context Protocol server on stdin and stdout, configured by the environment."""

import os
import sys

from tiktok_music_mcp.catalog_api import CatalogApi, address_fault
from tiktok_music_mcp.tools import build_server


def main() -> int:
    base_url = os.environ.get("TIKTOK_MUSIC_BASE_URL", "")
    key = os.environ.get("TIKTOK_MUSIC_API_KEY", "")
    fault = address_fault(base_url, key)
    if fault is not None:
        print(fault, file=sys.stderr)
        return 2
    build_server(CatalogApi(base_url, key)).run("stdio")
    return 0
