"""Prints the modules that a reader opens to follow one plain list request and one refresh.

A module counts when one of its functions runs between the handler and the stores, which are the
fakes of the tests: adapters do not count. The first request of an instance; a refresh that
publishes, with a profane title, a duplicate and a title without a language. The four packages of
text rules, each behind one call of `text_rules.py`, count as that module. The handler and the
parsing of the event run before the fakes and are added. Run by `python -m tests.opened_modules`.
"""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType

from aws_lambda_powertools import Logger, Metrics

import tiktok_music
from tests.api_world import World as ApiWorld
from tests.builders import a_candidate, a_snapshot, a_track
from tests.refresh_world import World as RefreshWorld
from tiktok_music.refresh.history.notify import notify

PACKAGE = Path(tiktok_music.__file__).parent
RULE_PACKAGES = ("titles", "profanity", "duplicates", "languages")


def modules_that_run(action: Callable[[], object]) -> set[str]:
    """The modules of the package with a function that `action` calls, on any thread."""
    files: set[str] = set()

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_name != "<module>":
            files.add(frame.f_code.co_filename)

    threading.setprofile(profile)
    sys.setprofile(profile)
    try:
        action()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    inside = (Path(name) for name in files if name.startswith(f"{PACKAGE}/"))
    return {str(path.relative_to(PACKAGE)) for path in inside}


def of_a_list_request() -> set[str]:
    asyncio.set_event_loop(asyncio.new_event_loop())
    world = ApiWorld()
    world.snapshots.publish(a_snapshot(a_track(1)))
    handler = world.handler  # composed before the request, as at init
    assert handler is not None
    modules = modules_that_run(world.get)
    return modules | {"functions/list_music/handler.py"}


def of_a_refresh() -> set[str]:
    world = RefreshWorld()
    candidates = (
        a_candidate(1, title="Sunset Drive", author="Mae & Co"),
        a_candidate(2, title="fuck this"),
        a_candidate(3, title="Sunset Drive (Official Audio)", author="Mae & Co"),
        a_candidate(4, title="Blue", language_name=""),
    )

    def run() -> None:
        report = world.refresh(*candidates)
        logger = Logger(service="x", level="CRITICAL")
        notify(report, logger, Metrics(namespace="x", service="x"))

    modules = {name for name in modules_that_run(run) if not is_text_rule(name)}
    return modules | {"functions/refresh_music/handler.py", "refresh/scheduled_event.py"}


def is_text_rule(module: str) -> bool:
    return any(f"/{package}/" in f"/{module}" for package in RULE_PACKAGES)


def show(title: str, modules: Iterable[str]) -> None:
    names = sorted(modules)
    print(f"{title}: {len(names)} modules")
    print("".join(f"  {name}\n" for name in names))


if __name__ == "__main__":
    show("one plain list request", of_a_list_request())
    show("one refresh", of_a_refresh())
