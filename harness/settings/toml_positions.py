"""Where a key stands in a TOML file; `tomllib` tells only for syntax errors.

The file is valid when this module sees it, so no grammar is repeated here:
lines are collected until `tomllib` accepts them as one statement, and the
parsed statement says which keys it holds.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Path", "Position", "positions"]

Path = tuple[str | int, ...]
"""The way to a value: keys, and indices into arrays of tables."""


@dataclass(frozen=True)
class Position:
    """A line and a column, both counted from 1."""

    line: int
    column: int


def positions(text: str) -> dict[Path, Position]:
    """Map each key of a valid TOML document to where it stands; the first place wins."""
    found: dict[Path, Position] = {}
    seen: Counter[Path] = Counter()
    table: Path = ()
    for line, statement in _statements(text):
        parsed = tomllib.loads(statement)
        is_header = statement.lstrip().startswith("[")
        if is_header:
            table = _table(parsed, seen, is_array=statement.lstrip().startswith("[["))
        paths = _header_paths(table) if is_header else _paths(parsed, table)
        start = 0
        for path in paths:
            start = _find(statement, str(path[-1]), start)
            before = statement[:start]
            column = start - (before.rfind("\n") + 1) + 1
            found.setdefault(path, Position(line + before.count("\n"), column))
    return found


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each statement with the number of its first line."""
    lines: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        lines.append(line)
        statement = "\n".join(lines)
        try:
            parsed = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        if parsed:
            yield number - len(lines) + 1, statement
        lines = []


def _table(parsed: Mapping[str, Any], seen: Counter[Path], *, is_array: bool) -> Path:
    """The path of a header, with the index of the last element for each array of tables on the way."""
    path: Path = ()
    value: Any = parsed
    while value:
        if isinstance(value, list):
            value = value[0]
            continue
        key, value = next(iter(value.items()))
        path = (*path, key)
        last = not value or (isinstance(value, list) and not value[0])
        if last and is_array:
            seen[path] += 1
        if seen[path]:
            path = (*path, seen[path] - 1)
    return path


def _header_paths(table: Path) -> list[Path]:
    return [table[: depth + 1] for depth, part in enumerate(table) if isinstance(part, str)]


def _paths(value: Any, prefix: Path) -> list[Path]:
    """All keys below `prefix`, in the order in which they are written."""
    found: list[Path] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += [(*prefix, key), *_paths(inner, (*prefix, key))]
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += _paths(inner, (*prefix, index))
    return found


def _find(statement: str, key: str, start: int) -> int:
    """The offset of a key as it is written: bare, or in quotes."""
    for pattern in (rf"(?<![\w-]){re.escape(key)}(?![\w-])", re.escape(key)):
        match = re.compile(pattern).search(statement, start)
        if match is not None:
            return match.start()
    return start  # written with escapes: the statement is near enough
