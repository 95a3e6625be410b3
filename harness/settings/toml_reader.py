"""Reads values out of a parsed TOML document, and says with line and column what cannot be used."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Never

from harness.errors import ConfigurationError
from harness.settings.toml_positions import Path as KeyPath
from harness.settings.toml_positions import positions

__all__ = ["KeyPath", "Reader", "suggestion"]

_LONGEST_S = 86_400


class Reader:
    """One document; each method reads one key of a table that stands at `path`.

    All raise ConfigurationError, which names the file, the place and the key.
    """

    def __init__(self, text: str, name: str) -> None:
        self._positions = positions(text)
        self._name = name

    def table(self, data: Mapping[str, Any], path: KeyPath, key: str) -> Mapping[str, Any]:
        """Return a table; an absent one is empty."""
        value = data.get(key, {})
        if not isinstance(value, dict):
            self.fail((*path, key), f"must be a table: [{_in_words((*path, key))}]")
        return value

    def tables(self, data: Mapping[str, Any], key: str) -> Iterator[tuple[Mapping[str, Any], KeyPath]]:
        """Yield the tables of an array at the top of the document, each with its path."""
        value = data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.fail((key,), f"must be written as [[{key}]], once for each {key.removesuffix('s')}")
        for index, one in enumerate(value):
            yield one, (key, index)

    def string(self, data: Mapping[str, Any], path: KeyPath, key: str) -> str:
        """Return a text that is not empty; the key must be there."""
        value = data.get(key)
        if value is None:
            self.fail(path, f"needs the key {key!r}")
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            self.fail((*path, key), "must be a string that is not empty")
        return value

    def line(self, data: Mapping[str, Any], path: KeyPath, key: str) -> str:
        """Return a text of one line, which reports print."""
        value = self.string(data, path, key).strip()
        if not value.isprintable():
            self.fail((*path, key), "must be one line of printable text")
        return value

    def inside(self, data: Mapping[str, Any], path: KeyPath, key: str, why: str = "") -> str:
        """Return the relative path of a file below the directory of the document."""
        value = self.string(data, path, key)
        place = PurePath(value)
        if place.is_absolute() or ".." in place.parts:
            self.fail((*path, key), f"must be a file below the directory of this file{why}")
        return value

    def flag(self, data: Mapping[str, Any], path: KeyPath, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = data.get(key, default)
        if not isinstance(value, bool):
            self.fail((*path, key), "must be true or false")
        return value

    def seconds(self, data: Mapping[str, Any], path: KeyPath, key: str) -> float:
        """Return a time of more than 0 s and at most a day."""
        value = data.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _LONGEST_S:
            self.fail((*path, key), f"must be a number of seconds between 0 and {_LONGEST_S}")
        return float(value)

    def only(self, data: Mapping[str, Any], path: KeyPath, known: Sequence[str]) -> None:
        """Refuse keys that are not known: one that is ignored would be a check that never runs."""
        for key in data:
            if key not in known:
                close = suggestion(key, known)
                rest = f"; it knows {', '.join(known)}" if known else "; leave this section empty"
                self.fail((*path, key), f"is not a key that this version knows{close or rest}")

    def fail(self, path: KeyPath, what: str) -> Never:
        """Raise the error about the value at a path."""
        where = path
        while where and where not in self._positions:
            where = where[:-1]
        place = self._positions.get(where)
        at = f"line {place.line}, column {place.column}: " if place is not None else ""
        end = "" if what.endswith("?") else "."
        raise ConfigurationError(f"{self._name}, {at}{_in_words(path)} {what}{end}")


def suggestion(name: str, known: Sequence[str]) -> str:
    """Return ``; did you mean 'checks'?``, or nothing if nothing is like it."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _in_words(path: KeyPath) -> str:
    """``checks[0].name``, counted as the file is read: from 1."""
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return words.lstrip(".")
