"""Which runs may be compared with, and which run may be compared.

A response time depends on the hour: neighbours, backups, caches. Runs of one
minute know one such state, so that any later run looks like a change. Hence
at least five, spread over time, that were recorded in the same way.
"""

from collections.abc import Sequence

from harness.errors import ConfigurationError
from harness.settings import DbMode
from loadtests.budgeting.fitness import unfit
from loadtests.records import Fingerprint, Recording
from loadtests.runs.durations import in_words
from loadtests.runs.fingerprint import Difference, differences

__all__ = [
    "FEWEST_RUNS",
    "MIN_SPAN_S",
    "mode_of",
    "refuse_to_bless",
    "refuse_to_compare",
    "refuse_unfit",
    "span_s",
]

FEWEST_RUNS = 5
MIN_SPAN_S = 3600.0


def span_s(runs: Sequence[Recording]) -> float:
    """Seconds between the beginning of the first run and that of the last."""
    return max(run.begun_at for run in runs) - min(run.begun_at for run in runs)


def mode_of(run: Recording) -> DbMode:
    """The mode that the server said it ran in. Raises ConfigurationError if it was none of the two."""
    modes: dict[str, DbMode] = {"memory": "memory", "supabase": "supabase"}
    found = run.fingerprints["a"].mode
    if found not in modes:
        raise ConfigurationError(f"the run {run.run_id} was in mode {found!r}, not memory or supabase.")
    return modes[found]


def refuse_unfit(recording: Recording, name: str) -> None:
    """Raise ConfigurationError if a run, called `name`, is not whole: it may be compared with nothing."""
    if not recording.complete:
        raise ConfigurationError(f"{name} was interrupted before its end. Record it again.")
    if recording.remarks:
        raise ConfigurationError(f"{name} is unfit: {recording.remarks[0]} Record it again.")
    if set(recording.fingerprints) != {"a"}:
        raise ConfigurationError(
            f"{name} has {len(recording.fingerprints)} arms; baselines are made of runs of one server: "
            "harness load run --out FILE"
        )
    if not recording.windows or not any(window.achieved for window in recording.windows):
        raise ConfigurationError(f"{name} holds no request at all. Record it again.")
    if reasons := unfit(recording, "single"):
        raise ConfigurationError(f"{name} is unfit: {reasons[0]} Record it again.")


def refuse_to_bless(runs: Sequence[Recording], min_span_s: float) -> None:
    """Raise ConfigurationError, with the reason and the next step, unless the runs can be a set."""
    ids = [run.run_id for run in runs]
    if repeated := sorted({one for one in ids if ids.count(one) > 1}):
        raise ConfigurationError(f"the run {repeated[0]} is named twice; each counts once.")
    if len(runs) < FEWEST_RUNS:
        raise ConfigurationError(
            f"a set needs at least {FEWEST_RUNS} runs, and {_runs(len(runs))} can be taken. "
            "Record and add more: harness load run --out FILE; harness load baseline add FILE"
        )
    for run in runs:
        refuse_unfit(run, f"the run {run.run_id}")
    first, *others = sorted(runs, key=lambda one: (one.begun_at, one.run_id))
    for other in others:
        if found := differences(_fingerprint(first), _fingerprint(other)):
            raise ConfigurationError(
                f"the runs are not of one kind: {_all(found, first.run_id, other.run_id)}. "
                "Name the runs that belong together: harness load baseline bless NAME RUN…"
            )
    if span_s(runs) < min_span_s:
        raise ConfigurationError(
            f"the {_runs(len(runs))} lie within {in_words(span_s(runs))}, and a spread of "
            f"{in_words(min_span_s)} is demanded: they know one state of the environment only. "
            "Add later runs, or give a shorter --min-span."
        )


def refuse_to_compare(run: Recording, baselines: Sequence[Recording], name: str) -> None:
    """Raise ConfigurationError, which names each field and both values, unless `run` is of their kind.

    `name` is that of the set.
    """
    refuse_unfit(run, f"the run {run.run_id}")
    if any(one.run_id == run.run_id for one in baselines):
        raise ConfigurationError(
            f"the run {run.run_id} is one of the set {name!r}: it cannot be judged by itself. Name another."
        )
    for one in baselines:
        refuse_unfit(one, f"the run {one.run_id} of the set {name!r}")
        if found := differences(_fingerprint(run), _fingerprint(one)):
            raise ConfigurationError(
                f"the run {run.run_id} cannot be compared with the set {name!r}: "
                f"{_all(found, 'the run', 'the set')}. "
                "Repeat the run as the set was recorded, or bless a new set."
            )


def _fingerprint(run: Recording) -> Fingerprint:
    return run.fingerprints["a"]


def _all(found: Sequence[Difference], here: str, there: str) -> str:
    return "; ".join(one.in_words(here, there) for one in found)


def _runs(number: int) -> str:
    return f"{number} run" if number == 1 else f"{number} runs"
