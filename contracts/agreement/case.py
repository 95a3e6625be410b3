"""The agreement of one adapter as a case: search, and report the shortest sequence that parts the two."""

from collections.abc import Callable

from contracts.agreement.kept import examples
from contracts.agreement.pair import Pair
from contracts.agreement.partial import left_out
from contracts.agreement.script import script
from contracts.agreement.search import SHRINKING_S, Found, Search, Tally, search
from contracts.expect import Divergence
from contracts.plan import Adapter, Plan
from contracts.scripts import AGREEMENT, script_name
from contracts.subject import Subject
from harness.errors import HarnessError

__all__ = ["examine"]


def examine(subject: Subject, adapter: Adapter, plan: Plan, report: Callable[[str, object], None]) -> None:
    """Search for a disagreement. Raises Divergence with a script, or HarnessError if nothing was executed."""
    kept, note = examples(plan.examples, adapter.name)
    without = left_out(getattr(subject, "operations", None), plan.gaps)
    asked = Search(
        budget_s=plan.share_s(adapter.name),
        seed=plan.seed,
        names=plan.level == "strict",
        examples=kept,
        shrinking_s=0.0 if plan.until_failure else SHRINKING_S,
        without=frozenset(without),
    )
    tally, found = search(subject, asked)
    notes = [f"without {', '.join(dict.fromkeys(without.values()))}"] if without else []
    notes += [] if note is None else [note]
    report(AGREEMENT, _counted(tally) + (f" ({'; '.join(notes)})" if notes else ""))
    if found is not None:
        raise _disagreement(subject, adapter, plan, found)
    if tally.sequences == 0 or tally.steps == 0:
        raise HarnessError(f"No sequence was executed within {asked.budget_s:g} s; raise --budget.")


def _counted(tally: Tally) -> str:
    return f"{tally.sequences:,} sequences, {tally.steps:,} steps"


def _disagreement(subject: Subject, adapter: Adapter, plan: Plan, found: Found) -> Divergence:
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
        adapter,
        found.steps,
        expected=expected,
        actual=actual,
        level=plan.level,
        file=script_name(adapter.name),
    )
    return divergence
