"""The figures of a simulated life."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

EXAMPLES = 5


@dataclass
class Figures:
    """The result of a simulation; `violations` counts what the model found wrong, by kind."""

    slots: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    refused_legitimate: Counter[str] = field(default_factory=Counter)
    bad_days: Counter[str] = field(default_factory=Counter)
    passed_bad: Counter[str] = field(default_factory=Counter)
    violations: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    growth: dict[str, int] = field(default_factory=dict)

    def violate(self, kind: str, example: str) -> None:
        self.violations[kind] += 1
        if len(self.examples[kind]) < EXAMPLES:
            self.examples[kind].append(example)

    def lines(self) -> list[str]:
        """The figures for people."""
        return [
            f"{self.slots} scheduled runs: {dict(self.outcomes)}",
            f"legitimate days refused: {sum(self.refused_legitimate.values())} "
            f"{dict(self.refused_legitimate) or ''}",
            f"bad days published: {sum(self.passed_bad.values())} of "
            f"{sum(self.bad_days.values())} {dict(self.passed_bad) or ''}",
            f"checked: {dict(self.checked)}",
            f"violations: {sum(self.violations.values())}",
            *(
                f"  {kind}: {count}; {'; '.join(self.examples[kind])}"
                for kind, count in self.violations.items()
            ),
            f"stored at the end: {self.growth}",
        ]
