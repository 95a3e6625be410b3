"""The agreement of one adapter as a case: search, and report the shortest sequence that parts the two."""

from collections.abc import Callable

from contracts.agreement.kept import examples
from contracts.agreement.pair import Pair
from contracts.agreement.script import script
from contracts.agreement.search import Found, Search, Tally, search
from contracts.expect import Divergence
from contracts.plan import Adapter, Plan
from contracts.subject import Subject
from harness.errors import HarnessError

__all__ = ["PROPERTY", "examine", "share"]

PROPERTY = "agreement"
"""Under this name, a case reports how much it executed."""
_SELF_SHARE = 0.1
"""What the reference gets of the budget, against a second one of its own: it can only differ by accident."""


def share(plan: Plan, adapter: str) -> float:
    """Return the seconds of the plan's budget that one adapter gets."""
    others = [one.name for one in plan.adapters if one.name != "memory"]
    if adapter == "memory":
        return plan.budget_s * (_SELF_SHARE if others else 1.0)
    own = plan.budget_s * (1.0 - _SELF_SHARE * (len(others) < len(plan.adapters)))
    return own / max(1, len(others))


def examine(subject: Subject, plan: Plan, report: Callable[[str, object], None]) -> None:
    """Search for a disagreement. Raises Divergence with a script, or HarnessError if nothing was executed."""
    kept, note = examples(plan.examples, subject.name)
    asked = Search(
        budget_s=share(plan, subject.name),
        seed=plan.seed,
        names=plan.level == "strict",
        examples=kept,
    )
    tally, found = search(subject, asked)
    report(PROPERTY, _counted(tally) + ("" if note is None else f" ({note})"))
    if found is not None:
        raise _disagreement(subject, plan, found)
    if tally.sequences == 0 or tally.steps == 0:
        raise HarnessError(f"No sequence was executed within {asked.budget_s:g} s; raise --budget.")


def _counted(tally: Tally) -> str:
    return f"{tally.sequences:,} sequences, {tally.steps:,} steps"


def _disagreement(subject: Subject, plan: Plan, found: Found) -> Divergence:
    """Repeat the sequence, so that the operations of the case are those of the report, and write it down."""
    expected, actual = found.divergence.expected, found.divergence.actual
    try:
        with Pair(subject, names=plan.level == "strict") as pair:
            for step in found.steps:
                pair.take(step)
        actual += " (once: a repetition agreed)"
    except Divergence as again:
        expected, actual = again.expected, again.actual
    divergence = Divergence(expected, actual)
    divergence.script = script(
        _adapter(subject, plan),
        found.steps,
        expected=expected,
        actual=actual,
        level=plan.level,
        file=f"agreement-{subject.name}.py",
    )
    return divergence


def _adapter(subject: Subject, plan: Plan) -> Adapter:
    (adapter,) = (adapter for adapter in plan.adapters if adapter.name == subject.name)
    return adapter
