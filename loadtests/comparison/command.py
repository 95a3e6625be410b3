"""``harness load compare``: both modes, or two versions in one mode, side by side on this machine.

Exit status: 0 PASS; 1 REGRESSED; 2 INCONCLUSIVE, INVALID or could not check.
"""

import secrets
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from harness.errors import ConfigurationError
from harness.models.outcome import Subject
from harness.settings import DbMode, Settings, StackKind, export
from harness.settings.parity_toml import load
from harness.stack.embedded import EmbeddedStack
from harness.version import version
from loadtests.budgeting.judge import judge
from loadtests.comparison.arms import Arms
from loadtests.comparison.choice import chosen_budgets
from loadtests.comparison.compare import Comparison
from loadtests.comparison.examination import examination
from loadtests.comparison.preparation import Prepared, prepare
from loadtests.comparison.rounds import Setting, plan_of
from loadtests.comparison.schedule import PROFILES, Profile, ProfileName
from loadtests.records import Arm, Fingerprint
from loadtests.reporting.progress import Progress
from loadtests.result import Result
from loadtests.runs.ending import begin, finish
from loadtests.runs.fingerprint import build

__all__ = ["STEP", "compare", "fingerprints", "open_stack"]

STEP = "load compare"
_PART_S = {"ci": 20.0, "full": 50.0}
"""About how long a round takes, for the first guess at the time that is left."""


@click.command()
@click.option(
    "--profile", type=click.Choice(["ci", "full"]), default="ci", show_default=True, help="How much."
)
@click.option(
    "--within", type=click.Choice(["memory", "supabase"]), help="Compare two versions in this mode."
)
@click.option("--base", metavar="CMD", help="With --within: starts the version that is compared with.")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Requests per second.")
@click.option("--rounds", type=click.IntRange(min=1), help="At most so many, with new servers in each.")
@click.option(
    "--seconds", type=click.FloatRange(min=0, min_open=True), help="Of traffic, for each arm in a round."
)
@click.option("--workers", type=click.IntRange(min=0), default=0, help="Processes that generate the load.")
@click.option("--seed", type=click.IntRange(min=0), help="Of the arrivals and the data; printed at the end.")
@click.option("--stack", type=click.Choice(["embedded", "docker", "external"]), help="Default: embedded.")
@click.option("--config", type=click.Path(path_type=Path), help="Use this file instead of ./parity.toml.")
@click.option(
    "--report", type=click.Path(path_type=Path, file_okay=False), help="Write the report and recording there."
)
@click.option("--json", "json_path", metavar="PATH", help="Write the outcome as JSON; - is stdout.")
def compare(
    *,
    profile: ProfileName,
    within: DbMode | None,
    base: str | None,
    rate: float | None,
    rounds: int | None,
    seconds: float | None,
    workers: int,
    seed: int | None,
    stack: StackKind | None,
    config: Path | None,
    report: Path | None,
    json_path: str | None,
) -> int:
    """Say whether response times are within budget: PASS (0), REGRESSED (1), or not decided (2).

    Across modes, both servers are started on this machine, each on a fresh database; the budgets are those of
    parity.toml, or of the reference API.
    """
    begun, started_at = time.monotonic(), datetime.now(UTC)
    begin(json_path, report)
    settings = Settings.from_environ()
    parity_toml = load(config)
    how = PROFILES[profile].with_options(rate=rate, rounds=rounds, seconds=seconds)
    chosen_seed = secrets.randbelow(1 << 31) if seed is None else seed
    prepared = prepare(parity_toml, within=within, base=base, seed=chosen_seed)
    budgets = chosen_budgets(parity_toml)
    run_id = settings.run_id or f"{started_at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    progress = Progress(stream=sys.stderr, total=how.rounds, part_s=_PART_S[profile])
    with (
        tempfile.TemporaryDirectory(prefix="parity-load-") as private,
        open_stack(stack, settings) as servers,
        progress,
    ):
        setting = Setting(
            stack=servers,
            launches=prepared.arms.launches,
            spec=prepared.spec,
            weights=prepared.weights,
            profile=how,
            seed=chosen_seed,
            workers=workers,
            place=Path(private),
            doing=progress.doing,
            deadline=float("inf") if how.limit_s is None else begun + how.limit_s - how.closing_s,
        )
        comparison = Comparison(
            run_id=run_id,
            setting=setting,
            fingerprints=fingerprints(prepared, setting, servers),
            examine=partial(examination, prepared.spec, prepared.arms.comparison, _subjects(prepared.arms)),
            judge=lambda recording, look, looks: judge(
                recording, budgets, comparison=prepared.arms.comparison, look=look, looks=looks
            ),
            begun=begun,
        )

        def finished() -> None:
            progress.finished()
            progress.total = comparison.planned

        comparison.finished = finished
        comparison.run()
        subject = _subject(prepared, servers)
    result = Result(
        step=STEP,
        run_id=run_id,
        started_at=started_at,
        duration_s=time.monotonic() - begun,
        recording=comparison.recording,
        judgements=(*comparison.answers, *comparison.judgements),
        notes=(
            *(f"{name} was not measured: {why}." for name, why in prepared.left_out.items()),
            *comparison.notes,
        ),
        names=prepared.arms.names,
        facts=_facts(prepared, how),
        command=_again(chosen_seed),
        subject=subject,
    )
    return finish(result, json_path, report)


@contextmanager
def open_stack(kind: StackKind | None, settings: Settings) -> Iterator[EmbeddedStack]:
    """Join the stack of HARNESS_STACK_FILE, or start one. Raises ConfigurationError for any other kind."""
    kind = kind or (settings.stack if settings.stack_file is None else "embedded")
    if kind != "embedded":
        raise ConfigurationError(
            f"A comparison starts servers on databases of its own, and does not run on --stack {kind}. Use "
            "--stack embedded; a server that runs elsewhere is measured by harness load run --host URL."
        )
    export("SUPABASE_URL", None)
    stack = (
        EmbeddedStack.attach(settings.stack_file) if settings.stack_file else EmbeddedStack.start(settings)
    )
    with stack:
        yield stack


def fingerprints(prepared: Prepared, setting: Setting, stack: EmbeddedStack) -> Mapping[Arm, Fingerprint]:
    """What each arm was, for comparisons of recordings; modes are those that each server has to prove."""
    versions = {"postgres": stack.postgres_version, "postgrest": stack.postgrest_version, "stack": "embedded"}
    return {
        arm: build(
            mode=launch.mode,
            api=prepared.api.name,
            scenario={"api": prepared.api.name, "weights": prepared.weights},
            profile=setting.profile.name,
            plan=plan_of(setting, 0).sha256(),
            loop="open",
            region="loopback",
            schema_hash=stack.migrations_hash,
            target=versions,
        )
        for arm, launch in prepared.arms.launches.items()
    }


def _subject(prepared: Prepared, stack: EmbeddedStack) -> Subject:
    return Subject(
        harness={"version": version()},
        target={
            "stack": "embedded",
            "postgres": stack.postgres_version,
            "postgrest": stack.postgrest_version,
            "api": prepared.api.name,
        },
        migrations_hash=stack.migrations_hash or None,
    )


def _subjects(arms: Arms) -> Mapping[Arm, str]:
    """How judgements call the arms: by mode, where the modes are what is compared."""
    if arms.comparison == "across":
        return arms.names
    return {arm: f"{launch.mode}, {arms.names[arm]}" for arm, launch in arms.launches.items()}


def _facts(prepared: Prepared, profile: Profile) -> tuple[tuple[str, str], ...]:
    described = ", ".join(
        f"{prepared.arms.names[arm]}: {launch.name} in mode {launch.mode}"
        for arm, launch in sorted(prepared.arms.launches.items())
    )
    return (("compared", described), ("profile", profile.name))


def _again(seed: int) -> str:
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--seed=")]
    if "--seed" in arguments:
        at = arguments.index("--seed")
        del arguments[at : at + 2]
    return shlex.join(["harness", *arguments, "--seed", str(seed)])
