"""From questions to judgements: tested together, and each said in a sentence."""

from collections.abc import Callable, Sequence
from math import isfinite

import msgspec

from loadtests.budgeting.question import Question
from loadtests.budgeting.sentences import sentence
from loadtests.budgeting.timing import DIFFERENCE, NOW, RATIO, SHARES
from loadtests.statistics.holm import Step, step_down
from loadtests.verdicts import Judgement, Verdict

__all__ = ["COMPARED", "answered", "in_an_unfit_run", "nothing_decides"]

COMPARED = (DIFFERENCE, RATIO, NOW)
"""Subjects of comparisons."""
_ALL = "(all)"


def answered(
    asked: Sequence[Question], alpha: float, at_this_look: Callable[[float], float], *, last: bool
) -> tuple[Judgement, ...]:
    """Test what is to be decided by evidence; each direction has an alpha of its own.

    `at_this_look` turns a share of alpha into the level of the present look; `last` says that there is no
    other. That a single one is called REGRESSED fails the run: Holm's procedure keeps that from happening by
    chance. A run passes only if each single one does, so that each is tested at the whole alpha, and a
    wrong PASS of the run is no more likely than that: the intersection-union test of R. L. Berger,
    "Multiparameter hypothesis testing and acceptance sampling", Technometrics 24 (1982).
    """
    tested = [
        (index, one.evidence)
        for index, one in enumerate(asked)
        if one.allowed is not None and one.known is None and one.evidence is not None
    ]
    more = _regressions(
        [(asked[index].subject, evidence.p_more) for index, evidence in tested], alpha, at_this_look
    )
    level = at_this_look(alpha)
    steps = {
        index: (step, Step(rejected=evidence.p_within <= level, level=level))
        for (index, evidence), step in zip(tested, more, strict=True)
    }
    return tuple(_answer(one, steps.get(index), alpha, last=last) for index, one in enumerate(asked))


def _regressions(
    tested: Sequence[tuple[str, float]], alpha: float, at_this_look: Callable[[float], float]
) -> list[Step]:
    """Holm's procedure among what compares two servers, and among limits of one, with half of alpha each.

    A change is looked for in comparisons; limits are many, and mostly far away: comparisons are not to pay
    for them.
    """
    groups = [
        [index for index, (subject, _) in enumerate(tested) if (subject in COMPARED) is compared]
        for compared in (True, False)
    ]
    present = [group for group in groups if group]
    steps: dict[int, Step] = {}
    for group in present:
        found = step_down([tested[index][1] for index in group], alpha / len(present), at_this_look)
        steps.update(zip(group, found, strict=True))
    return [steps[index] for index in range(len(tested))]


def _answer(asked: Question, steps: Sequence[Step] | None, alpha: float, *, last: bool) -> Judgement:
    evidence = asked.evidence
    more, within = steps if steps is not None else (_untested(alpha), _untested(alpha))
    verdict = Verdict.INCONCLUSIVE
    if asked.allowed is None:
        verdict = Verdict.INCONCLUSIVE
    elif asked.known is not None:
        verdict = asked.known.verdict
    elif more.rejected:
        verdict = Verdict.REGRESSED
    elif asked.lacking is not None:
        verdict = Verdict.INVALID if last else Verdict.INCONCLUSIVE
    elif within.rejected:
        verdict = Verdict.PASS
    if asked.doubt is not None and asked.known is None and (last or verdict is Verdict.REGRESSED):
        verdict = verdict if verdict is Verdict.PASS else Verdict.INVALID
    judgement = Judgement(
        endpoint=asked.endpoint,
        subject=asked.subject,
        metric=asked.metric,
        verdict=verdict,
        decides=asked.allowed is not None,
        unit=asked.unit,
        allowed=asked.allowed,
        estimate=_finite(asked.shown(evidence.estimate)) if evidence is not None else None,
        low=_finite(asked.shown(evidence.low(more.level))) if evidence is not None else None,
        high=_finite(asked.shown(evidence.high(within.level))) if evidence is not None else None,
        rounds=asked.rounds,
        samples=asked.samples,
        reason="",
    )
    return msgspec.structs.replace(judgement, reason=sentence(judgement, asked, last=last))


def _untested(alpha: float) -> Step:
    """Advice has an interval as if it stood alone."""
    return Step(rejected=False, level=alpha)


def _finite(value: float) -> float | None:
    """A bound that does not exist is None: JSON has no infinity."""
    return value if isfinite(value) else None


def nothing_decides(comparison: str) -> Judgement:
    """The row of a run about which no budget says anything."""
    return Judgement(
        endpoint=_ALL,
        subject=comparison,
        metric="p50",
        verdict=Verdict.INVALID,
        decides=True,
        unit="ms",
        allowed=None,
        estimate=None,
        low=None,
        high=None,
        rounds=0,
        samples=0,
        reason=f"No budget applies to this comparison ({comparison}); write one into [budgets].",
    )


def in_an_unfit_run(judged: Judgement, reasons: Sequence[str], *, complete: bool) -> Judgement:
    """Nothing passes in an unfit run; wrong answers and round trips that were seen stay seen."""
    shown = judged.verdict is Verdict.REGRESSED and judged.metric not in SHARES and complete
    if shown or not judged.decides:
        return judged
    return msgspec.structs.replace(judged, verdict=Verdict.INVALID, reason=reasons[0])
