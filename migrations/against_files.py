"""Holds a database against its SQL files, and the files against the models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import psycopg

from harness.errors import StackError
from harness.models.outcome import Counts, Finding
from harness.models.verdict import ADVICE_LEVEL, UNCHECKED_LEVEL
from migrations.check import Examination
from migrations.drift.objects.comparison import Comparison, compare
from migrations.drift.objects.overlap import joined
from migrations.drift.objects.wording import described
from migrations.errors import MigrationError
from migrations.files import Migration
from migrations.made import Made, ObjectsOf

__all__ = ["Judgement", "judge_files", "not_made"]

_NOT_AVAILABLE = {"0A000", "58P01"}
"""SQLSTATEs of CREATE EXTENSION for an extension that a server does not have."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What came of the files."""

    counts: Mapping[str, Counts]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def judge_files(
    examination: Examination, live: ObjectsOf, made: Made, migrations: Sequence[Migration]
) -> Judgement:
    """Compare a database with what the files made of an empty one, and that with the models.

    The findings contain those of `examination`, which are about the models and the database, once, each with
    the statement that the files have for it.
    """
    comparison = compare(made.result.objects, live.objects)
    findings = joined(examination.findings, comparison.differences, migrations)
    own = sum(finding.level != ADVICE_LEVEL for finding in findings) - len(examination.findings)
    chain = tuple(map(_of_the_chain, made.examination.findings))
    examined = sum(made.examination.examined.values())
    return Judgement(
        counts={
            "files": Counts.of(comparison.compared, failed=min(own, comparison.compared)),
            "chain": Counts.of(examined, failed=min(len(chain), examined)),
        },
        findings=(*findings, *chain),
        notes=tuple(_notes(comparison, findings, live, made)),
    )


def not_made(examination: Examination, error: MigrationError | StackError) -> Judgement:
    """Say why there is nothing to compare with: a file that fails is a finding, no stack is unchecked."""
    unchecked = Counts(expected=1, executed=0, passed=0, failed=0, unchecked=1)
    broken = isinstance(error, MigrationError) and not _lacks_extension(error)
    if isinstance(error, MigrationError):
        where, actual = f"migration {error.file}", "a file that cannot be applied"
        message = f"The SQL files cannot be applied to an empty database: {error}"
    else:
        where, actual = "the SQL files", "not found out"
        message = (
            f"There is no stack to apply the SQL files to, and so nothing to compare with: {error} "
            "With --models-only, the database is compared with the models alone."
        )
    finding = Finding(
        id="chain",
        level="core" if broken else UNCHECKED_LEVEL,
        where=where,
        expected="a chain of files that makes the schema of an empty database",
        actual=actual,
        message=message,
    )
    return Judgement(
        counts={"files": unchecked, "chain": Counts.of(1, failed=1) if broken else unchecked},
        findings=(*examination.findings, finding),
        notes=("The database was not compared with the SQL files, for the reason above.",),
    )


def _lacks_extension(error: MigrationError) -> bool:
    cause = error.__cause__
    return isinstance(cause, psycopg.Error) and cause.sqlstate in _NOT_AVAILABLE


def _of_the_chain(finding: Finding) -> Finding:
    return replace(
        finding,
        id=f"chain.{finding.id}",
        where=f"{finding.where}, made by the SQL files",
        message=f"The SQL files make something else than the models describe. {finding.message}",
    )


def _notes(comparison: Comparison, findings: Sequence[Finding], live: ObjectsOf, made: Made) -> list[str]:
    named = " ".join(f"{finding.id} {finding.where}" for finding in findings)
    beyond = [described(fact) for fact in comparison.beyond if fact.name.strip('"') not in named]
    notes = []
    if beyond:
        notes.append(f"Not in the files, and harmless to the models: {', '.join(beyond)}.")
    if findings and _major(live) != _major(made.result):
        notes.append(
            f"The files were applied to Postgres {made.result.postgres}, and the database is "
            f"{live.postgres}: the two may print one definition in two ways."
        )
    return notes


def _major(side: ObjectsOf) -> str:
    return side.postgres.partition(".")[0]
