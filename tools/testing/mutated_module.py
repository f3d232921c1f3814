"""Runs tests against a module with one mutation, in a process of their own."""

import os
import resource
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType
from typing import NoReturn

import pytest

from tools.testing.mutations import Mutation

# A mutant may allocate without end.
ADDRESS_SPACE_BYTES = 4 * 1024**3


class _MutatedModule(MetaPathFinder, Loader):
    """Imports one module from a changed syntax tree."""

    def __init__(self, name: str, mutation: Mutation) -> None:
        self._name = name
        self._mutation = mutation

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        code = compile(self._mutation.tree(), f"<mutant of {self._name}>", "exec")
        exec(code, module.__dict__)  # noqa: S102 - our own module, changed


def run_tests(
    module: str, mutation: Mutation | None, tests: Sequence[str], cpu_seconds: int
) -> NoReturn:
    """Ends the process with pytest's exit code, or after `cpu_seconds`; prints nothing."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(nothing, descriptor)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    if mutation is not None:
        sys.meta_path.insert(0, _MutatedModule(module, mutation))
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = ["-x", "-q", "-p", "no:cacheprovider"]
    code = 1
    try:
        code = pytest.main([*options, *tests])
    finally:
        os._exit(code)
