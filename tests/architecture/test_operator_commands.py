"""The operator's command and what tells of it: documents show every command as it can be typed, and
every alarm that it knows is the template's."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from ops.alarms import LATE, OURS, RULES, AlarmRule, Watched
from ops.cli import app
from tests.architecture.test_docs import DOCUMENTS, ROOT, text_of
from tests.architecture.test_template import load_template

CLI: Any = typer.main.get_command(app)


def lines_of(document: Path) -> list[list[str]]:
    """The words of every command line in a block of code, without `catalog` and comments."""
    found = re.findall(r"^(?:\.venv/bin/)?catalog +(.+)$", document.read_text(), re.MULTILINE)
    return [shlex.split(line, comments=True) for line in found]


def resolved(words: list[str]) -> tuple[Any, list[str]]:
    """The command that words lead to, and what is given to it."""
    command, rest = CLI, list(words)
    while rest and hasattr(command, "commands") and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    return command, rest


def leaves(command: Any, *names: str) -> list[tuple[str, ...]]:
    nested = getattr(command, "commands", None)
    if nested is None:
        return [names]
    return [leaf for name, each in nested.items() for leaf in leaves(each, *names, name)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_line_of_a_document_can_be_typed(
    document: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lists.json").touch()
    for words in lines_of(document):
        command, given = resolved(words)
        if given != ["--help"]:
            command.make_context(" ".join(words), given)  # raises what the terminal would tell


def test_the_runbook_shows_every_command() -> None:
    lines = [tuple(words) for words in lines_of(ROOT / "docs" / "runbook.md")]
    told = {leaf for leaf in leaves(CLI) if any(line[: len(leaf)] == leaf for line in lines)}

    assert set(leaves(CLI)) - told == {("preview",)}


def test_the_readme_lists_every_command() -> None:
    table = text_of("README.md").partition("| command | what it does |")[2].partition("\n\n")[0]

    assert set(re.findall(r"`catalog ([a-z]+)`", table)) == set(CLI.commands)


@pytest.mark.parametrize("leaf", leaves(CLI), ids=" ".join)
def test_every_command_tells_what_it_does_and_speaks_json(leaf: tuple[str, ...]) -> None:
    command, _ = resolved(list(leaf))

    assert len(command.help or "") > 20
    options = {name for each in command.params for name in each.opts}
    assert "--json" in options
    silent = [each.name for each in command.params if not getattr(each, "help", None)]
    assert silent == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_an_alarm_that_is_told_is_the_templates(rule: AlarmRule) -> None:
    alarm = load_template()["Resources"][rule.name]["Properties"]
    stats = [each["MetricStat"] for each in alarm.get("Metrics", [])[1:]] or [
        {
            "Metric": alarm,
            "Stat": alarm.get("Statistic") or alarm["ExtendedStatistic"],
            "Period": alarm["Period"],
        }
    ]

    over = "GreaterThanThreshold" if rule.is_above else "GreaterThanOrEqualToThreshold"
    assert (alarm["EvaluationPeriods"], alarm["ComparisonOperator"]) == (rule.periods, over)
    assert alarm["TreatMissingData"] == ("breaching" if rule.is_silence_bad else "notBreaching")
    assert {(each["Stat"], each["Period"]) for each in stats} == {
        (rule.statistic, rule.period.total_seconds())
    }
    namespace = (
        "!Sub TiktokMusicCatalog/${AWS::StackName}" if rule.namespace == OURS else (rule.namespace)
    )
    assert {each["Metric"]["Namespace"] for each in stats} == {namespace}
    assert tuple(map(watched_by, stats)) == rule.watched
    is_of_the_schedule = "LateSeconds" in str(alarm["Threshold"])
    assert is_of_the_schedule if rule.threshold is LATE else alarm["Threshold"] == rule.threshold


def watched_by(stat: Any) -> Watched:
    """What one metric of an alarm is of."""
    metric = stat["Metric"]
    [dimension] = metric["Dimensions"]
    name = re.sub(r"^!(Ref|GetAtt) |\.QueueName$", "", dimension["Value"])
    return Watched(metric["MetricName"], dimension["Name"], name)


def test_every_alarm_of_the_template_is_told() -> None:
    resources = load_template()["Resources"]
    alarms = {name for name, each in resources.items() if each["Type"] == "AWS::CloudWatch::Alarm"}

    assert alarms == {rule.name for rule in RULES}
