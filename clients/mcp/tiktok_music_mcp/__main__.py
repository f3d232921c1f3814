"""`python -m tiktok_music_mcp`."""

import sys

from tiktok_music_mcp.server import main

sys.exit(main())
