"""A directory of migrations as it is: whatever is wrong with one file does not hide the others."""

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from harness.errors import ConfigurationError
from migrations.files import Migration, ambiguity, paths_of, read_file, refusals
from migrations.linting.ignores import IGNORE_FILE
from migrations.linting.statement import Hit, Where

__all__ = ["Directory", "read_for_lint"]

_LINE = re.compile(r", line (\d+): ")


@dataclass(frozen=True, kw_only=True)
class Directory:
    """What was found."""

    migrations: tuple[Migration, ...]
    """In the order in which they are applied; without the files that cannot be read at all."""
    hits: tuple[Hit, ...]
    ignore_text: str
    """The contents of ``lint.ignore``; empty if there is none."""
    files: tuple[str, ...]
    """All files, those included that cannot be read."""


def read_for_lint(directory: Path) -> Directory:
    """Read every ``.sql`` file. Raises ConfigurationError if there is none."""
    paths = paths_of(directory)
    hits: list[Hit] = []
    migrations: list[Migration] = []
    for path in paths:
        try:
            migration = read_file(path)
        except ConfigurationError as error:
            hits.append(_unreadable(path.name, str(error)))
            continue
        try:
            hits += [_refused(migration, reason) for reason in refusals(migration)]
        except ConfigurationError as error:
            # An unfinished quote: where the statements end is not known.
            hits.append(_unfinished(migration.file, str(error)))
            continue
        migrations.append(migration)
    for before, after in pairwise(migrations):
        reason = ambiguity(before, after)
        if reason is not None:
            hits.append(Hit(rule="PH002", where=Where(after.file, 0), about=after.file, what=reason))
    return Directory(
        migrations=tuple(sorted(migrations, key=lambda one: (int(one.version), one.file))),
        hits=tuple(hits),
        ignore_text=_ignore_text(directory / IGNORE_FILE),
        files=tuple(path.name for path in paths),
    )


def _refused(migration: Migration, reason: str) -> Hit:
    match = _LINE.search(reason)
    line = int(match[1]) if match is not None else 0
    lines = [statement.line for statement in migration.statements]
    where = Where(migration.file, line, lines.index(line) if line in lines else -1)
    return Hit(rule="PH003", where=where, about=migration.file, what=reason)


def _unreadable(file: str, reason: str) -> Hit:
    is_name = "the name of a migration" in reason
    return Hit(
        rule="PH001" if is_name else "PH003",
        where=Where(file, 0),
        about=file,
        what=f"{reason} Nothing of it was examined.",
        is_unchecked=not is_name,
    )


def _unfinished(file: str, reason: str) -> Hit:
    match = _LINE.search(reason)
    line = int(match[1]) if match is not None else 0
    return Hit(
        rule="PH051",
        where=Where(file, line),
        about=file,
        what=f"{reason} Nothing of the file was examined.",
        is_unchecked=True,
    )


def _ignore_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as cause:
        raise ConfigurationError(f"{path} cannot be read: {cause}. It must be a text in UTF-8.") from cause
