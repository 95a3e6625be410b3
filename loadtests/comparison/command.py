"""``harness load compare``: both modes, or two versions in one mode, side by side on this machine.

Exit status: 0 PASS; 1 REGRESSED; 2 INCONCLUSIVE, INVALID or could not check.
"""

import secrets
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import psutil

from harness.settings import DbMode, Settings, StackKind
from harness.settings.budgets import Budgets
from harness.settings.parity_toml import load
from loadtests.budgeting.calibration import Calibration
from loadtests.budgeting.judge import judge
from loadtests.comparison import calibration_file, options
from loadtests.comparison.arms import Arms
from loadtests.comparison.choice import judged_by
from loadtests.comparison.compare import Judge
from loadtests.comparison.holding import applies, refused
from loadtests.comparison.notes import notes
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
    budgets, passed_over = judged_by(parity_toml, prepared, is_part=bool(endpoints))
    kept = calibration_file.read(calibration or calibration_file.default_file(settings))
    held = {
        one.mode: found
        for one in prepared.arms.launches.values()
        if (found := kept.machines.get(calibration_file.machine(), {}).get(one.mode)) is not None
        and not endpoints  # it is about the whole mix
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
        notes=(*passed_over, *notes(prepared, comparison, parity_toml.budgets, is_part=bool(endpoints))),
        names=prepared.arms.names,
        facts=_facts(prepared, how),
        command=_again(sys.argv[1:], prepared.spec.seed),
        subject=subject,
    )
    return finish(result, json_path, report)


def _judge(arms: Arms, budgets: Budgets, held: Mapping[DbMode, Calibration]) -> Judge:
    def judged(recording: Recording, look: int, looks: int) -> tuple[Judgement, ...]:
        found = judge(recording, budgets, comparison=arms.comparison, look=look, looks=looks)
        return refused(found, budgets, held)

    return judged


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
