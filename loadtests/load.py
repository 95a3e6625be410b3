"""``harness load``: measures response times, and says whether they have regressed.

Exit status: 0 PASS; 1 REGRESSED; 2 INCONCLUSIVE, INVALID or could not check.
"""

from collections.abc import Mapping

import click

from harness.lazy_group import lazy_group

__all__ = ["load"]

_COMMANDS: Mapping[str, tuple[str, str]] = {
    "compare": ("loadtests.comparison.command:compare", "Both modes, or two versions, side by side."),
    "run": ("loadtests.runs.command:run", "One server that is there already: staging."),
    "baseline": ("loadtests.runs.baseline_command:baseline", "Keep runs, and compare a new one with them."),
    "calibrate": ("loadtests.comparison.calibrate:calibrate", "Which margins can this machine hold?"),
    "capacity": ("loadtests.runs.capacity_command:capacity", "The highest rate within budget."),
    "worker": (
        "loadtests.generation.command:worker",
        "Generate load on this machine for a run on another one.",
    ),
    "check": (
        "loadtests.scenarios.command:check",
        "Each endpoint once, in both modes: are the answers right?",
    ),
    "clean": ("loadtests.scenarios.clean_command:clean", "Remove what a run has created."),
}


@click.group(cls=lazy_group(_COMMANDS))
def load() -> None:
    """Measure response times, and say whether they have regressed."""
