"""parity.toml: what the user wants to be examined, read once into frozen values.

An unknown key, a missing one or one of the wrong type is an error that names
the line and the column: a misspelt key that is ignored would be a check that
never runs.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, get_args

from harness.errors import ConfigurationError
from harness.settings.api import Api
from harness.settings.api_reader import read_api, refuse_unmeasured
from harness.settings.application import SubjectTable, read_subject
from harness.settings.budgets import Budgets, read_budgets
from harness.settings.environment import DbMode
from harness.settings.gaps import Gap, read_gaps
from harness.settings.migration import MigrationTable, read_migration
from harness.settings.toml_reader import KeyPath, Reader

__all__ = ["FILE_NAME", "Check", "ParityToml", "load", "parse"]

FILE_NAME: Final = "parity.toml"
_MODES: tuple[DbMode, ...] = get_args(DbMode)
_RESERVED = ("policy",)
"""Documented sections that this version does not use: they may stand there empty, but claim nothing."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_DEFAULT_TIMEOUT_S = 600.0


@dataclass(frozen=True, kw_only=True)
class Check:
    """One of the user's own test runs: once for each mode."""

    name: str
    run: str | tuple[str, ...]
    """A string goes through the shell, so that ``npm run build && npm test`` works; a list does not."""
    junit: str
    """The JUnit file that the run writes, relative to the directory of parity.toml."""
    modes: tuple[DbMode, ...] = _MODES
    timeout_s: float = _DEFAULT_TIMEOUT_S
    touches_db: bool = True
    """False for tests that need no database: then nobody asks whether they used it."""


@dataclass(frozen=True, kw_only=True)
class ParityToml:
    """The whole file; without one, all defaults."""

    directory: Path
    """Where commands run: the directory of the file."""
    subject: SubjectTable = field(default_factory=SubjectTable)
    checks: tuple[Check, ...] = ()
    gaps: tuple[Gap, ...] = ()
    migration: MigrationTable = field(default_factory=MigrationTable)
    api: Api | None = None
    """None: the reference API; its variables are not looked up yet (`harness.settings.api.resolved`)."""
    budgets: Budgets | None = None
    """None without the section; endpoints are named, but not yet known."""


def load(path: Path | None = None) -> ParityToml:
    """Read a given file, or ``./parity.toml`` if it exists. Raises ConfigurationError."""
    place = path if path is not None else Path(FILE_NAME)
    try:
        text = place.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        if path is None:
            return ParityToml(directory=Path.cwd())
        raise ConfigurationError(f"{path} does not exist; give --config a parity.toml.") from error
    except OSError as error:
        raise ConfigurationError(f"{place} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{place} is not UTF-8 at byte {error.start}; save it as UTF-8.") from error
    return parse(text, name=str(place), directory=place.absolute().parent, today=datetime.now(UTC).date())


def parse(text: str, *, name: str, directory: Path, today: date) -> ParityToml:
    """Read the text of a file called `name`. Raises ConfigurationError with line and column."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: {error}.") from error
    reader = Reader(text, name)
    reader.only(data, (), ("subject", "checks", "gaps", "migration", "api", "budgets", *_RESERVED))
    for section in _RESERVED:
        reader.only(reader.table(data, (), section), (section,), ())
    subject = read_subject(reader, data)
    checks = tuple(_check(reader, check, path) for check, path in reader.tables(data, "checks"))
    _refuse_repeated_names(reader, checks)
    gaps = read_gaps(reader, data, today)
    if gaps and subject.bridge is None:
        reader.fail(("gaps",), "accept what an adapter lacks, and need the table [subject.bridge]")
    api, budgets = read_api(reader, data), read_budgets(reader, data)
    if budgets is not None:
        refuse_unmeasured(reader, api, tuple(budgets.endpoints))
    return ParityToml(
        directory=directory,
        subject=subject,
        checks=checks,
        gaps=gaps,
        migration=read_migration(reader, data),
        api=api,
        budgets=budgets,
    )


def _check(reader: Reader, check: Mapping[str, Any], path: KeyPath) -> Check:
    reader.only(check, path, ("name", "run", "junit", "modes", "timeout_s", "touches_db"))
    name = reader.string(check, path, "name")
    if _NAME.fullmatch(name) is None:
        reader.fail((*path, "name"), "may hold letters, digits, and . _ - only")
    return Check(
        name=name,
        run=_command(reader, check, path),
        junit=reader.inside(check, path, "junit", ": it is replaced"),
        modes=_modes(reader, check, path),
        timeout_s=reader.seconds(check, path, "timeout_s") if "timeout_s" in check else _DEFAULT_TIMEOUT_S,
        touches_db=reader.flag(check, path, "touches_db", default=True),
    )


def _command(reader: Reader, check: Mapping[str, Any], path: KeyPath) -> str | tuple[str, ...]:
    run = check.get("run")
    if isinstance(run, list) and run and all(isinstance(part, str) for part in run):
        return tuple(run)
    if isinstance(run, list):
        reader.fail((*path, "run"), "must be a command: a string for the shell, or a list of strings")
    return reader.string(check, path, "run")


def _modes(reader: Reader, check: Mapping[str, Any], path: KeyPath) -> tuple[DbMode, ...]:
    modes = check.get("modes", list(_MODES))
    if (
        not isinstance(modes, list)
        or not modes
        or any(mode not in _MODES for mode in modes)
        or len(set(modes)) != len(modes)
    ):
        reader.fail((*path, "modes"), 'must be a list of "memory" and "supabase", each at most once')
    return tuple(modes)


def _refuse_repeated_names(reader: Reader, checks: Sequence[Check]) -> None:
    names = [check.name for check in checks]
    for index, name in enumerate(names):
        if name in names[:index]:
            reader.fail(("checks", index, "name"), f"is {name!r}, like that of another check; rename one")
