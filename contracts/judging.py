"""One run of ``harness contract``: from its options to what it prints."""

import difflib
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from contracts import reportfiles
from contracts.application import Application
from contracts.behaviours import Behaviours
from contracts.gaps import Accepted
from contracts.judgement import Judgement, unchecked
from contracts.manifest import Manifest
from contracts.outcome import STEP, SUBJECT_STEP, covered, outcome
from contracts.plan import MEMORY, SUPABASE, Adapter, Level
from contracts.publishing import publish, redacted, say
from contracts.report.progress import Progress
from contracts.report.summary import Facts, summary
from contracts.session import Request, Run, run_contract
from contracts.stacks import Stack, open_stack
from contracts.surroundings import check_directory
from harness.errors import ConfigurationError, HarnessError
from harness.models.outcome import Outcome, Status, Subject
from harness.revision import WorkCopy
from harness.settings import Settings, StackKind
from harness.stack.external.consent import Consent
from harness.version import version

__all__ = ["OURS", "ContractRun", "Options"]

OURS = {adapter.name: adapter for adapter in (MEMORY, SUPABASE)}
"""The adapters of this project; any other is named by ``module:attribute``."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What one run was asked to do."""

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
    consent: Consent = field(default_factory=Consent)
    """What may be done to a given project."""
    application: Application | None = None
    """The application whose adapters these are, if it is configured."""

    @property
    def accepted(self) -> Accepted:
        """What the adapters may lack."""
        today = datetime.now(UTC).date()
        return Accepted(today=today) if self.application is None else self.application.accepted

    def work_copy(self) -> WorkCopy | None:
        """Return where the application's revision is read."""
        app = self.application
        if app is None:
            return None
        ours = [Path(self.json)] if self.json not in {None, "-"} else []
        ours += [] if self.report is None else [self.report]
        return WorkCopy(app.name, app.directory, (*app.written, *ours))


class ContractRun:
    """One run of the command."""

    def __init__(self, options: Options, settings: Settings) -> None:
        self._options = options
        self._settings = settings
        self._stack = Stack()
        self._run: Run | None = None
        self._work_copy = options.work_copy()
        self._revision = None if self._work_copy is None else self._work_copy.look()
        self._started_at = datetime.now(UTC)
        self._begun = time.monotonic()

    def run(self) -> int:
        """Run, and write whatever came of it."""
        judgement = self._unless_isolated(self._unless_changed(self._judge()))
        status = judgement.status
        try:
            self._publish(judgement)
        except ConfigurationError as error:
            say(f"Error: {error}")
            status = Status.worst([status, Status.UNCHECKED])
        return status.exit_status

    def _unless_changed(self, judgement: Judgement) -> Judgement:
        """A verdict is about one state of the application."""
        if self._work_copy is None or self._work_copy.look() == self._revision:
            return judgement
        reason = "The application was changed while it was judged; run again while nobody edits it."
        return replace(judgement, reasons=(reason, *judgement.reasons))

    def _unless_isolated(self, judgement: Judgement) -> Judgement:
        """A part of the cases is never a verdict, however they end."""
        if not self._options.consent.isolated_only or self._run is None:
            return judgement
        reason = "--isolated-only leaves out what meets the rows of others; a verdict needs an empty project."
        return replace(judgement, reasons=(reason, *judgement.reasons))

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
            if self._run is not None:
                # The cases had ended: what they found is not undone by what came after them.
                seen = self._run.judgement
                return replace(seen, reasons=(reason, *seen.reasons))
        return unchecked([] if manifest is None else manifest.at(options.level), names, reason)

    def _observe(self, manifest: Manifest) -> Judgement:
        options = self._options
        known = [entry.id for entry in manifest.at(options.level)]
        unknown = set(options.only) - set(known)
        if unknown:
            raise ConfigurationError(_no_case(min(unknown), known, options.level))
        adapters = tuple(
            Adapter.named(adapter.subject, Path.cwd()) if adapter.is_foreign else adapter
            for adapter in options.adapters
        )
        with ExitStack() as resources:
            if any(adapter.needs_stack for adapter in adapters):
                if options.stack == "external":
                    _refuse_without_guard(adapters)
                say("Starting the servers …")
                self._stack = resources.enter_context(
                    open_stack(options.stack, self._settings, options.consent)
                )
            if self._stack.run is not None:
                say(f"If this is killed, remove its rows: harness stack clean --run {self._stack.run}")
                # There is one database, and no copy of it.
                options = self._options = replace(options, workers=1)
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
                accepted=options.accepted,
            )
            cases = len(options.only) or len(request.expected)
            counted = "1 case" if cases == 1 else f"{cases} cases"
            say(f"Running {counted} on {' and '.join(request.names)}, seed {options.seed}.")
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
            today=options.accepted.today,
        )
        text = redacted(summary(judgement, facts))
        result = self._outcome(judgement, duration)
        if options.report is not None:
            seen = None if self._run is None else self._run.observation
            result = reportfiles.write(options.report, result, judgement, text, seen=seen, redacted=redacted)
        publish(result, text, json=options.json)

    def _outcome(self, judgement: Judgement, duration: float) -> Outcome:
        return outcome(
            judgement,
            run_id=self._settings.run_id or str(uuid4()),
            started_at=self._started_at,
            duration_s=duration,
            step=STEP if self._revision is None else SUBJECT_STEP,
            subject=Subject(
                app=None if self._revision is None else self._revision.to_json(),
                harness={"version": version()},
                target={**self._stack.target, "level": self._options.level, **covered(judgement)},
                migrations_hash=self._stack.migrations_hash,
            ),
        )


def _refuse_without_guard(adapters: Sequence[Adapter]) -> None:
    """What takes a stack by itself would reach a given project past the guard; two would meet there."""
    if len(meeting := [adapter.name for adapter in adapters if adapter.needs_stack]) > 1:
        raise ConfigurationError(
            f"{' and '.join(meeting)} would meet each other's rows in the one database of a given project. "
            "Judge them one after the other."
        )
    for adapter in adapters:
        if adapter.needs_stack and adapter.directory is not None:
            raise ConfigurationError(
                f"{adapter.name} takes the stack itself, and cannot be kept from the rows of a given "
                "project. Use --stack embedded, or judge the adapter behind a bridge."
            )


def _no_case(name: str, known: Sequence[str], level: str) -> str:
    """Say that there is no such case, and which one may be meant."""
    variants = [case for case in known if case.startswith(f"{name}[")]
    close = variants or difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else "harness contract --list prints all of them."
    return f"There is no case {name!r} at level {level}; {hint}"
