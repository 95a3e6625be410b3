"""``harness load calibrate``: compares equal servers, to say which margins this machine can hold.

Exit status: 0 calibrated; 2 it could not be.
"""

import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from harness.reports.files import make_directory
from harness.settings import DbMode, Settings, StackKind
from harness.settings.budgets import Budgets, EndpointBudget
from harness.settings.parity_toml import ParityToml, load
from loadtests.budgeting.calibration import Calibration, calibrated
from loadtests.budgeting.suggest import as_toml, suggested
from loadtests.comparison import calibration_file, options
from loadtests.comparison.preparation import prepare
from loadtests.comparison.schedule import FEWEST_ROUNDS, PROFILES, Profile, ProfileName
from loadtests.comparison.session import Session, new_run_id, open_session
from loadtests.errors import LoadError
from loadtests.records import Recording
from loadtests.reporting.progress import Progress
from loadtests.runs import options as common
from loadtests.runs import recording_file
from loadtests.verdicts import Verdict

__all__ = ["calibrate", "merged", "table"]

_MODES: tuple[DbMode, ...] = ("memory", "supabase")
_DEFAULT_COMPARISONS = 2


@click.command()
@options.profile
@click.option("--within", type=click.Choice(["memory", "supabase"]), help="Calibrate this mode only.")
@click.option(
    "--comparisons",
    type=click.IntRange(min=1),
    default=_DEFAULT_COMPARISONS,
    show_default=True,
    help="Of each kind; more of them tell the noise better.",
)
@options.rate
@options.rounds
@options.seconds
@options.workers
@options.stack
@common.config
@options.calibration
@common.report
def calibrate(
    *,
    profile: ProfileName,
    within: DbMode | None,
    comparisons: int,
    rate: float | None,
    rounds: int | None,
    seconds: float | None,
    workers: int,
    stack: StackKind | None,
    config: Path | None,
    calibration: Path | None,
    report: Path | None,
) -> int:
    """Say which margins this machine can hold, and print a [budgets] section that does.

    Compares equal servers in each mode, so that every difference is noise, and without --within both modes,
    for budgets in milliseconds. Let nothing else run meanwhile. What was found is kept, and margins below it
    are refused by harness load compare.
    """
    settings = Settings.from_environ()
    file = calibration or calibration_file.default_file(settings)
    calibration_file.read(file)  # a broken one is said now, and not after the work
    how = PROFILES[profile].with_options(rate=rate, rounds=rounds, seconds=seconds)
    if how.rounds < FEWEST_ROUNDS:
        few = f"{how.rounds} show no noise; give it {FEWEST_ROUNDS} or more."
        raise click.BadParameter(few, param_hint="--rounds")
    if report is not None:
        make_directory(report)
    modes = _MODES if within is None else (within,)
    kinds: tuple[DbMode | None, ...] = modes if within is not None else (*modes, None)
    total = how.rounds * comparisons * len(kinds)
    progress = Progress(stream=sys.stderr, total=total, part_s=how.windows_s + 15)
    with open_session(settings, how, stack=stack, workers=workers, progress=progress) as session:
        work = _Work(session=session, config=load(config), report=report, run_id=new_run_id(settings))
        recordings = {kind: [work.record(kind) for _ in range(comparisons)] for kind in kinds}
    found = {mode: calibrated(recordings[mode], rounds=_rounds(recordings[mode])) for mode in modes}
    calibration_file.stored(file, found, calibration_file.machine())
    suggestions = [suggested(recordings[mode], "within") for mode in modes]
    if within is None:
        suggestions.insert(0, suggested(recordings[None], "across"))
    click.echo(table(found, how), err=True)
    click.echo(f"Kept in {file}. Budgets that this machine can hold, for parity.toml:", err=True)
    click.echo(as_toml(merged(suggestions)).rstrip("\n"))
    return 0


def _rounds(recordings: Sequence[Recording]) -> int:
    """How many rounds fit into such a comparison on this machine."""
    return min(len({window.round for window in one.windows}) for one in recordings)


@dataclass(frozen=True, kw_only=True)
class _Work:
    """Comparisons of equal servers, or of both modes."""

    session: Session
    config: ParityToml
    report: Path | None
    run_id: str
    done: list[str] = field(default_factory=list)

    def record(self, kind: DbMode | None) -> Recording:
        """Run one comparison to its end. Raises LoadError if it shows nothing, and KeyboardInterrupt."""
        prepared = prepare(self.config, within=kind, base=None, seed=secrets.randbelow(1 << 31))
        name = f"{len(self.done) + 1:02d}-{kind or 'across'}"
        comparison = self.session.comparison(prepared, lambda *_: (), run_id=f"{self.run_id}-{name}")
        comparison.run()
        recording = comparison.recording
        if not recording.complete:
            raise KeyboardInterrupt
        wrong = [
            f"{one.endpoint} ({one.subject}): {one.reason}"
            for one in comparison.answers
            if one.verdict is not Verdict.PASS
        ]
        if problems := [*recording.remarks, *wrong]:
            raise LoadError(f"This comparison cannot be used for a calibration: {problems[0]}")
        if self.report is not None:
            recording_file.write(self.report / f"{name}.json", recording)
        self.done.append(name)
        return recording


def merged(suggestions: Sequence[Budgets]) -> Budgets:
    """One section out of several: what an earlier one says goes first, later ones add what it lacks."""
    endpoints: dict[str, dict[DbMode, EndpointBudget]] = {}
    for budgets in suggestions:
        for name, modes in budgets.endpoints.items():
            for mode, budget in modes.items():
                known = endpoints.setdefault(name, {}).get(mode, EndpointBudget())
                said = {key: value for key, value in vars(known).items() if value is not None}
                endpoints[name][mode] = replace(budget, **said)
    return Budgets(
        allowance_ms=next((one.allowance_ms for one in suggestions if one.allowance_ms is not None), None),
        floor_ms=max(one.floor_ms for one in suggestions),
        ratio_floor_ms=max(one.ratio_floor_ms for one in suggestions),
        endpoints=endpoints,
    )


def table(found: Mapping[DbMode, Calibration], profile: Profile) -> str:
    """Noise and margins, for a person."""
    head = f"{'endpoint':<20} {'mode':<9} {'metric':<6} {'typical':>10} {'noise':>7} {'holds':>7}"
    lines = [
        f"{one.endpoint:<20} {one.mode:<9} {one.metric:<6} {one.quantile_ms:>7.2f} ms {one.deviation:>7.1%} "
        f"x {one.holdable:>5.2f}"
        for calibration in found.values()
        for one in calibration.noises
    ]
    title = (
        f"Equal servers, profile {profile.name}, {profile.rounds} rounds at {profile.rate_per_s:g}/s: the "
        "noise of a round's ratio, and the smallest allowed ratio that such comparisons can show to be kept"
    )
    return "\n".join([title, head, *lines])
