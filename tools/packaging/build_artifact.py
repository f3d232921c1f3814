"""Fills one artefact of `sam build`: wheels for the Lambda's platform, project code, bytecode.

    python -m tools.packaging.build_artifact FOLDER ARTIFACTS_DIR

FOLDER is functions/<name> or layers_shared. Works without a container: pip downloads wheels for
Linux on ARCH (arm64 or x86_64), whatever this machine's platform is.
"""

import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement

from tools.packaging.amazon_roots import write_amazon_roots
from tools.packaging.strip_library import NotStrippable, stripped
from tools.packaging.trim_botocore import trim_botocore

RUNTIME = "3.13"
LAYER_PINS = Path(__file__).resolve().parents[2] / "layers_shared" / "requirements.txt"
LAMBDA = {"python_version": RUNTIME, "python_full_version": f"{RUNTIME}.0", "sys_platform": "linux"}
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
# Programs, tests, and parts of packages that no code here imports. No text is drawn on covers, so
# Pillow's font module goes, with the libraries that only it links.
UNUSED = (
    "bin",
    "**/tests",
    "*.dist-info/RECORD",
    "*.dist-info/sboms",
    "boto3/data",
    "numpy/f2py",
    "numpy/ma",
    "numpy/polynomial",
    "numpy/random",
    "numpy/testing",
    "numpy/_pyinstaller",
    "numpy/_core/_simd.*",
    "numpy/_core/*_tests.*",
    "pydantic/v1",
    "PIL/_imagingft.*",
    "PIL/_imagingtk.*",
    "pillow.libs/libbrotli*",
    "pillow.libs/libfreetype*",
    "pillow.libs/libharfbuzz*",
)
BUILD_TIME_SUFFIXES = {".a", ".c", ".h", ".pxd", ".pyi", ".pyx"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("artifacts", type=Path)
    arguments = parser.parse_args()
    is_layer = (arguments.folder / "tiktok_music").is_dir()
    target = arguments.artifacts / "python" if is_layer else arguments.artifacts
    target.mkdir(parents=True, exist_ok=True)
    in_layer = set() if is_layer else set(pins(LAYER_PINS))
    install_wheels(arguments.folder / "requirements.txt", in_layer, target)
    copy_code(arguments.folder, target)
    trim(target)
    if is_layer:
        write_amazon_roots(target)
    compile_bytecode(target, "/opt/python" if is_layer else "/var/task")


def pins(requirements: Path) -> dict[str, str]:
    """Package name -> its pin for the Lambda: version and hashes, without a marker.

    pip would evaluate a marker for the Python that runs pip, which need not be the Lambda's.
    """
    found = {}
    for block in re.split(r"\n(?=\S)", requirements.read_text().strip()):
        head, _, hashes = block.partition("\\\n")
        if "==" not in head:
            continue
        requirement = Requirement(head.strip())
        if requirement.marker is None or requirement.marker.evaluate(LAMBDA):
            found[requirement.name] = f"{requirement.name}{requirement.specifier} \\\n{hashes}"
    return found


def install_wheels(requirements: Path, in_layer: set[str], target: Path) -> None:
    """Installs the wheels that the layer lacks; a wheel that does not exist fails the build."""
    machine = MACHINES[os.environ.get("ARCH", "arm64")]
    platforms = [f"--platform=manylinux{tag}_{machine}" for tag in ("2014", "_2_28", "_2_34")]
    required = [pin for name, pin in pins(requirements).items() if name not in in_layer]
    if not required:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(required))
        file.flush()
        command = [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps"),
            *("--only-binary=:all:", "--implementation=cp", f"--python-version={RUNTIME}"),
            *platforms,
            *("--no-compile", f"--requirement={file.name}", f"--target={target}"),
        ]
        subprocess.run(command, check=True)  # noqa: S603


def copy_code(folder: Path, target: Path) -> None:
    """Copies the project's modules, without files that only the build needs."""
    ignored = shutil.ignore_patterns("__pycache__", "requirements.*", "Makefile", "__init__.py")
    inner = shutil.ignore_patterns("__pycache__")
    for item in sorted(folder.iterdir()):
        if item.is_dir() and item.name != "__pycache__":
            shutil.copytree(item, target / item.name, ignore=inner, dirs_exist_ok=True)
        elif item.is_file() and not ignored(str(folder), [item.name]):
            shutil.copy2(item, target / item.name)


def trim(target: Path) -> None:
    """Removes what a Lambda never reads: half of what pip installs."""
    for path in [path for pattern in UNUSED for path in target.glob(pattern)]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for file in target.rglob("*"):
        if file.suffix in BUILD_TIME_SUFFIXES:
            file.unlink()
    if (target / "botocore").is_dir():
        trim_botocore(target / "botocore" / "data")
    for library in target.rglob("*.so*"):
        with contextlib.suppress(NotStrippable):
            library.write_bytes(stripped(library.read_bytes()))


def compile_bytecode(target: Path, deployed_to: str) -> None:
    """Compiles to unchecked-hash bytecode: SAM's zip sets all times to 1980, so that bytecode
    checked by time would be stale."""
    python = lambda_python()
    if python is None:
        print(f"no Python {RUNTIME} found: no bytecode; cold starts take 2-3 times as long")
        return
    command = [
        *(python, "-m", "compileall", "-q", "-j0", "--invalidation-mode", "unchecked-hash"),
        *("-s", str(target), "-p", deployed_to, str(target)),
    ]
    subprocess.run(command, check=True)  # noqa: S603


def lambda_python() -> str | None:
    """Finds an interpreter of the Lambda's version, if one is installed."""
    names = [sys.executable, f"python{RUNTIME}"]
    names += sorted(
        str(path) for path in Path.home().glob(f".pyenv/versions/{RUNTIME}*/bin/python")
    )
    test = f"import sys; sys.exit('%d.%d' % sys.version_info[:2] != '{RUNTIME}')"
    for name in names:
        path = shutil.which(name)
        if path and subprocess.run([path, "-c", test], capture_output=True).returncode == 0:  # noqa: S603
            return path
    return None


if __name__ == "__main__":
    main()
