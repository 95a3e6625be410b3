"""``harness contract --self-check``: judge the contract by the broken adapters that it rejects."""

import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from contracts import reportfiles
from contracts.manifest import Manifest
from contracts.publishing import publish, redacted, say
from contracts.selfcheck import table as tables
from contracts.selfcheck.catalog import catalog, directory
from contracts.selfcheck.check import SelfCheck
from contracts.selfcheck.kills import KillTable
from contracts.selfcheck.mutant import Mutant
from contracts.selfcheck.progress import Progress
from contracts.stacks import Stack, open_stack
from harness.errors import ConfigurationError, HarnessError
from harness.models.outcome import Status, Subject
from harness.settings import Settings, StackKind
from harness.version import version

__all__ = ["SelfCheckCommand", "SelfCheckOptions"]


@dataclass(frozen=True, kw_only=True)
class SelfCheckOptions:
    """The options that a self-check takes."""

    broken: tuple[str, ...]
    """Ids of broken adapters; none means all. With a part of them, the contract is not proved."""
    exhaustive: bool
    seed: int
    workers: int
    stack: StackKind
    json: str | None
    report: Path | None


class SelfCheckCommand:
    """One run of the command."""

    def __init__(self, options: SelfCheckOptions, settings: Settings) -> None:
        self._options = options
        self._settings = settings
        self._stack = Stack()
        self._started_at = datetime.now(UTC)
        self._begun = time.monotonic()

    def run(self) -> int:
        """Run, and write whatever came of it."""
        table = self._check()
        status = table.status
        try:
            self._publish(table)
        except ConfigurationError as error:
            say(f"Error: {error}")
            status = Status.worst([status, Status.UNCHECKED])
        return status.exit_status

    def _check(self) -> KillTable:
        try:
            return self._observe(self._mutants())
        except KeyboardInterrupt:
            reason = "The run was interrupted before the first case."
        except HarnessError as error:
            reason = str(error)
        return KillTable(fates=(), reasons=(reason,))

    def _mutants(self) -> tuple[Mutant, ...]:
        known = catalog(directory())
        for id_ in self._options.broken:
            if id_ not in known:
                raise ConfigurationError(f"There is no broken adapter {id_!r} in {directory()}.")
        return tuple(known[id_] for id_ in self._options.broken or sorted(known))

    def _observe(self, mutants: tuple[Mutant, ...]) -> KillTable:
        options = self._options
        with ExitStack() as resources:
            if any(mutant.needs_stack for mutant in mutants):
                say("Starting the servers …")
                self._stack = resources.enter_context(open_stack(options.stack, self._settings))
            say(f"Judging {len(mutants)} broken adapters, seed {options.seed}.")
            check = SelfCheck(
                mutants=mutants,
                folder=directory(),
                manifest=Manifest.packaged(),
                stack=self._stack.record,
                seed=options.seed,
                workers=options.workers,
                exhaustive=options.exhaustive,
            )
            table = check.run(Progress(sys.stderr, [mutant.id for mutant in mutants]))
        if not options.broken:
            return table
        part = f"{len(mutants)} of {len(catalog(directory()))} broken adapters were judged (--broken)."
        return KillTable(fates=table.fates, reasons=(*table.reasons, part), idle=None)

    def _publish(self, table: KillTable) -> None:
        options = self._options
        text = redacted(tables.render(table))
        result = tables.outcome(
            table,
            run_id=self._settings.run_id or str(uuid4()),
            started_at=self._started_at,
            duration_s=time.monotonic() - self._begun,
            subject=Subject(
                harness={"version": version()},
                target=self._stack.target,
                migrations_hash=self._stack.migrations_hash,
            ),
        )
        if options.report is not None:
            result = reportfiles.write_kills(
                options.report, result, tables.as_json(table), text, redacted=redacted
            )
        publish(result, text, json=options.json)
