"""What is good to know about a comparison and decides nothing, in sentences."""

from harness.settings.budgets import ALL, Budgets
from loadtests.budgeting.judge import undecided
from loadtests.budgeting.unjudged import unjudged
from loadtests.comparison.compare import Comparison
from loadtests.comparison.preparation import Prepared

__all__ = ["notes"]


def notes(
    prepared: Prepared, comparison: Comparison, own: Budgets | None, *, is_part: bool
) -> tuple[str, ...]:
    """Endpoints that were not measured, budgets that were not judged, and how to decide what was not."""
    left_out = [f"{name} was not measured: {why}." for name, why in prepared.left_out.items()]
    arms = prepared.arms
    modes = frozenset(launch.mode for launch in arms.launches.values())
    of_others = () if own is None else unjudged(own, arms.comparison, modes)
    closer = () if is_part else _closer(comparison)
    same = []
    if arms.is_one_version:
        name = arms.launches["b"].name
        same.append(
            f"Base and candidate are the same, {name}: this compares it with itself. "
            "Name the command of another version by --base."
        )
    return (*same, *left_out, *of_others, *comparison.notes, *closer)


def _closer(comparison: Comparison) -> tuple[str, ...]:
    """How to decide about the endpoints that were not: they alone get many more requests in the same time."""
    names = dict.fromkeys(one.endpoint for one in undecided(comparison.judgements) if one.endpoint != ALL)
    if not names or comparison.recording.remarks:
        return ()
    options = " ".join(f"--endpoint {name}" for name in names)
    return (f"To decide about {', '.join(names)}: add {options}, which gives all the requests to them.",)
