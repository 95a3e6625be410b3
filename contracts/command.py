"""``harness contract``: judge the adapters, and print what a person and what a machine needs."""

import random
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import click

from contracts import reportfiles
from contracts.behaviours import Behaviours
from contracts.judgement import Judgement, unchecked
from contracts.manifest import Manifest
from contracts.outcome import outcome
from contracts.plan import BUDGET_S, MEMORY, SUPABASE, Adapter, Level
from contracts.report.catalogue import listing
from contracts.report.progress import Progress
from contracts.report.summary import Facts, summary
from contracts.runner import DEADLINE_S
from contracts.selfcheck.command import SelfCheckCommand, SelfCheckOptions
from contracts.session import Request, Run, run_contract
from contracts.stacks import Stack, open_stack
from contracts.surroundings import check_directory
from harness.errors import ConfigurationError, HarnessError
from harness.models.outcome import Outcome, Status, Subject
from harness.redact import redact
from harness.reports.files import remove, write_text
from harness.settings import Settings, StackKind, secrets
from harness.version import version

__all__ = ["contract"]

_ADAPTERS = {adapter.name: adapter for adapter in (MEMORY, SUPABASE)}


@dataclass(frozen=True, kw_only=True)
class _Options:
    adapters: tuple[Adapter, ...]
    level: Level
    workers: int
    seed: int
    stack: StackKind
    json: str | None
    report: Path | None
    only: tuple[str, ...]
    deadline_s: float
    budget_s: float


class _AdapterName(click.ParamType[str]):
    """The name of one of our adapters, or a ``module:attribute``."""

    name = "adapter"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name. What the module holds is looked at when the run begins."""
        if value not in _ADAPTERS and ":" not in value:
            names = ", ".join(repr(name) for name in sorted(_ADAPTERS))
            self.fail(f"{value!r} is not one of {names}, and no package.module:attribute.", param, ctx)
        return value


@click.command()
@click.option(
    "--adapter",
    "adapters",
    multiple=True,
    type=_AdapterName(),
    default=sorted(_ADAPTERS),
    show_default=True,
    help="Judge this adapter; may be repeated. package.module:attribute names one of another project.",
)
@click.option(
    "--level",
    type=click.Choice(["core", "strict"]),
    default="strict",
    show_default=True,
    help="strict runs all cases, core leaves out input hygiene and exact names.",
)
@click.option(
    "--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Processes that run cases."
)
@click.option("--seed", type=click.IntRange(min=0, max=2**32 - 1), help="Repeat the order of an earlier run.")
@click.option(
    "--stack", type=click.Choice(["embedded", "docker", "external"]), help="Default: HARNESS_STACK."
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
def contract(
    *,
    adapters: Sequence[str],
    level: Level,
    workers: int,
    seed: int | None,
    stack: StackKind | None,
    json: str | None,
    report: Path | None,
    only: tuple[str, ...],
    lists: bool,
    case_timeout: float,
    budget: float,
    self_check: bool,
    exhaustive: bool,
    broken: tuple[str, ...],
) -> int:
    """Check that the adapters do what the contract says, each case on each of them.

    Exit status: 0 parity; 1 a case failed; 2 could not check. With
    --self-check: 0 every broken adapter is rejected; 1 one survived; 2 could
    not check.
    """
    if (exhaustive or broken) and not self_check:
        raise click.UsageError("--exhaustive and --broken go with --self-check.")
    if lists:
        click.echo(listing(Behaviours.packaged(), Manifest.packaged()))
        return 0
    settings = Settings.from_environ()
    options = _Options(
        adapters=tuple(
            _ADAPTERS.get(name) or Adapter(name=name, subject=name) for name in dict.fromkeys(adapters)
        ),
        level=level,
        workers=workers,
        seed=random.SystemRandom().randrange(2**32) if seed is None else seed,
        stack=stack or (settings.stack if settings.stack_file is None else "embedded"),
        json=json,
        report=report,
        only=only,
        deadline_s=case_timeout,
        budget_s=budget,
    )
    if options.json is not None and options.json != "-":
        remove(Path(options.json))
    if options.report is not None:
        reportfiles.prepare(options.report)
    if self_check:
        _refuse_selection(options)
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
    return _Command(options, settings).run()


def _refuse_selection(options: _Options) -> None:
    if options.only or options.level != "strict" or len(options.adapters) != len(_ADAPTERS):
        raise click.UsageError("--self-check takes neither --adapter, --level nor --case: use --broken ID.")


class _Command:
    """One run of the command."""

    def __init__(self, options: _Options, settings: Settings) -> None:
        self._options = options
        self._settings = settings
        self._stack = Stack()
        self._run: Run | None = None
        self._started_at = datetime.now(UTC)
        self._begun = time.monotonic()

    def run(self) -> int:
        """Run, and write whatever came of it."""
        judgement = self._judge()
        status = judgement.status
        try:
            self._publish(judgement)
        except ConfigurationError as error:
            _say(f"Error: {error}")
            status = Status.worst([status, Status.UNCHECKED])
        return status.exit_status

    def _judge(self) -> Judgement:
        options = self._options
        names = [adapter.name for adapter in options.adapters]
        manifest: Manifest | None = None
        try:
            manifest = Manifest.packaged()
            check_directory(Path.cwd())
            return self._observe(manifest)
        except KeyboardInterrupt:
            reason = "The run was interrupted before the first case."
        except HarnessError as error:
            reason = str(error)
        return unchecked([] if manifest is None else manifest.at(options.level), names, reason)

    def _observe(self, manifest: Manifest) -> Judgement:
        options = self._options
        unknown = set(options.only) - {entry.id for entry in manifest.at(options.level)}
        if unknown:
            raise ConfigurationError(f"There is no case {min(unknown)!r} at level {options.level}.")
        adapters = tuple(
            adapter if adapter.name in _ADAPTERS else Adapter.named(adapter.subject, Path.cwd())
            for adapter in options.adapters
        )
        with ExitStack() as resources:
            if any(adapter.needs_stack for adapter in adapters):
                _say("Starting the servers …")
                self._stack = resources.enter_context(open_stack(options.stack, self._settings))
            request = Request(
                adapters=adapters,
                manifest=manifest,
                seed=options.seed,
                level=options.level,
                workers=options.workers,
                stack=self._stack.record,
                only=options.only,
                deadline_s=options.deadline_s,
                budget_s=options.budget_s,
                examples=self._settings.examples,
                long_traceback=self._settings.debug or options.report is not None,
            )
            cases = len(options.only) or len(request.expected)
            _say(f"Running {cases} cases on {' and '.join(request.names)}, seed {options.seed}.")
            progress = Progress(sys.stderr, cases * len(request.adapters))
            self._run = run_contract(request, progress)
            progress.close()
        return self._run.judgement

    def _publish(self, judgement: Judgement) -> None:
        options = self._options
        duration = time.monotonic() - self._begun
        facts = Facts(
            level=options.level,
            seed=options.seed,
            workers=options.workers,
            duration_s=duration,
            target=self._stack.target,
            migrations_hash=self._stack.migrations_hash,
            report=None if options.report is None else str(options.report),
            traceback=self._settings.debug,
            behaviours=Behaviours.packaged(),
        )
        text = _redacted(summary(judgement, facts))
        result = self._outcome(judgement, duration)
        if options.report is not None:
            seen = None if self._run is None else self._run.observation
            result = reportfiles.write(options.report, result, judgement, text, seen=seen, redacted=_redacted)
        as_json = _redacted(reportfiles.dumps(result))
        if options.json == "-":
            click.echo(as_json)
            _say(text)
            return
        click.echo(text)
        if options.json is not None:
            write_text(Path(options.json), as_json + "\n")

    def _outcome(self, judgement: Judgement, duration: float) -> Outcome:
        return outcome(
            judgement,
            run_id=self._settings.run_id or str(uuid4()),
            started_at=self._started_at,
            duration_s=duration,
            subject=Subject(
                harness={"version": version()},
                target=self._stack.target,
                migrations_hash=self._stack.migrations_hash,
            ),
        )


def _redacted(text: str) -> str:
    return redact(text, secrets())


def _say(text: str) -> None:
    click.echo(_redacted(text), err=True)
