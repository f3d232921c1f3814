"""An image that stands for the Lambda's, put together from what is on this machine.

The real one is in a registry; this one has the same places (/var/task, /opt, /var/runtime,
/var/lang), the same Python, AWS's own runtime client, and a shell for SAM's commands, no more.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from local.emulator import RUNTIME

IMAGE = "localhost/tiktok-music-lambda-python:3.13"
COMMANDS = ("sh", "mv", "cp", "rm", "chmod", "mkdir", "ls", "cat")
# Of the interpreter's library; a Lambda has no use for them.
LEFT_OUT = ("test", "idlelib", "site-packages", "ensurepip", "tkinter", "turtledemo", "__pycache__")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
BOOTSTRAP = """#!/bin/sh
export PYTHONPATH="/var/task:/opt/python/lib/python3.13/site-packages:/opt/python:/var/runtime"
exec /var/lang/bin/python3.13 -m awslambdaric "$_HANDLER"
"""
CONTAINERFILE = """FROM scratch
ADD rootfs /
ENV PATH=/var/lang/bin:/bin LD_LIBRARY_PATH=/var/lang/lib:{libraries} \\
    LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime LANG=en_US.UTF-8 TZ=:UTC \\
    AWS_EXECUTION_ENV=AWS_Lambda_python3.13
WORKDIR /var/task
ENTRYPOINT ["/lambda-entrypoint.sh"]
"""
# Of the C library, what wheels for manylinux may want beside what the interpreter does.
C_LIBRARY = (
    "dl.so.2",
    "m.so.6",
    "mvec.so.1",
    "pthread.so.0",
    "resolv.so.2",
    "rt.so.1",
    "util.so.1",
)
_LINKED = re.compile(r"=> (/\S+)|^\s*(/\S+) \(", re.MULTILINE)


def make_image(python: str, busybox: str, environment: Mapping[str, str]) -> None:
    """Builds IMAGE with podman, in `environment`; raises CalledProcessError with its output."""
    with tempfile.TemporaryDirectory(prefix="lambda-image-") as folder:
        root = Path(folder) / "rootfs"
        libraries = _fill(root, python, busybox)
        containerfile = Path(folder) / "Containerfile"
        places = ":".join(sorted({str(library.parent) for library in libraries}))
        containerfile.write_text(CONTAINERFILE.format(libraries=places))
        run(
            ["podman", "build", "--quiet", "--tag", IMAGE, "--file", containerfile, folder],
            environment,
        )


def run(command: Iterable[object], environment: Mapping[str, str]) -> str:
    """What a command prints; raises CalledProcessError."""
    done = subprocess.run(  # noqa: S603 - our own tools
        [str(part) for part in command], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def _fill(root: Path, python: str, busybox: str) -> set[Path]:
    """Makes the image's files; returns the libraries that it took from this machine."""
    for folder in ("bin", "tmp", "etc/ssl/certs", "opt", "var/task", "var/runtime", "var/lang/bin"):
        (root / folder).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    shutil.copy(busybox, root / "bin/busybox")
    for command in COMMANDS:
        (root / "bin" / command).symlink_to("busybox")
    (root / "etc/passwd").write_text("root:x:0:0:root:/:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")
    if CERTIFICATES.exists():
        shutil.copy(CERTIFICATES, root / "etc/ssl/certs")
    _copy_python(root / "var/lang", python)
    shutil.copytree(RUNTIME, root / "var/runtime", dirs_exist_ok=True)
    for name in ("var/runtime/bootstrap", "lambda-entrypoint.sh"):
        (root / name).write_text(BOOTSTRAP)
        (root / name).chmod(0o755)
    libraries = _linked([root / "var/lang/bin/python3.13", *root.rglob("*.so")])
    for library in libraries:
        place = root / library.relative_to("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library.resolve(), place)
    return libraries


def _copy_python(target: Path, python: str) -> None:
    """The interpreter and its library, from wherever it is installed."""
    asked = "import sys, sysconfig; print(sys.base_prefix, sysconfig.get_path('stdlib'))"
    prefix, library = run([python, "-c", asked], {}).split()
    shutil.copy(Path(prefix, "bin/python3.13"), target / "bin/python3.13")
    (target / "bin/python3").symlink_to("python3.13")
    left_out = shutil.ignore_patterns(*LEFT_OUT)
    shutil.copytree(library, target / "lib/python3.13", ignore=left_out, symlinks=True)
    for shared in Path(prefix, "lib").glob("libpython3.13.so*"):
        shutil.copy(shared, target / "lib")


def _linked(files: Iterable[Path]) -> set[Path]:
    """What the dynamic linker would load for them, from outside of the image; the loader too."""
    output = "".join(run(["ldd", file], {"PATH": "/usr/bin:/bin"}) for file in files)
    found = {Path(linked or loader) for linked, loader in _LINKED.findall(output)}
    # The interpreter's own is in /var/lang/lib, and nowhere else.
    system = {path for path in found if not path.name.startswith("libpython")}
    [beside] = {path.parent for path in system if path.name == "libc.so.6"}
    return system | {
        beside / f"lib{name}" for name in C_LIBRARY if (beside / f"lib{name}").exists()
    }
