"""parity.toml: what the user wants to be examined, read once into frozen values.

An unknown key, a missing one or one of the wrong type is an error that names
the line and the column: a misspelt key that is ignored would be a check that
never runs.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Final, Never, get_args

from harness.errors import ConfigurationError
from harness.settings.environment import DbMode
from harness.settings.toml_positions import Path as KeyPath
from harness.settings.toml_positions import positions

__all__ = ["FILE_NAME", "Check", "ParityToml", "load", "parse"]

FILE_NAME: Final = "parity.toml"
_MODES: tuple[DbMode, ...] = get_args(DbMode)
_RESERVED = ("gaps", "api", "budgets", "policy")
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
    """Where checks run: the directory of the file."""
    subject_name: str | None = None
    checks: tuple[Check, ...] = ()


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
    return parse(text, name=str(place), directory=place.absolute().parent)


def parse(text: str, *, name: str, directory: Path) -> ParityToml:
    """Read the text of a file called `name`. Raises ConfigurationError with line and column."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: {error}.") from error
    return _Reader(text, name).read(data, directory)


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self._positions = positions(text)
        self._name = name

    def read(self, data: Mapping[str, Any], directory: Path) -> ParityToml:
        self._only(data, (), ("subject", "checks", *_RESERVED))
        for section in _RESERVED:
            self._only(self._table(data, (), section), (section,), ())
        subject = self._table(data, (), "subject")
        self._only(subject, ("subject",), ("name",))
        checks = data.get("checks", [])
        if not isinstance(checks, list) or not all(isinstance(check, dict) for check in checks):
            self._fail(("checks",), "must be written as [[checks]], once for each check")
        found = tuple(self._check(check, ("checks", index)) for index, check in enumerate(checks))
        self._refuse_repeated_names(found)
        return ParityToml(
            directory=directory,
            subject_name=self._string(subject, ("subject",), "name", required=False) or None,
            checks=found,
        )

    def _check(self, check: Mapping[str, Any], path: KeyPath) -> Check:
        self._only(check, path, ("name", "run", "junit", "modes", "timeout_s", "touches_db"))
        name = self._string(check, path, "name")
        if _NAME.fullmatch(name) is None:
            self._fail((*path, "name"), "may hold letters, digits, and . _ - only")
        return Check(
            name=name,
            run=self._command(check, path),
            junit=self._inside(check, path, "junit"),
            modes=self._modes(check, path),
            timeout_s=self._timeout(check, path),
            touches_db=self._flag(check, path, "touches_db", default=True),
        )

    def _command(self, check: Mapping[str, Any], path: KeyPath) -> str | tuple[str, ...]:
        run = check.get("run")
        if isinstance(run, list) and run and all(isinstance(part, str) for part in run):
            return tuple(run)
        if isinstance(run, list):
            self._fail((*path, "run"), "must be a command: a string for the shell, or a list of strings")
        return self._string(check, path, "run")

    def _modes(self, check: Mapping[str, Any], path: KeyPath) -> tuple[DbMode, ...]:
        modes = check.get("modes", list(_MODES))
        if (
            not isinstance(modes, list)
            or not modes
            or any(mode not in _MODES for mode in modes)
            or len(set(modes)) != len(modes)
        ):
            self._fail((*path, "modes"), 'must be a list of "memory" and "supabase", each at most once')
        return tuple(modes)

    def _timeout(self, check: Mapping[str, Any], path: KeyPath) -> float:
        value = check.get("timeout_s", _DEFAULT_TIMEOUT_S)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 86400:
            self._fail((*path, "timeout_s"), "must be a number of seconds between 0 and 86400")
        return float(value)

    def _inside(self, data: Mapping[str, Any], path: KeyPath, key: str) -> str:
        value = self._string(data, path, key)
        place = PurePath(value)
        if place.is_absolute() or ".." in place.parts:
            self._fail((*path, key), "must be a file below the directory of this file: it is replaced")
        return value

    def _flag(self, data: Mapping[str, Any], path: KeyPath, key: str, *, default: bool) -> bool:
        value = data.get(key, default)
        if not isinstance(value, bool):
            self._fail((*path, key), "must be true or false")
        return value

    def _refuse_repeated_names(self, checks: Sequence[Check]) -> None:
        names = [check.name for check in checks]
        for index, name in enumerate(names):
            if name in names[:index]:
                self._fail(("checks", index, "name"), f"is {name!r}, like that of another check; rename one")

    def _table(self, data: Mapping[str, Any], path: KeyPath, key: str) -> Mapping[str, Any]:
        value = data.get(key, {})
        if not isinstance(value, dict):
            self._fail((*path, key), f"must be a table: [{key}]")
        return value

    def _string(self, data: Mapping[str, Any], path: KeyPath, key: str, *, required: bool = True) -> str:
        value = data.get(key)
        if value is None and not required:
            return ""
        if value is None:
            self._fail(path, f"needs the key {key!r}")
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            self._fail((*path, key), "must be a string that is not empty")
        return value

    def _only(self, data: Mapping[str, Any], path: KeyPath, known: Sequence[str]) -> None:
        for key in data:
            if key not in known:
                self._fail((*path, key), f"is not a key that this version knows{_suggestion(key, known)}")

    def _fail(self, path: KeyPath, what: str) -> Never:
        where = path
        while where and where not in self._positions:
            where = where[:-1]
        place = self._positions.get(where)
        at = f"line {place.line}, column {place.column}: " if place is not None else ""
        raise ConfigurationError(f"{self._name}, {at}{_in_words(path)} {what}.")


def _in_words(path: KeyPath) -> str:
    """``checks[0].name``, counted as the file is read: from 1."""
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return words.lstrip(".")


def _suggestion(key: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; it knows {', '.join(known)}" if known else "; leave this section empty"
