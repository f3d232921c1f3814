"""The template that `sam build` wrote, for functions that run on this machine."""

from collections.abc import Mapping
from pathlib import Path

import yaml

FUNCTIONS = {"list": "ListMusicFunction", "refresh": "RefreshMusicFunction"}


def with_settings(built: Path, settings: Mapping[str, str]) -> Path:
    """A copy beside it in which the functions have `settings`: SAM passes on what the template
    names, and nothing else."""
    template = yaml.safe_load((built / "template.yaml").read_text())
    template["Globals"]["Function"]["Environment"]["Variables"] |= dict(settings)
    for name in FUNCTIONS.values():
        variables = template["Resources"][name]["Properties"]["Environment"]["Variables"]
        variables |= {key: settings[key] for key in variables if key in settings}
    place = built / "template.local.yaml"
    place.write_text(yaml.safe_dump(template, sort_keys=False))
    return place
