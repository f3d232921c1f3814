"""`python -m local`: runs the whole system on this machine until Ctrl-C."""

import argparse
import signal
import sys
from pathlib import Path

from local.run import DEFAULT_RUN_FILE, LocalRunFailed, Options, run


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make run",
        description="Refreshes a catalog on this machine and serves it until Ctrl-C.",
        epilog="With make: PORT=8080, UPSTREAM=http://…, MUSIC=<folder>.",
    )
    parser.add_argument("--port", type=int, default=8000, help="port of the API (default: 8000)")
    parser.add_argument(
        "--upstream", help="base URL of a provider of the aweme chart; default: sample data"
    )
    parser.add_argument("--music", type=Path, help="a folder of audio files that becomes the chart")
    parser.add_argument(
        "--once", action="store_true", help="exit after the refresh, without serving"
    )
    parser.add_argument(
        "--run-file",
        type=Path,
        default=DEFAULT_RUN_FILE,
        help="the file that has addresses and keys while the API is served",
    )
    arguments = parser.parse_args()
    options = Options(
        port=arguments.port,
        upstream=arguments.upstream,
        music=arguments.music,
        run_file=arguments.run_file,
        serve=not arguments.once,
    )
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
