"""A directory of migrations, read and examined before anything touches a database."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from harness.errors import ConfigurationError
from migrations.statements import Statement, split

__all__ = [
    "PACKAGED",
    "Migration",
    "ambiguity",
    "hash_of",
    "paths_of",
    "read_directory",
    "read_file",
    "refusals",
]

PACKAGED = Path(str(files("migrations"))) / "sql"
"""The migrations of this project."""

_NAME = re.compile(r"(?P<version>\d+)_(?P<name>[A-Za-z0-9_-]+)\.sql", re.ASCII)

_TRANSACTION_CONTROL = frozenset(
    {"begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release"}
)
_OUTSIDE_TRANSACTIONS = (
    ("create", "database"),
    ("drop", "database"),
    ("create", "tablespace"),
    ("drop", "tablespace"),
    ("alter", "system"),
    ("vacuum",),
)


@dataclass(frozen=True)
class Migration:
    """One file: applied whole, in one transaction, or not at all."""

    file: str
    version: str
    """The digits in front, as text: ``001`` and ``1`` are different rows of the ledger."""
    name: str
    text: str

    @cached_property
    def sha256(self) -> str:
        """The hash of the file's bytes, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The statements in order."""
        return split(self.text)


def read_directory(directory: Path) -> tuple[Migration, ...]:
    """Read every ``NNN_name.sql`` of a directory, in order of version; only ``.sql`` files are looked at.

    Raises ConfigurationError, which names the file, for whatever could not be applied as a whole: a bad file
    name, an ambiguous order, text that is not UTF-8, no statement at all, or a statement that cannot run
    inside the transaction that each file gets.
    """
    migrations = tuple(map(read_file, paths_of(directory)))
    for before, after in pairwise(migrations):
        reason = ambiguity(before, after)
        if reason is not None:
            raise ConfigurationError(reason)
    for migration in migrations:
        for reason in refusals(migration):
            raise ConfigurationError(reason)
    return migrations


def paths_of(directory: Path) -> tuple[Path, ...]:
    """Return the ``.sql`` files of a directory by name. Raises ConfigurationError if there is none."""
    if not directory.is_dir():
        raise ConfigurationError(
            f"{directory} is no directory; give --sql a directory of NNN_name.sql files."
        )
    paths = sorted(path for path in directory.iterdir() if path.suffix.lower() == ".sql")
    if not paths:
        raise ConfigurationError(
            f"{directory} contains no .sql file; give --sql a directory of NNN_name.sql files."
        )
    return tuple(paths)


def hash_of(migrations: Iterable[Migration]) -> str:
    """Return one sha256 over names and contents: two directories with the same hash make the same schema."""
    digest = hashlib.sha256()
    for migration in migrations:
        content = migration.text.encode()
        digest.update(f"{migration.file}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def read_file(path: Path) -> Migration:
    """Read one file. Raises ConfigurationError for a bad name, and for what is no text in UTF-8."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise ConfigurationError(
            f"{path.name}: the name of a migration is NNN_name.sql, in digits, an underscore, and "
            "letters (no accents), digits, hyphens or underscores. Rename it, or give it another suffix."
        )
    try:
        # Bytes, not read_text(): line ends are part of the checksum.
        text = path.read_bytes().decode("utf-8")
    except OSError as cause:
        raise ConfigurationError(f"{path.name} cannot be read: {cause.strerror}.") from cause
    except UnicodeDecodeError as cause:
        raise ConfigurationError(
            f"{path.name} is not UTF-8 at byte {cause.start}; save it as UTF-8."
        ) from cause
    if "\0" in text or text.startswith("\ufeff"):
        raise ConfigurationError(f"{path.name} contains a NUL or starts with a byte order mark; remove it.")
    return Migration(path.name, match["version"], match["name"], text)


def ambiguity(before: Migration, after: Migration) -> str | None:
    """Say why the order of two files that follow each other by name is not clear, or return None."""
    if int(before.version) == int(after.version):
        return f"{before.file} and {after.file} have the same version; renumber one of them."
    if int(before.version) > int(after.version):
        return (
            f"{before.file} comes before {after.file} by name, but after it by number: tools would "
            "disagree on the order. Pad the numbers to the same length."
        )
    return None


def refusals(migration: Migration) -> Iterator[str]:
    """Say what of a file cannot be applied, each with the file and, where there is one, the line."""
    try:
        statements = migration.statements
    except ConfigurationError as cause:
        raise ConfigurationError(f"{migration.file}, {cause}") from cause
    if not statements:
        yield f"{migration.file} contains no statement; remove it."
    for statement in statements:
        reason = _why_not(statement)
        if reason is not None:
            yield f"{migration.file}, line {statement.line}: {reason}"


def _why_not(statement: Statement) -> str | None:
    words = statement.words
    if statement.text.startswith("\\"):
        return "a command of psql is no SQL; remove it."
    if (words[:1] and words[0] in _TRANSACTION_CONTROL) or words[:2] == ("prepare", "transaction"):
        return (
            f"{words[0].upper()} is not for a migration: each file runs in one transaction together "
            "with its row in the ledger, so that it is applied whole or not at all. Remove the statement."
        )
    what = next((start for start in _OUTSIDE_TRANSACTIONS if words[: len(start)] == start), None)
    if "concurrently" in words and words[:1] != ("refresh",):
        what = (words[0], "concurrently")
    if what is not None:
        return (
            f"{' … '.join(what).upper()} cannot run inside a transaction, and each file is one. Run "
            "the statement by hand, and keep it in the file in a form that can: CREATE INDEX IF NOT EXISTS "
            "without CONCURRENTLY, for example."
        )
    if words[:1] == ("copy",) and "stdin" in words:
        return "COPY … FROM STDIN has no input here; use INSERT."
    return None
