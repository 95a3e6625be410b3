"""``harness load run``: the response times of one server that somebody else started."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from harness.errors import ConfigurationError
from harness.models.outcome import Subject
from harness.settings import Settings
from harness.settings.api import reference_api
from harness.settings.budgets import Budgets
from harness.settings.parity_toml import load
from harness.version import version
from loadtests.budgeting.fitness import unfit
from loadtests.errors import LoadError
from loadtests.result import Result
from loadtests.runs import options
from loadtests.runs.budgets import Judged, absolute
from loadtests.runs.ending import again, begin, finish, write_recording
from loadtests.runs.measuring import Measured, kept_log, measure, progress_of
from loadtests.runs.request import RunOptions, setting_of
from loadtests.runs.scenario import scenario_hash
from loadtests.runs.setting import RunSetting, mix_of
from loadtests.runs.target import Identity, Target
from loadtests.scenarios.rows import RowAccess

__all__ = ["record", "run"]

_STEP = "load run"


@click.command()
@click.option("--host", required=True, metavar="URL", help="The server: http://NAME:PORT.")
@click.option(
    "--db-mode",
    type=click.Choice(["memory", "supabase"]),
    help="Refuse a server that runs in the other mode.",
)
@options.profile
@options.allow_writes
@click.option("--rate", type=float, show_default="20", help="Requests per second.")
@options.allow_rate
@click.option("--seconds", type=float, default=60.0, show_default=True, help="How long to measure.")
@click.option(
    "--warm-up",
    "warm_up_s",
    type=click.FloatRange(0, 600),
    default=5.0,
    show_default=True,
    help="How long to send the same before, in seconds.",
)
@click.option("--loop", type=click.Choice(["open", "closed"]), default="open", show_default=True)
@click.option(
    "--users", type=click.IntRange(1, 10_000), help="Closed loop: how many ask, wait and ask again."
)
@click.option(
    "--think-time", "think_s", type=click.FloatRange(0, 600), help="Closed loop: mean pause, in seconds."
)
@options.seed
@options.workers
@click.option(
    "--expect-workers",
    "external_workers",
    type=click.IntRange(0, 64),
    default=0,
    help="Wait for so many `harness load worker` of other machines.",
)
@click.option(
    "--bind", default="127.0.0.1:0", show_default=True, metavar="HOST:PORT", help="Where they connect."
)
@click.option("--name", help="A word that the id of the run begins with.")
@click.option("--region", show_default="the host", help="Where it was measured: part of the fingerprint.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the recording to this file."
)
@click.option(
    "--journal", type=click.Path(path_type=Path, dir_okay=False), help="Where created ids are noted."
)
@click.option("--record-only", is_flag=True, help="Judge nothing: for runs that will be baselines.")
@options.config
@options.report
@options.json_path
def run(**given: Any) -> int:
    """Measure one server that is there already, and judge it by the absolute budgets of parity.toml.

    Exit status: 0 PASS, or recorded with --record-only; 1 REGRESSED; 2 INCONCLUSIVE, INVALID or could not
    check.
    """
    started_at = datetime.now(UTC)
    asked = RunOptions(**given)
    begin(asked.json_path, asked.report, asked.out)
    toml = load(asked.config)
    api = toml.api or reference_api()
    setting = setting_of(asked, api)
    with Target(setting.host.url, setting.api) as target:
        identity = target.identify(asked.db_mode)
        weights, left_out = mix_of(setting)
        judged = absolute(toml.budgets or Budgets(), identity.mode, weights)
        if judged.empty and not asked.record_only:
            raise _nothing_to_judge_by(identity, judged)
        setting = replace(
            setting, scenario=scenario_hash(api, weights), access=_access(identity, Settings.from_environ())
        )
        with kept_log() as log, progress_of(setting, sys.stderr) as progress:
            measured = measure(setting, target, identity, weights, log=log, progress=progress)
    result = _result(
        measured, judged, setting=setting, identity=identity, left_out=left_out, started_at=started_at
    )
    if asked.record_only and asked.out is not None:
        return record(result, asked.out, setting)
    return finish(result, asked.json_path, asked.report, asked.out)


def _access(identity: Identity, settings: Settings) -> RowAccess | None:
    """How rows are removed that the API cannot delete; those of memory are out of reach."""
    return RowAccess.of(settings) if identity.mode == "supabase" else None


def _result(
    measured: Measured,
    judged: Judged,
    *,
    setting: RunSetting,
    identity: Identity,
    left_out: Mapping[str, str],
    started_at: datetime,
) -> Result:
    from loadtests.budgeting.judge import judge  # noqa: PLC0415  # scipy takes longer to load than most commands to run

    recording = measured.recording
    return Result(
        step=_STEP,
        run_id=Settings.from_environ().run_id or recording.run_id,
        started_at=started_at,
        duration_s=(datetime.now(UTC) - started_at).total_seconds(),
        recording=recording,
        judgements=(
            judge(recording, judged.budgets, comparison="single", look=1, looks=1)
            if recording.windows
            else ()
        ),
        notes=(*judged.notes, *_not_called(left_out), *measured.left),
        names={"a": identity.mode},
        facts=(
            ("server", f"{setting.host.url}, {setting.api.name}, version {identity.version or 'not known'}"),
            ("profile", f"{setting.profile}, region {setting.region}"),
        ),
        command=again(),
        subject=Subject(harness={"version": version()}, target={"stack": "external"}),
    )


def record(result: Result, out: Path, setting: RunSetting) -> int:
    """Write the recording, and say that nothing was judged: exit status 0 without a verdict."""
    # First of all, for they say what is left to remove, also of a run that was interrupted.
    for note in result.notes:
        click.echo(note, err=True)
    recording = result.recording
    reasons = ("there is no recording.",) if recording is None else unfit(recording, "single")
    if reasons or recording is None:
        raise LoadError(f"nothing is recorded: {reasons[0]}")
    write_recording(result, out)
    requests = sum(window.achieved for window in recording.windows)
    records = [record for window in recording.windows for record in window.endpoints.values()]
    wrong = sum(sum(record.errors.values()) for record in records)
    click.echo(
        f"recorded, not judged: {requests} requests to {setting.host.url} "
        f"({recording.fingerprints['a'].mode}), {wrong} wrong answers, as {out}"
    )
    return 0


def _nothing_to_judge_by(identity: Identity, judged: Judged) -> ConfigurationError:
    return ConfigurationError(
        f"parity.toml has no budget that a run in mode {identity.mode} can be judged by. "
        + "".join(f"{note} " for note in judged.notes)
        + f"Add [budgets.endpoints.NAME.{identity.mode}] with p50_ms, p95_ms, p99_ms or errors; or "
        "only record the run: --record-only --out FILE"
    )


def _not_called(left_out: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence for each reason."""
    reasons = dict.fromkeys(left_out.values())
    return tuple(
        f"Not called: {', '.join(name for name, why in left_out.items() if why == reason)}: {reason}."
        for reason in reasons
    )
