"""`python -m local`: the whole system on this machine, until Ctrl-C."""

import argparse
import signal
import sys
from pathlib import Path

from local.run import RUN_FILE, LocalRunFailed, Options, run


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make run",
        description="Refreshes the catalog on this machine and serves it, until Ctrl-C.",
        epilog="With make: PORT=8080, UPSTREAM=http://…, MUSIC=<folder>.",
    )
    parser.add_argument("--port", type=int, default=8000, help="of the API (default: 8000)")
    parser.add_argument(
        "--upstream", help="an upstream that speaks the aweme chart, instead of the stand-in"
    )
    parser.add_argument(
        "--music", type=Path, help="a folder of audio files to make the stand-in's chart of"
    )
    parser.add_argument(
        "--once", action="store_true", help="end after the refresh, without serving"
    )
    parser.add_argument(
        "--run-file",
        type=Path,
        default=RUN_FILE,
        help="where addresses and keys are written while the API is served",
    )
    asked = parser.parse_args()
    options = Options(asked.port, asked.upstream, asked.music, asked.run_file, serve=not asked.once)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        run(options)
    except LocalRunFailed as exc:
        print(f"make run: {exc}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
