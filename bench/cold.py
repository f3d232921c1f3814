"""`make bench-cold`: measures the cold start of the list function.

valgrind counts the instructions of the built artefact's init (repeatable to 0.1 %, unlike times)
and, for comparison, of an empty program and of the packages alone. Then follow the import time of
each package and the init duration that the Runtime Interface Emulator reports.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.emulator import EmulatorMissing, build, emulated, require

LIST = "ListMusicFunction"
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_EC2_METADATA_DISABLED": "true",
    "CATALOG_TABLE": "catalog",
    "KEYS_TABLE": "keys",
    "MEDIA_BASE_URL": "https://media.example.com",
}
# The packages alone, as in their quick starts: an application with one route, a model with its
# client, a logger, metrics.
BARE_STACK = """
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from mangum import Mangum
from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.models import Model
from aws_lambda_powertools import Logger, Metrics
class Row(Model):
    class Meta:
        table_name = "rows"
    pk = UnicodeAttribute(hash_key=True)
async def answer(request):
    return Response()
handler = Mangum(Starlette(routes=[Route("/", answer)]), lifespan="off")
Logger(service="x"), Metrics(namespace="x", service="x")
Connection(region="eu-central-1").client
"""
# A Lambda does not exit after init, so the interpreter's shutdown is not counted.
STAY = "\nimport posix; posix._exit(0)"
# -S: without this machine's site-packages.
PROGRAMS = {
    "python -c pass": ("-c", f"pass{STAY}"),
    "python -S -c pass": ("-S", "-c", f"pass{STAY}"),
    "import asyncio": ("-S", "-c", f"import asyncio{STAY}"),
    "the packages alone": ("-S", "-c", BARE_STACK + STAY),
    "import handler": ("-S", "-c", f"import handler{STAY}"),
}
ROUNDS = 5


def main() -> int:
    try:
        # Resolved: the virtual environment's interpreter takes three times as long to start.
        python = str(Path(require()[1]).resolve())
        with tempfile.TemporaryDirectory() as folder:
            built = Path(folder) / "build"
            build(built)
            environment = {**ENVIRONMENT, "PATH": os.environ["PATH"], "PYTHONPATH": _path(built)}
            print_instructions(python, environment)
            print_imports(python, environment)
            print_init_reports(built, Path(folder))
    except EmulatorMissing as exc:
        print(f"make bench-cold: {exc}", file=sys.stderr)
        return 1
    except FileNotFoundError as exc:
        print(f"make bench-cold: {exc.filename} is needed (apt install valgrind)", file=sys.stderr)
        return 1
    return 0


def _path(built: Path) -> str:
    return f"{built / LIST}{os.pathsep}{built / 'SharedLayer/python'}"


def print_instructions(python: str, environment: Mapping[str, str]) -> None:
    print(f"{'million instructions':<40} {'':>7} {'x pass':>7} {'over pass':>10}")
    counted = {
        name: instructions(python, program, environment) for name, program in PROGRAMS.items()
    }
    empty = counted["python -c pass"]
    for name, count in counted.items():
        over = (count - empty) / 1e6
        print(f"  {name:<38} {count / 1e6:>7.0f} {count / empty:>7.1f} {over:>10.0f}")


def instructions(python: str, program: Sequence[str], environment: Mapping[str, str]) -> int:
    """Instructions of one run of the interpreter."""
    run = subprocess.run(  # noqa: S603 - our own programs
        [
            *("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"),
            *(python, *program),
        ],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"I +refs: +([0-9,]+)", run.stderr)
    assert found is not None, run.stderr  # noqa: S101 - valgrind always prints it
    return int(found[1].replace(",", ""))


def print_imports(python: str, environment: Mapping[str, str]) -> None:
    """Prints each package's own time, without nested imports: the best of several rounds."""
    rounds = [own_microseconds(python, environment) for _ in range(ROUNDS)]
    best = {name: min(found[name] for found in rounds) for name in rounds[0]}
    packages = Counter({name: 0 for name in {module.split(".")[0] for module in best}})
    modules = Counter(module.split(".")[0] for module in best)
    for module, own in best.items():
        packages[module.split(".")[0]] += own
    print(f"\n{'package, without its imports':<40} {'ms':>7} {'share':>7} {'modules':>10}")
    whole = packages.total()
    for name, own in packages.most_common(20):
        print(f"  {name:<38} {own / 1000:>7.1f} {own / whole:>7.0%} {modules[name]:>10}")
    print(f"  {'all':<38} {whole / 1000:>7.1f} {'':>7} {modules.total():>10}")


def own_microseconds(python: str, environment: Mapping[str, str]) -> dict[str, int]:
    run = subprocess.run(  # noqa: S603 - our own program
        [python, "-S", "-X", "importtime", "-c", "import handler"],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = re.findall(r"^import time: +(\d+) \| +\d+ \| +(\S+)$", run.stderr, re.MULTILINE)
    return {name: int(own) for own, name in lines}


def print_init_reports(built: Path, folder: Path) -> None:
    empty = folder / "empty"
    (empty / LIST).mkdir(parents=True)
    (empty / LIST / "handler.py").write_text("def handler(event, context):\n    return {}\n")
    (empty / "SharedLayer/python").mkdir(parents=True)
    print("\nINIT REPORT of the emulator, ms, best of three")
    for name, place in (("an empty handler", empty), ("the list function", built)):
        reports = [init_report(place, folder / "init.log") for _ in range(3)]
        print(f"  {name:<38} {min(reports):>7.0f}")


def init_report(place: Path, log: Path) -> float:
    with emulated(place, LIST, ENVIRONMENT, log) as emulator:
        emulator.invoke(b"{}")
    found = re.search(r"INIT REPORT\(durationMs: ([0-9.]+)\)", log.read_text())
    assert found is not None, log.read_text()  # noqa: S101 - logged at this level
    return float(found[1])


if __name__ == "__main__":
    sys.exit(main())
