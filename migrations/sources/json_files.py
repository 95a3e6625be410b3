"""Finds the rows in files of JSON, without holding more than a window of a file.

One pass over a file counts its rows, takes its SHA-256, and marks where every
`STEP`th row begins: enough to cut segments of any size later.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import ConfigurationError
from harness.models import ENTITIES, Entity
from migrations.sources.json_rows import split
from migrations.sources.names import entity_named, names_of
from migrations.sources.spans import BOM, Marks, Span, open_file, stamp_of
from migrations.sources.window import Window

__all__ = ["SNAPSHOT", "Indexed", "index_array", "index_lines", "index_snapshot", "known_entity", "texts_of"]

SNAPSHOT = "parity-snapshot/1"
_LINES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Indexed:
    """What one pass over a file found."""

    spans: Mapping[str, Span]
    """The rows by table."""
    sha256: str
    header: Mapping[str, Any]


def index_lines(path: Path, table: str) -> Indexed:
    """Find the rows of a file of JSON lines: each line that is not blank is one."""
    marks = Marks()
    sha = hashlib.sha256()
    offset = 0
    with open_file(path) as file:
        stamp = stamp_of(file)
        while lines := file.readlines(_LINES):
            sha.update(b"".join(lines))
            if offset == 0:
                offset = _byte_order_mark(path, lines)
            if any(map(bytes.isspace, lines)) or b"" in lines:
                for line in lines:
                    if line and not line.isspace():
                        marks.row(offset)
                    offset += len(line)
            else:
                lengths = list(map(len, lines))
                marks.run(offset, lengths)
                offset += sum(lengths)
    span = Span(path=path, form="jsonl", rows=marks.rows, stamp=stamp, marks=marks.close(offset))
    return Indexed(spans={table: span}, sha256=sha.hexdigest(), header={})


def _byte_order_mark(path: Path, lines: list[bytes]) -> int:
    """Cut the mark off the first line; returns its length."""
    if lines[0].startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigurationError(f"{path} is UTF-16. Write it again as UTF-8.")
    if not lines[0].startswith(BOM):
        return 0
    lines[0] = lines[0].removeprefix(BOM)
    return len(BOM)


def index_array(path: Path, table: str) -> Indexed:
    """Find the rows of a file with one JSON array of rows. Raises ConfigurationError if it is not whole."""
    with open_file(path) as file:
        stamp = stamp_of(file)
        window = Window(file, path)
        span = _array(window, path, stamp)
        return Indexed(spans={table: span}, sha256=window.finish(), header={})


def index_snapshot(path: Path) -> Indexed:
    """Find the rows of all entities in the one file that ``exportSnapshot`` writes.

    The header may stand before or after the rows. Raises ConfigurationError
    if the file is not whole, is no snapshot, or names an unknown entity.
    """
    header: dict[str, Any] = {}
    spans: dict[str, Span] = {}
    with open_file(path) as file:
        stamp = stamp_of(file)
        window = Window(file, path)
        if window.peek() != b"{":
            window.fail("the { of a snapshot was expected", window.peek())
        for key in _keys(window):
            if key != "rows":
                _once(path, key, header)
                header[key] = window.small()
                continue
            _once(path, key, header)
            header[key] = None
            for name in _keys(window):
                entity = known_entity(name, path)
                _once(path, entity.table, spans)
                spans[entity.table] = _array(window, path, stamp)
        sha256 = window.finish()
    if header.get("snapshot") != SNAPSHOT or "rows" not in header:
        raise ConfigurationError(
            f"{path} is no snapshot: it has no {'rows' if 'rows' not in header else SNAPSHOT}. "
            "Write one in the application with exportSnapshot(db, path), or name a directory "
            "with a file for each entity."
        )
    return Indexed(spans=spans, sha256=sha256, header=header)


def known_entity(name: str, path: Path) -> Entity[Any]:
    """Find the entity of this name. Raises ConfigurationError."""
    entity = entity_named(name)
    if entity is None:
        known = ", ".join(names_of(entity)[0] for entity in ENTITIES.values())
        raise ConfigurationError(
            f"{path}: {name!r} is no entity, and its rows would be lost. The entities are {known}. "
            "Remove what does not belong to the snapshot."
        )
    return entity


def _once(path: Path, key: str, seen: Mapping[str, Any]) -> None:
    if key in seen:
        raise ConfigurationError(f"{path} has {key} twice, and rows of one of them would be lost.")


def _keys(window: Window) -> Any:
    """Walk over the keys of an object; between two of them the caller steps over the value."""
    window.take(b"{")
    if window.peek() == b"}":
        window.take(b"}")
        return
    while True:
        key = window.small() if window.peek() == b'"' else window.fail("a key was expected", window.peek())
        window.take(b":")
        yield key
        if window.take(b",", b"}") == b"}":
            return


def _array(window: Window, path: Path, stamp: tuple[int, int]) -> Span:
    marks = Marks()
    window.take(b"[")
    end = window.offset
    if window.peek() == b"]":
        window.take(b"]")
        return Span(path=path, form="json", rows=0, stamp=stamp, marks=marks.close(end))
    slow = -1  # where the window was when its rows stood otherwise: trying again would cost a window a row
    while True:
        window.peek()
        if window.base == slow or not _many(window, marks):
            slow = window.base
            marks.row(window.offset)
            window.value()
        end = window.offset
        if window.take(b",", b"]") == b"]":
            return Span(path=path, form="json", rows=marks.rows, stamp=stamp, marks=marks.close(end))


def _many(window: Window, marks: Marks) -> bool:
    """Step over all rows of the window at once, if they stand one a line or without any space."""
    buffer, at = window.buffer, window.at
    cut = buffer.rfind(b"},\n", at)
    cut = cut if cut >= 0 else buffer.rfind(b"},{", at)
    if cut < 0:
        return False
    piece = buffer[at : cut + 1]
    try:
        lengths = [len(item) + 1 for item in split(b"[" + piece + b"]")]
    except (msgspec.DecodeError, RecursionError):
        return False
    if sum(lengths) - 1 == len(piece):
        marks.run(window.offset, lengths)
    else:
        lines = piece.split(b"\n")
        if [len(line) for line in lines[:-1]] != lengths[:-1] or len(lines[-1]) + 1 != lengths[-1]:
            return False
        marks.run(window.offset, [length + 1 for length in lengths])
    window.at = cut + 1
    return True


def texts_of(span: Span, first: int, rows: int) -> list[bytes]:
    """Read the texts of some rows, in their order. Raises ConfigurationError if the file changed."""
    if rows == 0:
        return []
    data, skip = span.read(first, rows)
    if span.form == "jsonl":
        texts = [line for line in data.split(b"\n") if line and not line.isspace()]
    else:
        texts = _items(data, span.path)
    texts = texts[skip : skip + rows]
    if len(texts) != rows:
        raise ConfigurationError(
            f"{span.path}: {rows} rows were expected after row {first}, and {len(texts)} are there. "
            "It changed while it was being read; start again."
        )
    return texts


def _items(data: bytes, path: Path) -> list[bytes]:
    text = data.rstrip(b" \t\r\n,")
    try:
        return split(b"[" + text + b"]")
    except (msgspec.DecodeError, RecursionError):
        window = Window(BytesIO(text + b"\n"), path)
        items = [window.value()]
        while window.peek():
            window.take(b",")
            window.peek()
            items.append(window.value())
        return items
