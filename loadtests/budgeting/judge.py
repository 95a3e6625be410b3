"""From a recording and budgets to judgements: the entry of this package."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from harness.settings.budgets import Budgets
from loadtests.budgeting.answering import COMPARED, answered, in_an_unfit_run, nothing_decides
from loadtests.budgeting.baselines import judge_baselines
from loadtests.budgeting.errors import worthless
from loadtests.budgeting.fitness import Comparison, arms_of, fit_windows, unfit
from loadtests.budgeting.lag import late
from loadtests.budgeting.measured import Measured, read
from loadtests.budgeting.names import check_names
from loadtests.budgeting.question import Known, Question
from loadtests.budgeting.questions import judged_arms, questions, unexplained, unwatched
from loadtests.budgeting.timing import DIFFERENCE, RATIO, SHARES
from loadtests.records import Recording
from loadtests.statistics.spending import level_at
from loadtests.verdicts import Judgement, Verdict

__all__ = ["judge", "judge_baselines", "undecided"]


def judge(
    recording: Recording,
    budgets: Budgets,
    *,
    comparison: Comparison,
    look: int,
    looks: int,
    alpha: float = 0.05,
) -> tuple[Judgement, ...]:
    """Judge what was recorded up to the `look`-th of so many `looks`, counted from 1.

    A round is added before each further look. If all margins are kept, the chance that any endpoint is
    called REGRESSED is at most `alpha` over all looks, endpoints and metrics; if any is exceeded, the chance
    that the run passes is at most `alpha` over all looks. Raises ConfigurationError for a budget on an
    endpoint that the run does not know, and ValueError for a look that is not planned.
    """
    check_names(budgets, recording.load.weights)
    measured = read(recording, fit_windows(recording))
    reasons = (
        *unfit(recording, comparison),
        *unwatched(measured, budgets, comparison),
        *unexplained(measured, budgets, comparison),
    )
    asked = [
        _with_fitness(one, measured, budgets, comparison) for one in questions(measured, budgets, comparison)
    ]
    at_this_look = partial(_level, look, _fractions(recording, look, looks))
    judgements = answered(asked, alpha, at_this_look, last=look == looks)
    if not any(one.decides for one in judgements):
        judgements = (nothing_decides(comparison), *judgements)
    if not reasons:
        return judgements
    return tuple(in_an_unfit_run(one, reasons, complete=recording.complete) for one in judgements)


def undecided(judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """What another round may still decide."""
    return tuple(one for one in judgements if one.decides and one.verdict is Verdict.INCONCLUSIVE)


def _fractions(recording: Recording, look: int, looks: int) -> tuple[float, ...]:
    """Share of the rounds that is there at each look, if one round is added before each."""
    rounds = len({window.round for window in recording.windows})
    first = max(rounds - look + 1, 1)
    return tuple((first + index) / (first + looks - 1) for index in range(looks))


def _level(look: int, fractions: tuple[float, ...], alpha: float) -> float:
    return level_at(look, fractions, alpha)


def _with_fitness(asked: Question, measured: Measured, budgets: Budgets, comparison: Comparison) -> Question:
    """Refuse to judge times that stand beside wrong answers, or that are the generator's own."""
    if asked.metric not in SHARES or asked.known is not None:
        return asked
    modes = judged_arms(measured, comparison)
    for arm in arms_of(comparison):
        mode = modes.get(arm)
        if mode is not None and asked.subject not in (mode, DIFFERENCE, RATIO):
            continue
        budget = budgets.endpoints.get(asked.endpoint, {}).get(mode) if mode is not None else None
        said = worthless(measured.series(arm, asked.endpoint), budget.errors if budget else None)
        if said is not None:
            return replace(asked, known=Known(Verdict.INVALID, f"On arm {arm} {said}."))
    said = late(asked, measured, modes)
    if said is None:
        return asked
    if asked.subject in COMPARED:
        return replace(asked, known=Known(Verdict.INVALID, said))
    return replace(asked, doubt=said)
