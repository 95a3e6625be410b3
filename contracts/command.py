"""``harness contract``: judge the adapters, and print what a person and what a machine needs."""

import random
from collections.abc import Sequence
from pathlib import Path

import click

from contracts import reportfiles
from contracts.application import Application
from contracts.behaviours import Behaviours
from contracts.bridging import BridgeCommand, is_bridge
from contracts.judging import OURS, ContractRun, Options
from contracts.manifest import Manifest
from contracts.plan import BUDGET_S, Adapter, Level
from contracts.report.catalogue import listing
from contracts.runner import DEADLINE_S
from harness.reports.files import remove
from harness.settings import Settings, StackKind, export
from harness.stack.external.consent import Consent

__all__ = ["contract"]


class _AdapterName(click.ParamType[str]):
    """The name of one of our adapters, a ``module:attribute``, or a ``bridge:CMD``."""

    name = "adapter"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name. What the module holds is looked at when the run begins."""
        if value not in OURS and ":" not in value:
            names = ", ".join(repr(name) for name in sorted(OURS))
            self.fail(f"{value!r} is not one of {names}, and no package.module:attribute.", param, ctx)
        return value


@click.command()
@click.option(
    "--adapter",
    "adapters",
    multiple=True,
    type=_AdapterName(),
    help="Judge this adapter; may be repeated. package.module:attribute names one of another project, "
    'bridge:"CMD" one in another language. Default: memory and supabase.',
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PARITY_TOML",
    help="Judge the adapter that this file names in [subject.bridge], in both modes, with its [[gaps]].",
)
@click.option(
    "--level",
    type=click.Choice(["core", "strict"]),
    help="strict runs all cases, core leaves out input hygiene and exact names. Default: that of --config, "
    "core behind a bridge, else strict.",
)
@click.option(
    "--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Processes that run cases."
)
@click.option("--seed", type=click.IntRange(min=0, max=2**32 - 1), help="Repeat the order of an earlier run.")
@click.option(
    "--stack", type=click.Choice(["embedded", "docker", "external"]), help="Default: HARNESS_STACK."
)
@click.option(
    "--allow-writes",
    is_flag=True,
    help="With --stack external: write rows to the given project, whose tables are empty, and remove them.",
)
@click.option(
    "--isolated-only",
    is_flag=True,
    help="With --allow-writes: the project has other rows; run what touches only its own, for no verdict.",
)
@click.option(
    "--sql",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Judge on the schema that this directory of NNN_name.sql migrations makes: today's code on the "
    "schema of tomorrow, say.",
)
@click.option(
    "--json", metavar="PATH|-", help="Write the outcome as JSON; - prints it in place of the report."
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the outcome, every case with its time, and pytest's log.",
)
@click.option(
    "--case", "only", multiple=True, metavar="ID", help="Run this case only; such a run is never complete."
)
@click.option("--list", "lists", is_flag=True, help="Print what is checked and by which cases, and end.")
@click.option(
    "--case-timeout",
    type=click.FloatRange(min=1),
    default=DEADLINE_S,
    show_default=True,
    help="Seconds that one case may take; the search has its budget besides.",
)
@click.option(
    "--budget",
    type=click.FloatRange(min=0.1, max=86_400),
    default=BUDGET_S,
    show_default=True,
    help="Seconds to search for calls on which an adapter and the reference disagree.",
)
@click.option(
    "--self-check",
    is_flag=True,
    help="Judge the contract instead: it must reject every broken adapter that is known.",
)
@click.option("--exhaustive", is_flag=True, help="With --self-check: all cases on every broken adapter.")
@click.option(
    "--broken", multiple=True, metavar="ID", help="With --self-check: this broken adapter only, not all."
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Run no cases: replay the calls that an application recorded, and compare the answers.",
)
@click.option(
    "--pace", is_flag=True, help="With --replay: wait between the calls as long as it was recorded."
)
def contract(
    *,
    adapters: Sequence[str],
    config: Path | None,
    level: Level | None,
    workers: int,
    seed: int | None,
    stack: StackKind | None,
    allow_writes: bool,
    isolated_only: bool,
    sql: Path | None,
    json: str | None,
    report: Path | None,
    only: tuple[str, ...],
    lists: bool,
    case_timeout: float,
    budget: float,
    self_check: bool,
    exhaustive: bool,
    broken: tuple[str, ...],
    replay: Path | None,
    pace: bool,
) -> int:
    """Check that the adapters do what the contract says, each case on each of them.

    Exit status: 0 parity; 1 a case failed; 2 could not check. With
    --self-check: 0 every broken adapter is rejected; 1 one survived; 2 could
    not check. With --replay: 0 all answers are as recorded; 1 one differs; 2
    could not check.
    """
    if (exhaustive or broken) and not self_check:
        raise click.UsageError("--exhaustive and --broken go with --self-check.")
    if pace and replay is None:
        raise click.UsageError("--pace goes with --replay.")
    if replay is not None:
        _refuse_beside_replay(click.get_current_context())
        if json is not None and json != "-" and Path(json).absolute() == replay.absolute():
            raise click.UsageError("--json would overwrite the recording; name another file.")
    if lists:
        click.echo(listing(Behaviours.packaged(), Manifest.packaged()))
        return 0
    if json is not None and json != "-":
        remove(Path(json))
    if report is not None:
        reportfiles.prepare(report)
        export("HARNESS_SERVER_LOGS", str(report.absolute() / reportfiles.SERVERS))
    settings = _settings(sql, stack)
    application = None if config is None else _configured(config, given=bool(adapters))
    options = Options(
        adapters=_adapters(adapters, settings) if application is None else application.adapters,
        level=level or _level(adapters, application),
        application=application,
        workers=workers,
        seed=random.SystemRandom().randrange(2**32) if seed is None else seed,
        stack=stack or (settings.stack if settings.stack_file is None else "embedded"),
        json=json,
        report=report,
        only=only,
        deadline_s=case_timeout,
        budget_s=budget,
        consent=Consent(writes=allow_writes, isolated_only=isolated_only),
    )
    _refuse_without_project(options)
    if self_check:
        _refuse_selection(options)
        return _self_check(options, settings, broken=broken, exhaustive=exhaustive)
    if replay is not None:
        return _replayed(replay, options, settings, pace=pace)
    return ContractRun(options, settings).run()


def _settings(sql: Path | None, stack: StackKind | None) -> Settings:
    """Read the settings, and the directory of migrations that the option names instead of theirs."""
    if sql is None:
        return Settings.from_environ()
    export("HARNESS_SQL", str(sql.absolute()))
    settings = Settings.from_environ()
    if settings.stack_file is not None:
        raise click.UsageError(
            "--sql needs a stack of its own, and HARNESS_STACK_FILE names one that runs: unset it."
        )
    if (stack or settings.stack) == "external":
        raise click.UsageError(
            "--sql needs a stack of its own, and a given project has its schema already: apply the files "
            "there and leave --sql out, or use --stack embedded."
        )
    return settings


def _self_check(options: Options, settings: Settings, *, broken: tuple[str, ...], exhaustive: bool) -> int:
    # It needs the client of Supabase, whose import takes longer than to refuse a wrong option.
    from contracts.selfcheck.command import SelfCheckCommand, SelfCheckOptions  # noqa: PLC0415

    return SelfCheckCommand(
        SelfCheckOptions(
            broken=broken,
            exhaustive=exhaustive,
            seed=options.seed,
            workers=options.workers,
            stack=options.stack,
            json=options.json,
            report=options.report,
        ),
        settings,
    ).run()


def _replayed(file: Path, options: Options, settings: Settings, *, pace: bool) -> int:
    from contracts.replay.run import ReplayOptions, ReplayRun  # noqa: PLC0415  # as above

    return ReplayRun(
        ReplayOptions(
            file=file,
            pace=pace,
            adapters=options.adapters,
            level=options.level,
            stack=options.stack,
            json=options.json,
            report=options.report,
        ),
        settings,
    ).run()


def _configured(config: Path, *, given: bool) -> Application:
    if given:
        raise click.UsageError("--config names the adapter to judge; leave --adapter out, or --config.")
    return Application.configured(config)


def _level(adapters: Sequence[str], application: Application | None) -> Level:
    if application is not None:
        return application.level
    return "core" if any(map(is_bridge, adapters)) else "strict"


def _adapters(names: Sequence[str], settings: Settings) -> tuple[Adapter, ...]:
    return tuple(_adapter(name, settings) for name in dict.fromkeys(names or sorted(OURS)))


def _adapter(name: str, settings: Settings) -> Adapter:
    if is_bridge(name):
        return BridgeCommand.parse(name, Path.cwd(), settings.db_mode).adapter()
    return OURS.get(name) or Adapter(name=name, subject=name)


def _refuse_without_project(options: Options) -> None:
    if options.consent != Consent() and options.stack != "external":
        raise click.UsageError("--allow-writes and --isolated-only go with --stack external.")
    if options.consent.isolated_only and not options.consent.writes:
        raise click.UsageError("--isolated-only goes with --allow-writes: it writes rows, and removes them.")


def _refuse_selection(options: Options) -> None:
    is_chosen = options.level != "strict" or len(options.adapters) != len(OURS)
    if options.only or is_chosen or options.application is not None:
        raise click.UsageError(
            "--self-check takes neither --adapter, --config, --level nor --case: use --broken ID."
        )


def _refuse_beside_replay(context: click.Context) -> None:
    """A replay runs no cases: an option about those would be given in vain."""
    beside = {"replay", "pace", "adapters", "level", "stack", "sql", "json", "report"}
    for parameter in context.command.params:
        name = parameter.name or ""
        is_given = context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        if is_given and name not in beside:
            raise click.UsageError(f"{parameter.opts[0]} is about cases, and --replay runs none.")
