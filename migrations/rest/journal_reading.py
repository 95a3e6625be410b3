"""Reads what the journal of a copy by REST says, a line at a time."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import ConfigurationError
from migrations.loading.account import Account
from migrations.rest.journal import FORMAT, Header, SegmentDone, whole_lines
from migrations.sources.segment import Refused

__all__ = ["Content", "is_journal", "read_journal", "segments_of", "settled_ids", "stored_rows"]


@dataclass
class Content:
    """A journal as it was read."""

    header: Header
    done: dict[str, dict[int, Account]] = field(default_factory=dict)
    """The segments that are complete, by table and number."""
    own: dict[str, set[str]] = field(default_factory=dict)
    """The ids that the copy stored, or may have stored, in the segment that is not complete, by table."""
    unsettled: dict[str, set[str]] = field(default_factory=dict)
    """The ids of requests of which nobody knows whether they happened, by table."""
    ended: bool = False
    rolled_back: bool = False


def is_journal(path: Path) -> bool:
    """True for a file that begins like a journal."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(200).startswith(b'{"line": "begin", "journal": ')


def read_journal(path: Path) -> Content:
    """Read a journal, a line at a time. Raises ConfigurationError for what is none."""
    try:
        lines = map(json.loads, whole_lines(path))
        first = next(lines)
        if first["journal"] != FORMAT:
            raise _unreadable(path, first["journal"])
        header = {name: first[name] for name in Header.__dataclass_fields__}
        content = Content(Header(**{**header, "empty_tables": tuple(header["empty_tables"])}))
        for line in lines:
            _apply(content, line)
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise _unreadable(path, type(error).__name__) from error
    return content


def _unreadable(path: Path, why: object) -> ConfigurationError:
    return ConfigurationError(f"{path} is no journal of a copy by REST ({why}).")


def stored_rows(path: Path, table: str) -> Iterator[list[tuple[str, str]]]:
    """The rows that a copy stored in a table: (id, fingerprint), a request at a time."""
    word = f'"table": {json.dumps(table)}'.encode()
    for text in whole_lines(path):
        if text.startswith(b'{"line": "stored"') and word in text:
            line = json.loads(text)
            if line["table"] == table:
                yield [(id, fingerprint) for id, fingerprint in line["rows"]]


def settled_ids(path: Path, table: str) -> set[str]:
    """The ids of the rows that are in a table by the segments that are complete: some 90 bytes a row."""
    settled: set[str] = set()
    pending: set[str] = set()
    for text in whole_lines(path):
        line = json.loads(text)
        match line["line"]:
            case "stored" if line["table"] == table:
                pending.update(id for id, _ in line["rows"])
            case "identical" if line["table"] == table:
                pending.update(line["ids"])
            case "segment" if line["account"]["table"] == table:
                settled |= pending
                pending.clear()
    return settled


def segments_of(path: Path) -> Iterator[SegmentDone]:
    """The segments that are complete, in the order in which they were."""
    for text in whole_lines(path):
        if text.startswith(b'{"line": "segment"'):
            line = json.loads(text)
            yield SegmentDone(
                account=Account(**line["account"]),
                refused=tuple(Refused(**one) for one in line["refused"]),
                digest=line["digest"],
            )


def _apply(content: Content, line: Mapping[str, Any]) -> None:
    match line["line"]:
        case "announce":
            content.own.setdefault(line["table"], set()).update(line["ids"])
            content.unsettled.setdefault(line["table"], set()).update(line["ids"])
        case "stored":
            _settle(content, line["table"], (id for id, _ in line["rows"]))
        case "refused":
            content.own.get(line["table"], set()).difference_update(line["ids"])
            _settle(content, line["table"], line["ids"])
        case "segment":
            account = Account(**line["account"])
            content.own.clear()
            content.unsettled.pop(account.table, None)
            content.done.setdefault(account.table, {})[account.number] = account
        case "identical" | "removed":
            pass
        case "rolled_back":
            content.rolled_back = True
        case "end":
            content.ended = True
        case other:
            raise ValueError(other)


def _settle(content: Content, table: str, ids: Iterable[str]) -> None:
    content.unsettled.get(table, set()).difference_update(ids)
