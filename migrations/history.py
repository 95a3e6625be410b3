"""Compares the ledger of a database with the SQL files, entry by entry: a pure function of both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.models.outcome import Finding
from migrations.files import Migration
from migrations.ledger import Entry, difference

__all__ = ["History", "judge_history"]


@dataclass(frozen=True, kw_only=True)
class History:
    """What came of comparing a ledger with a directory."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    compared: int
    """The number of files that were looked for; 0 if the ledger is not that of these files."""


def judge_history(migrations: Sequence[Migration], ledger: Sequence[Entry] | None, *, named: bool) -> History:
    """Return what is missing, changed, out of order or beyond the files.

    `named` if somebody said that the database was made from this directory. Otherwise a ledger that knows
    none of its files is the ledger of others, and only noted; and so is None, which is no ledger.
    """
    entries = ledger or ()
    if not named and not _is_ours(migrations, entries):
        reason = "there is none" if ledger is None else "it knows none of these files"
        return History(
            findings=(), notes=(f"The ledger of migrations was not compared: {reason}.",), compared=0
        )
    applied = {entry.version: entry for entry in entries}
    latest = max((int(entry.version) for entry in entries if entry.version.isdecimal()), default=-1)
    findings: list[Finding] = []
    notes: list[str] = []
    for migration in migrations:
        entry = applied.get(migration.version)
        if entry is None:
            findings.append(_missing(migration, latest))
            continue
        changed = difference(entry, migration)
        if changed is not None:
            findings.append(_changed(migration, changed))
        elif entry.sha256 is None and not entry.statements:
            notes.append(f"Whether {migration.file} is the file that was applied, the ledger does not say.")
    beyond = tuple(_beyond(migrations, entries))
    if named:
        findings += [_gone(entry) for entry in beyond]
    elif beyond:
        listed = ", ".join(_name(entry) for entry in beyond)
        notes.append(f"The ledger knows migrations that are not among these files: {listed}.")
    return History(findings=tuple(findings), notes=tuple(notes), compared=len(migrations))


def _is_ours(migrations: Sequence[Migration], entries: Sequence[Entry]) -> bool:
    known = {(migration.version, migration.name) for migration in migrations}
    return any((entry.version, entry.name) in known for entry in entries)


def _beyond(migrations: Sequence[Migration], entries: Sequence[Entry]) -> Iterator[Entry]:
    versions = {migration.version for migration in migrations}
    yield from (entry for entry in entries if entry.version not in versions)


def _missing(migration: Migration, latest: int) -> Finding:
    late = int(migration.version) < latest
    return _finding(
        migration.file,
        "applied",
        f"not in the ledger, which goes on to version {latest}" if late else "not in the ledger",
        f"{migration.file} is not applied to this database, and later files are: they ran without it. "
        "Find out whether its row was taken out of the ledger or the file came late; "
        "`harness schema apply --include-all` applies it."
        if late
        else f"{migration.file} is not applied to this database: run `harness schema apply` first.",
    )


def _changed(migration: Migration, applied: str) -> Finding:
    return _finding(
        migration.file,
        migration.sha256,
        applied,
        f"{migration.file} was changed after it was applied to this database. Restore the file that was "
        "applied, and put the change into a new one.",
    )


def _gone(entry: Entry) -> Finding:
    return _finding(
        f"{_name(entry)}.sql",
        "a file",
        "no such file",
        f"Migration {_name(entry)} was applied to this database, but its file is gone. Restore it, or give "
        "--sql the directory that this database was migrated from.",
    )


def _name(entry: Entry) -> str:
    return f"{entry.version}_{entry.name or ''}"


def _finding(file: str, expected: str, actual: str, message: str) -> Finding:
    return Finding(
        id=f"migration.{file}",
        level="core",
        where=f"migration {file}",
        expected=expected,
        actual=actual,
        message=message,
    )
