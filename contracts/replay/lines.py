"""One line of a recording: the header, a call, or the end. Pure.

A recording is a file of JSON lines, ``parity-recording/1``. The header::

    {"recording": "parity-recording/1", "name": "scheduler", "mode": "memory",
     "startedAt": "2026-01-15T10:00:00.000Z",
     "rows": {"schedulingRequests": [{…}], …} or null, "rowsMissing": "why they are null",
     "capabilities": {"time": "ms", "numbers": "double"}}      (may be absent)

then one line per call, written when it ended, with times in nanoseconds since the header's::

    {"n": 1, "op": "createBooking", "args": […], "startedNs": 0, "endedNs": 9, "result": {…}}
    {"n": 2, "op": "getBooking", "args": ["…"], "startedNs": 12, "endedNs": 15, "error": {"kind": …}}

and at last ``{"end": {"calls": 2, "running": 0, "complete": true}}``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from contracts.replay.shapes import misshapen
from harness.adapters.bridge import wire
from harness.adapters.bridge.faults import KINDS
from harness.adapters.bridge.words import encodable, one_line
from harness.models import ENTITIES
from harness.models.operations import OPERATIONS, Operation, table_alias

__all__ = ["FORMAT", "Call", "Damaged", "End", "Failure", "Header", "call", "end", "header", "parse"]

FORMAT = "parity-recording/1"
_LARGEST = 2**62
"""Of a number or a time: in nanoseconds, a hundred years."""
_NAME = 80
_DEEPEST = 300
"""Levels of lists and objects in a line: three times what a store accepts, and what Python still follows."""
_TABLES = {table_alias(entity): entity for entity in ENTITIES.values()}


class Damaged(ValueError):
    """A line is not what a recording holds there; the message says what it should be."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """What the first line says."""

    name: str
    """The application, by its own account."""
    mode: str | None
    """Its DB_MODE."""
    started: datetime
    rows: Mapping[str, list[dict[str, Any]]] | None
    """All rows at the start, by table, in wire form; None if they are not known."""
    rows_missing: str
    """Why they are not known."""
    milliseconds: bool | None
    """True if its times have milliseconds, False for microseconds, None if it does not say."""
    doubles: bool | None
    """True if its numbers are doubles, False if they are exact, None if it does not say."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The error that a call ended with."""

    kind: str
    subject: str | None
    """The constraint, field or table in the adapter's own words; None if it named none."""
    message: str


@dataclass(frozen=True, kw_only=True)
class Call:
    """One recorded call."""

    n: int
    line: int
    operation: Operation
    args: list[Any]
    started_ns: int
    ended_ns: int
    result: Any
    error: Failure | None
    misshapen: str | None = None
    """What is wrong with the form of its arguments, so that it cannot be replayed."""


@dataclass(frozen=True, kw_only=True)
class End:
    """What the last line says."""

    calls: int
    running: int
    """Calls that had begun and not ended."""
    reason: str | None
    """Why the recording stopped before its application did."""


def parse(text: bytes) -> dict[str, Any]:
    """Read one line. Raises Damaged if it is no JSON object."""
    try:
        found = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Damaged("is no JSON") from None
    if not isinstance(found, dict):
        raise Damaged("is no JSON object")
    if text.count(b"[") + text.count(b"{") > _DEEPEST and _is_deeper(found, _DEEPEST):
        raise Damaged(f"is nested deeper than {_DEEPEST} levels")
    return found


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, list | dict):
        return False
    inside = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inside)


def header(found: Mapping[str, Any]) -> Header:
    """Read the first line. Raises Damaged."""
    if found.get("recording") != FORMAT:
        raise Damaged(
            f'is not the header of a recording: {{"recording": "{FORMAT}", …}} stands in the first line'
        )
    match found:
        case {"name": str() as name, "startedAt": str() as text, "rows": None | dict() as rows}:
            started = wire.parsed_time(text)
        case _:
            raise Damaged("is a header without name, startedAt and rows")
    if started is None:
        raise Damaged("is a header whose startedAt is no ISO 8601 time with offset")
    capabilities = found.get("capabilities")
    said = capabilities if isinstance(capabilities, dict) else {}
    mode, missing = found.get("mode"), found.get("rowsMissing")
    return Header(
        name=one_line(name, _NAME),
        mode=mode if isinstance(mode, str) else None,
        started=started,
        rows=None if rows is None else _rows(rows),
        rows_missing=missing if isinstance(missing, str) else "it was not asked for them",
        milliseconds={"ms": True, "us": False}.get(str(said.get("time"))),
        doubles={"double": True, "exact": False}.get(str(said.get("numbers"))),
    )


def _rows(given: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for alias, listed in given.items():
        if alias not in _TABLES:
            raise Damaged(f"is a header with rows of {alias!r}, which is no table of the protocol")
        if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
            raise Damaged(f"is a header whose {alias} are no list of rows")
        rows[_TABLES[alias].table] = listed
    return rows


def call(found: Mapping[str, Any], line: int) -> Call:
    """Read the line of a call. Raises Damaged."""
    match found:
        case {
            "n": int() as n,
            "op": str() as name,
            "args": list() as args,
            "startedNs": int() | float() as started,
            "endedNs": int() | float() as ended,
        }:
            pass
        case _:
            raise Damaged("is no call: it has n, op, args, startedNs, endedNs, and result or error")
    if name not in OPERATIONS:
        raise Damaged(f"calls {name!r}, which is no operation of parity-bridge/1")
    if ("result" in found) == ("error" in found):
        raise Damaged(f"has {'both' if 'result' in found else 'neither'} result and error")
    if ended < started:
        raise Damaged("ends before it starts")
    if not all(abs(number) <= _LARGEST for number in (n, started, ended)):
        raise Damaged("has a number or a time that no recorder writes")
    return Call(
        n=n,
        line=line,
        operation=OPERATIONS[name],
        args=args,
        started_ns=int(started),
        ended_ns=int(ended),
        result=found.get("result"),
        error=_failure(found["error"]) if "error" in found else None,
        misshapen=misshapen(OPERATIONS[name], args),
    )


def _failure(found: Any) -> Failure:
    match found:
        case {"kind": str() as kind} if kind in KINDS:
            subject = next((found[key] for key in ("constraint", "field", "table") if found.get(key)), None)
            return Failure(
                kind=kind,
                subject=encodable(subject) if isinstance(subject, str) else None,
                message=encodable(str(found.get("message", ""))),
            )
        case _:
            raise Damaged("has an error without a kind of the protocol")


def end(found: Mapping[str, Any]) -> End:
    """Read the last line. Raises Damaged."""
    match found:
        case {
            "end": {
                "calls": int() as calls,
                "running": int() as running,
                "complete": bool() as complete,
            } as said
        }:
            reason = said.get("reason")
            text = reason if isinstance(reason, str) else "it says that it is not complete"
            return End(calls=calls, running=running, reason=None if complete or running else text)
        case _:
            raise Damaged("is an end without calls, running and complete")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
