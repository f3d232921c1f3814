"""Counts function calls: a cost that is the same on every machine."""

import sys
from collections.abc import Callable
from types import FrameType


def calls_named(name: str, work: Callable[[], object]) -> int:
    """Counts the calls of Python functions with that name in this thread."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code.co_name == name

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


def calls_of(work: Callable[[], object]) -> int:
    """Counts the Python and built-in functions that `work` calls."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls
