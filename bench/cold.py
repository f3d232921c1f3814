"""`make bench-cold`: measures the cold start of the list function.

valgrind counts the instructions of the built artefact (repeatable to 0.1 %, unlike times): its
init, its first and its second request over TLS, beside an empty program and the packages alone.
Then follow the import time of each package and the init duration that the Runtime Interface
Emulator reports.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.catalog import MEDIA, a_track, list_event, published
from bench.cold_programs import BARE_STACK, LIST_FUNCTION, PROGRAMS
from bench.tls_dynamo import tls_dynamo
from local.demo_keys import make_demo_keys
from local.embedded_aws import CATALOG_TABLE, KEYS_TABLE, REGION, EmbeddedAws
from local.emulator import EmulatorMissing, build, emulated, require
from tiktok_music.adapters.dynamo_snapshots import chunk_key

LIST = "ListMusicFunction"
TRACKS = 1_000
ROUNDS = 5


def main(arguments: Sequence[str]) -> int:
    """Measures a new build, or the build in the folder that is given."""
    try:
        # Resolved: the virtual environment's interpreter takes three times as long to start.
        python = str(Path(require()[1]).resolve())
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            built = Path(arguments[0]) if arguments else folder / "build"
            if not arguments:
                build(built)
            with list_environment(built, folder) as environment:
                print_instructions(python, environment)
                print_requests(python, environment, bundles(built, folder))
                print_imports(python, environment)
                print_init_reports(built, folder, environment)
    except EmulatorMissing as exc:
        print(f"make bench-cold: {exc}", file=sys.stderr)
        return 1
    except FileNotFoundError as exc:
        print(f"make bench-cold: {exc.filename} is needed (apt install valgrind)", file=sys.stderr)
        return 1
    return 0


@contextmanager
def list_environment(built: Path, folder: Path) -> Iterator[dict[str, str]]:
    """The function's variables, with a catalog in DynamoDB behind TLS and an event that reads it.

    The CA of DynamoDB's certificate is `folder/ca.pem`.
    """
    aws = EmbeddedAws.start()
    os.environ.update(aws.environment())
    aws.furnish("unused")
    key = make_demo_keys(REGION, KEYS_TABLE)["publishRead"]
    snapshot = published([a_track(number) for number in range(TRACKS)])
    event = folder / "event.json"
    event.write_text(json.dumps(list_event(key)))
    with tls_dynamo(folder) as (url, ca):
        yield {
            **aws.environment(),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{built / LIST}{os.pathsep}{built / 'SharedLayer/python'}",
            "PYTHONHASHSEED": "0",
            "AWS_ENDPOINT_URL_DYNAMODB": url,
            "AWS_CA_BUNDLE": str(ca),
            "CATALOG_TABLE": CATALOG_TABLE,
            "KEYS_TABLE": KEYS_TABLE,
            "MEDIA_BASE_URL": MEDIA,
            "POWERTOOLS_LOG_LEVEL": "INFO",
            "EVENT": str(event),
            "STORED_KEY": chunk_key(snapshot.descriptor.version, 0),
        }
    aws.stop()


def bundles(built: Path, folder: Path) -> dict[str, Path]:
    """Bundles of roots, by their name: botocore's and Amazon's, each with the test CA."""
    layer = built / "SharedLayer/python"
    sources = {"all roots": layer / "botocore/cacert.pem", "Amazon's": layer / "amazon_roots.pem"}
    written = {}
    for name, source in sources.items():
        if source.exists():
            written[name] = folder / f"{source.stem}_and_test.pem"
            written[name].write_bytes(source.read_bytes() + (folder / "ca.pem").read_bytes())
    return written


def print_instructions(python: str, environment: Mapping[str, str]) -> None:
    print(f"{'million instructions':<40} {'':>7} {'x pass':>7} {'over pass':>10}")
    counted = {
        name: instructions(python, program, environment) for name, program in PROGRAMS.items()
    }
    empty = counted["python -c pass"]
    for name, count in counted.items():
        over = (count - empty) / 1e6
        print(f"  {name:<38} {count / 1e6:>7.0f} {count / empty:>7.1f} {over:>10.0f}")


def print_requests(
    python: str, environment: Mapping[str, str], by_roots: Mapping[str, Path]
) -> None:
    """Prints init, first and second request: differences of programs with 0, 1 and 2 requests."""
    print(f"\n{'million instructions, TLS':<40} {'init':>7} {'first':>7} {'second':>7} {'sum':>7}")
    for what, program in (("the packages alone", BARE_STACK), ("the list function", LIST_FUNCTION)):
        for roots, bundle in by_roots.items():
            chosen = {**environment, "AWS_CA_BUNDLE": str(bundle)}
            none, one, two = (
                instructions(python, ("-S", "-c", program, str(requests)), chosen) / 1e6
                for requests in range(3)
            )
            parts = f"{none:>7.0f} {one - none:>7.1f} {two - one:>7.1f} {one:>7.0f}"
            print(f"  {f'{what}, {roots}':<38} {parts}", flush=True)


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
    )
    found = re.search(r"I +refs: +([0-9,]+)", run.stderr)
    assert found is not None and run.returncode == 0, run.stderr  # noqa: PT018,S101
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


def print_init_reports(built: Path, folder: Path, environment: Mapping[str, str]) -> None:
    own = {name: environment[name] for name in environment if name not in ("PATH", "PYTHONPATH")}
    empty = folder / "empty"
    (empty / LIST).mkdir(parents=True)
    (empty / LIST / "handler.py").write_text("def handler(event, context):\n    return {}\n")
    (empty / "SharedLayer/python").mkdir(parents=True)
    print("\nINIT REPORT of the emulator, ms, best of three")
    for name, place in (("an empty handler", empty), ("the list function", built)):
        reports = [init_report(place, folder / "init.log", own) for _ in range(3)]
        print(f"  {name:<38} {min(reports):>7.0f}")


def init_report(place: Path, log: Path, environment: Mapping[str, str]) -> float:
    with emulated(place, LIST, environment, log) as emulator:
        emulator.invoke(b"{}")
    found = re.search(r"INIT REPORT\(durationMs: ([0-9.]+)\)", log.read_text())
    assert found is not None, log.read_text()  # noqa: S101 - logged at this level
    return float(found[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
