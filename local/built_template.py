"""Adapts the template that `sam build` wrote to functions that run on this machine."""

from collections.abc import Mapping
from pathlib import Path

import yaml

FUNCTIONS = {
    "list": "ListMusicFunction",
    "refresh": "RefreshMusicFunction",
    "announce": "AnnounceFunction",
}


def with_settings(built: Path, settings: Mapping[str, str]) -> Path:
    """Writes a copy beside it in which the functions have `settings`: SAM passes on only variables
    that the template names."""
    template = yaml.safe_load((built / "template.yaml").read_text())
    template["Globals"]["Function"]["Environment"]["Variables"] |= dict(settings)
    for name in FUNCTIONS.values():
        variables = template["Resources"][name]["Properties"]["Environment"]["Variables"]
        variables |= {key: settings[key] for key in variables if key in settings}
    copy = built / "template.local.yaml"
    copy.write_text(yaml.safe_dump(template, sort_keys=False))
    return copy
