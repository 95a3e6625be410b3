"""How a command of ``harness schema`` or ``harness migrate`` begins and ends."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from harness.errors import ConfigurationError
from harness.models.outcome import Artifact, Counts, Finding, Outcome, Status, Subject
from harness.models.verdict import ADVICE_LEVEL, UNCHECKED_LEVEL
from harness.redact import redact, redact_json
from harness.reports.files import remove, reserve, write_json
from harness.settings import Settings, StackKind, export, secrets
from harness.version import version
from migrations.files import PACKAGED

__all__ = ["Run"]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a command."""

    step: str
    settings: Settings
    directory: Path
    json_path: str | None
    started_at: datetime

    @classmethod
    def begin(
        cls,
        step: str,
        sql: Path | None,
        database_url: str | None,
        stack: StackKind | None,
        json_path: str | None,
    ) -> "Run":
        """Read the settings and what the options say instead of them."""
        started_at = datetime.now(UTC)
        if json_path not in {None, "-"}:
            remove(Path(str(json_path)))
            reserve(Path(str(json_path)))
        if stack is not None:
            export("HARNESS_STACK", stack)
        if database_url is not None:
            # Where what is printed looks for passwords.
            export("DATABASE_URL", database_url)
        settings = Settings.from_environ()
        return cls(
            step=step,
            settings=settings,
            directory=(sql.absolute() if sql is not None else None) or settings.sql_dir or PACKAGED,
            json_path=json_path,
            started_at=started_at,
        )

    @property
    def dsn(self) -> str:
        """The database to work on. Raises ConfigurationError, with the way out, if none is named."""
        if self.settings.database_url is None:
            raise ConfigurationError(
                "DATABASE_URL is not set. Set it to the database to work on, in session mode, or start one: "
                'harness stack up; eval "$(harness stack env)"'
            )
        return self.settings.database_url

    def end(
        self,
        counts: Mapping[str, Counts],
        findings: tuple[Finding, ...],
        good: str | None,
        *,
        migrations_hash: str | None,
        target: Mapping[str, str] | None = None,
        notes: Sequence[str] = (),
        bad: str | None = None,
        artifacts: tuple[Artifact, ...] = (),
    ) -> int:
        """Print and write the outcome; returns the exit status.

        `notes` are printed before the verdict, which stays the last line: `good` where nothing but advice was
        found, else `bad`, or the number of findings.
        """
        outcome = Outcome(
            run_id=self.settings.run_id or uuid4().hex,
            step=self.step,
            status=_status(findings),
            started_at=self.started_at,
            duration_s=(datetime.now(UTC) - self.started_at).total_seconds(),
            subject=Subject(
                harness={"version": version()},
                target={"stack": self.settings.stack, **(target or {})},
                migrations_hash=migrations_hash,
            ),
            counts=counts,
            findings=findings,
            artifacts=artifacts,
        )
        # With --json -, the only thing on stdout is the JSON.
        talk = self.json_path == "-"
        for finding in findings:
            click.echo(redact(_text(finding), secrets()), err=talk)
        for note in notes:
            click.echo(redact(note, secrets()), err=talk)
        blocking = [finding for finding in findings if finding.level != ADVICE_LEVEL]
        if not blocking and good is not None:
            click.echo(good, err=talk)
        elif blocking and bad is not None:
            click.echo(redact(bad, secrets()), err=talk)
        elif blocking:
            noun = "finding" if len(blocking) == 1 else "findings"
            verdict = "FAILED" if outcome.status is Status.FAILED else "COULD NOT CHECK"
            click.echo(f"{verdict}: {len(blocking)} {noun}.", err=talk)
        if talk:
            click.echo(_dump(outcome.to_json()))
        elif self.json_path is not None:
            write_json(Path(self.json_path), outcome.to_json())
        return outcome.exit_status


def _status(findings: Sequence[Finding]) -> Status:
    levels = {finding.level for finding in findings} - {ADVICE_LEVEL}
    if levels - {UNCHECKED_LEVEL}:
        return Status.FAILED
    return Status.UNCHECKED if levels else Status.PASSED


def _text(finding: Finding) -> str:
    return f"{finding.id}: {finding.message}\n  expected: {finding.expected}\n  actual:   {finding.actual}"


def _dump(value: Any) -> str:
    return json.dumps(redact_json(value, secrets()), indent=2, ensure_ascii=False)
