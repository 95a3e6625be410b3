"""One run against a blessed set: ratios of its response times, and its answers."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from harness.errors import ConfigurationError
from harness.models.outcome import Subject
from harness.settings import DbMode, Settings
from harness.settings.budgets import Budgets
from harness.version import version
from loadtests.budgeting.baselines import judge_baselines
from loadtests.budgeting.judge import judge
from loadtests.records import Recording
from loadtests.result import Result
from loadtests.runs.blessing import mode_of, refuse_to_compare, span_s
from loadtests.runs.budgets import Judged, errors_only, relative
from loadtests.runs.durations import in_words
from loadtests.runs.store import BaselineSet
from loadtests.verdicts import Judgement

__all__ = ["compared", "judgements_of"]

_STEP = "load baseline compare"


def judgements_of(
    now: Recording, baselines: Sequence[Recording], budgets: Budgets, mode: DbMode
) -> tuple[Judgement, ...]:
    """Judge response times by the baselines, and the answers of the same endpoints by themselves.

    That an answer is wrong is shown by the run alone: no baseline and no canary excuses it.
    """
    ratios = relative(budgets, mode, now.load.weights).budgets
    allowed = errors_only(budgets, mode, ratios.endpoints)
    answers = judge(now, allowed, comparison="single", look=1, looks=1)
    return (
        *(one for one in answers if one.metric == "errors" and one.decides),
        *judge_baselines(now, baselines, ratios),
    )


def compared(
    now: Recording,
    chosen: BaselineSet,
    baselines: Sequence[Recording],
    budgets: Budgets | None,
    *,
    started_at: datetime,
    command: str,
) -> Result:
    """The result of a comparison. Raises ConfigurationError if there is nothing to compare or to judge by."""
    refuse_to_compare(now, baselines, chosen.name)
    mode = mode_of(now)
    judged = relative(budgets or Budgets(), mode, now.load.weights)
    if judged.empty:
        raise _nothing_to_judge_by(mode, judged)
    return Result(
        step=_STEP,
        run_id=Settings.from_environ().run_id or now.run_id,
        started_at=started_at,
        duration_s=(datetime.now(UTC) - started_at).total_seconds(),
        recording=now,
        judgements=judgements_of(now, baselines, budgets or Budgets(), mode),
        notes=judged.notes,
        names={"a": f"run {now.run_id}"},
        facts=(("baselines", described(chosen, baselines)),),
        command=command,
        subject=Subject(harness={"version": version()}),
    )


def described(chosen: BaselineSet, baselines: Sequence[Recording]) -> str:
    """The set in a line: how many runs, over which time, and how old."""
    newest = max(one.begun_at for one in baselines)
    return (
        f"{chosen.name}: {len(baselines)} runs over {in_words(span_s(baselines))} (at least "
        f"{in_words(chosen.min_span_s)} demanded), the newest {in_words(max(0.0, time.time() - newest))} old"
    )


def _nothing_to_judge_by(mode: DbMode, judged: Judged) -> ConfigurationError:
    return ConfigurationError(
        f"parity.toml has no ratio that a run in mode {mode} can be compared by. "
        + "".join(f"{note} " for note in judged.notes)
        + f"Add [budgets.endpoints.NAME.{mode}] with p50_ratio or p95_ratio, such as 1.1."
    )
