"""``harness load compare``: both modes, or two versions in one mode, side by side on this machine.

Exit status: 0 PASS; 1 REGRESSED; 2 INCONCLUSIVE, INVALID or could not check.
"""

import secrets
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import psutil

from harness.errors import ConfigurationError
from harness.settings import DbMode, Settings, StackKind
from harness.settings.budgets import ALL, Budgets
from harness.settings.parity_toml import load
from loadtests.budgeting.calibration import Calibration
from loadtests.budgeting.judge import judge
from loadtests.budgeting.names import check_names, narrowed
from loadtests.budgeting.unjudged import unjudged
from loadtests.comparison import calibration_file, options
from loadtests.comparison.arms import Arms
from loadtests.comparison.choice import chosen_budgets
from loadtests.comparison.compare import Comparison, Judge
from loadtests.comparison.holding import applies, refused
from loadtests.comparison.preparation import Prepared, prepare
from loadtests.comparison.schedule import PROFILES, Profile, ProfileName
from loadtests.comparison.session import new_run_id, open_session
from loadtests.records import Recording
from loadtests.reporting.progress import Progress
from loadtests.result import Result
from loadtests.runs import options as common
from loadtests.runs.ending import begin, finish
from loadtests.verdicts import Judgement

__all__ = ["PART", "STEP", "compare"]

STEP = "load compare"
PART = "load compare (part)"
"""With --endpoint: a gate, which waits for the whole, must not take it for that."""
_LONGEST_START_S = 60.0


@click.command()
@options.profile
@click.option("--within", type=click.Choice(["memory", "supabase"]), help="Two versions in this mode.")
@click.option(
    "--base",
    metavar="CMD",
    help="With --within: starts the version to compare with; default: the same.",
)
@options.endpoints
@options.rate
@options.rounds
@options.seconds
@options.workers
@click.option("--seed", type=click.IntRange(min=0), help="Of arrivals and data. Default: a new one, printed.")
@options.stack
@common.config
@options.calibration
@common.report
@common.json_path
def compare(
    *,
    profile: ProfileName,
    within: DbMode | None,
    base: str | None,
    endpoints: tuple[str, ...],
    rate: float | None,
    rounds: int | None,
    seconds: float | None,
    workers: int,
    seed: int | None,
    stack: StackKind | None,
    config: Path | None,
    calibration: Path | None,
    report: Path | None,
    json_path: str | None,
) -> int:
    """Say whether response times are within budget: PASS (0), REGRESSED (1), or not decided (2).

    Starts memory and supabase side by side, each on a fresh database, or with --within two versions in one
    mode. Judged by [budgets] of parity.toml; without them, the reference API by those that come with it.
    """
    # The time limit is one of the whole command: what has been imported took seconds on a busy machine.
    # A clock that was set meanwhile is not believed.
    age_s = time.time() - psutil.Process().create_time()
    begun = time.monotonic() - min(max(age_s, 0.0), _LONGEST_START_S)
    started_at = datetime.now(UTC)
    begin(json_path, report)
    settings = Settings.from_environ()
    parity_toml = load(config)
    how = PROFILES[profile].with_options(rate=rate, rounds=rounds, seconds=seconds)
    prepared = prepare(
        parity_toml,
        within=within,
        base=base,
        seed=secrets.randbelow(1 << 31) if seed is None else seed,
        endpoints=endpoints,
    )
    budgets, passed_over = _judged(chosen_budgets(parity_toml), prepared, is_part=bool(endpoints))
    if endpoints and not budgets.endpoints:
        raise ConfigurationError(
            f"[budgets] says nothing of {', '.join(prepared.weights)}, so that nothing would be judged. "
            "Name an endpoint by --endpoint that has a [budgets.endpoints.NAME.MODE]."
        )
    if not budgets.endpoints:
        raise ConfigurationError(
            "[budgets] of parity.toml has no [budgets.endpoints.NAME.MODE], so that a comparison would judge "
            "nothing. Add one; harness load calibrate prints a section that this machine can hold."
        )
    kept = calibration_file.read(calibration or calibration_file.default_file(settings))
    held = {
        one.mode: found
        for one in prepared.arms.launches.values()
        if (found := kept.machines.get(calibration_file.machine(), {}).get(one.mode)) is not None
        and applies(found, how)
    }
    progress = Progress(stream=sys.stderr, total=how.rounds, part_s=how.windows_s + 15)
    with open_session(settings, how, stack=stack, workers=workers, progress=progress) as session:
        comparison = session.comparison(
            prepared, _judge(prepared.arms, budgets, held), run_id=new_run_id(settings), begun=begun
        )

        def finished() -> None:
            progress.finished()
            progress.total = comparison.planned

        comparison.finished = finished
        comparison.run()
        subject = session.subject(prepared)
    result = Result(
        step=PART if endpoints else STEP,
        run_id=comparison.run_id,
        started_at=started_at,
        duration_s=time.monotonic() - begun,
        recording=comparison.recording,
        judgements=(*comparison.answers, *comparison.judgements),
        notes=(*passed_over, *_notes(prepared, comparison, parity_toml.budgets)),
        names=prepared.arms.names,
        facts=_facts(prepared, how),
        command=_again(sys.argv[1:], prepared.spec.seed),
        subject=subject,
    )
    return finish(result, json_path, report)


def _judged(budgets: Budgets, prepared: Prepared, *, is_part: bool) -> tuple[Budgets, tuple[str, ...]]:
    """The budgets of what gets requests, and in a part a sentence about the others.

    Raises ConfigurationError for one on an endpoint that nobody knows, before minutes of work.
    """
    check_names(budgets, prepared.known)
    if not is_part:
        return budgets, ()
    kept, left_out = narrowed(budgets, prepared.weights)
    # "All requests" are other ones in a part: a budget of theirs says nothing about it.
    of_called = {name: modes for name, modes in kept.endpoints.items() if name != ALL}
    unjudged_names = [*left_out, *(name for name in kept.endpoints if name == ALL)]
    called = ", ".join(prepared.weights)
    said = f"Only {called} got requests, as --endpoint says"
    others = f"; budgets of {', '.join(unjudged_names)} were not judged" if unjudged_names else ""
    return replace(kept, endpoints=of_called), (f"{said}{others}.",)


def _judge(arms: Arms, budgets: Budgets, held: Mapping[DbMode, Calibration]) -> Judge:
    def judged(recording: Recording, look: int, looks: int) -> tuple[Judgement, ...]:
        found = judge(recording, budgets, comparison=arms.comparison, look=look, looks=looks)
        return refused(found, budgets, held)

    return judged


def _notes(prepared: Prepared, comparison: Comparison, own: Budgets | None) -> tuple[str, ...]:
    left_out = [f"{name} was not measured: {why}." for name, why in prepared.left_out.items()]
    arms = prepared.arms
    modes = frozenset(launch.mode for launch in arms.launches.values())
    of_others = () if own is None else unjudged(own, arms.comparison, modes)
    same = []
    if arms.is_one_version:
        name = arms.launches["b"].name
        same.append(
            f"Base and candidate are the same, {name}: this compares it with itself. "
            "Name the command of another version by --base."
        )
    return (*same, *left_out, *of_others, *comparison.notes)


def _facts(prepared: Prepared, profile: Profile) -> tuple[tuple[str, str], ...]:
    described = ", ".join(
        f"{prepared.arms.names[arm]}: {launch.name} in mode {launch.mode}"
        for arm, launch in sorted(prepared.arms.launches.items())
    )
    return (("servers", described), ("profile", profile.name))


def _again(given: Sequence[str], seed: int) -> str:
    """The command line that does the same again."""
    arguments = [one for one in given if not one.startswith("--seed=")]
    if "--seed" in arguments:
        at = arguments.index("--seed")
        del arguments[at : at + 2]
    return shlex.join(["harness", *arguments, "--seed", str(seed)])
