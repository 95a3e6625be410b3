"""Compares a receipt with what is there now; a value in, findings out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.models.outcome import Finding
from harness.models.verdict import UNCHECKED_LEVEL
from harness.reports.files import sha256_of
from migrations.receipts.document import FileOf, Receipt, TableOf
from migrations.receipts.state import TableState
from migrations.wording import counted

__all__ = ["Now", "check_files", "check_schema", "check_table"]


@dataclass(frozen=True, kw_only=True)
class Now:
    """One table at the moment of the check."""

    state: TableState
    untouched: int
    """Rows that are as the run inserted them."""


def check_table(table: str, then: TableOf, now: Now) -> Iterator[Finding]:
    """Say what became of a table since: which rows changed or went, and whether others came."""
    touched = then.inserted - now.untouched
    if touched:
        yield _finding(
            f"receipt.{table}.copied_rows",
            table,
            f"{counted(then.inserted)} as the copy inserted them",
            f"{now.untouched:,} of them",
            f"{touched:,} of the {counted(then.inserted)} that the copy inserted into {table} "
            f"{'was' if touched == 1 else 'were'} changed or removed since. "
            "harness migrate diff SOURCE says which, and how.",
        )
    added = now.state.rows - then.rows
    is_same = (now.state.rows, now.state.ids, now.state.fingerprint) == (
        then.rows,
        then.ids,
        then.fingerprint,
    )
    if added:
        yield _finding(
            f"receipt.{table}.count",
            table,
            counted(then.rows),
            counted(now.state.rows),
            f"{table} has {counted(abs(added))} {'more' if added > 0 else 'fewer'} than right after the "
            f"copy: rows were {'added' if added > 0 else 'removed'} since.",
        )
    elif now.state.ids != then.ids:
        yield _finding(
            f"receipt.{table}.ids",
            table,
            f"ids {then.ids}",
            f"ids {now.state.ids}",
            f"{table} has as many rows as right after the copy, but not the same ones: rows were removed "
            "since, and as many added.",
        )
    elif not is_same and not touched:
        yield _finding(
            f"receipt.{table}.contents",
            table,
            f"fingerprint {then.fingerprint}",
            f"fingerprint {now.state.fingerprint}",
            f"{table} has the same ids as right after the copy, but rows that were there before it were "
            "changed since.",
        )


def check_files(receipt: Receipt) -> Iterator[Finding]:
    """Compare each file with its hash; a file that cannot be read is unchecked."""
    for file in receipt.files:
        path = Path(file.path)
        try:
            found = sha256_of(path)
        except OSError as error:
            yield _finding(
                f"receipt.file.{file.role}",
                file.path,
                f"sha256 {file.sha256}",
                "no file" if isinstance(error, FileNotFoundError) else str(error.strerror or error),
                f"{_named(file)} cannot be read any more ({error.strerror or error}), so it was not checked. "
                "Put it back, or keep the receipt with a copy of it.",
                level=UNCHECKED_LEVEL,
            )
            continue
        if found != file.sha256:
            yield _finding(
                f"receipt.file.{file.role}",
                file.path,
                f"sha256 {file.sha256}",
                f"sha256 {found}",
                f"{_named(file)} is not what it was when the copy ended: it was changed since.",
            )


def check_schema(
    receipt: Receipt, *, migrations_hash: str | None, schema_fingerprint: str
) -> Iterator[Finding]:
    """Compare the tables and the migrations that the database has with those that it had."""
    if schema_fingerprint != receipt.schema_fingerprint:
        yield _finding(
            "receipt.schema",
            "schema",
            f"schema {receipt.schema_fingerprint}",
            f"schema {schema_fingerprint}",
            "The tables have other columns, constraints, indexes or triggers than at the time of the copy. "
            "harness schema check says how they differ from the models.",
        )
    if receipt.migrations_hash is None or receipt.migrations_hash == migrations_hash:
        return
    yield _finding(
        "receipt.migrations",
        "migrations",
        f"migrations {receipt.migrations_hash}",
        f"migrations {migrations_hash or 'unknown'}",
        "The database has other migrations than at the time of the copy, or its ledger does not prove "
        "that it has the same. harness schema check says what differs.",
    )


def _named(file: FileOf) -> str:
    return f"The {file.role} file {file.path}"


def _finding(
    id: str, where: str, expected: str, actual: str, message: str, *, level: str = "core"
) -> Finding:
    return Finding(id=id, level=level, where=where, expected=expected, actual=actual, message=message)
