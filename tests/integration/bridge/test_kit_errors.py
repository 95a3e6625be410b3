"""The kit translates the codes of Postgres and PostgREST exactly as the Python adapter does."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from postgrest.exceptions import APIError

from harness.adapters.translate import translate_answer
from harness.errors import InvalidValue, StoreError, UnexpectedResponse
from harness.models.description import camel

SECRET = "ann@example.com"
ANSWERS = {
    "23505": 'duplicate key value violates unique constraint "bookings_pkey"',
    "23503": 'update on table "bookings" violates foreign key constraint "bookings_request_id_fkey"',
    "23502": f'null value in column "candidate_name" of relation "scheduling_requests" {SECRET}',
    "23514": 'new row for relation "bookings" violates check constraint "bookings_slot_order"',
    "22023": "p_lease_s",
    "22P02": f'invalid input syntax for type uuid: "{SECRET}"',
    "22P05": "unsupported Unicode escape sequence",
    "54000": "index row size exceeds btree maximum",
    "53300": "sorry, too many clients already",
    "PT404": "bookings",
    "PT409": "request_not_bookable",
    "42501": "permission denied for table bookings",
    "PGRST301": "JWT expired",
    "PGRST302": "Anonymous access is disabled",
    **dict.fromkeys(["40P01", "40001", "55P03", "57014", "57P01", "57P03", "25006"], "broken off"),
    **dict.fromkeys(["PGRST000", "PGRST001", "PGRST002", "PGRST003"], "no database"),
    **dict.fromkeys(["PGRST200", "PGRST202", "PGRST204", "PGRST205", "42703", "42883", "42P01"], "unknown"),
    "57P02": "crash of another server process",
    "": "",
    "PGRST102": "Empty or invalid json",
    "XX000": f"internal error about {SECRET}",
    "21000": "DELETE requires a WHERE clause",
}
STATUSES = (401, 403, 404, 408, 418, 429, 500, 502, 503, 504)


class _Kit:
    """A kit that serves the module which throws what it is told to."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.hello = self._line()

    def error(self, operation: str, thrown: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"id": 1, "op": operation, "args": [thrown]}) + "\n")
        self.process.stdin.flush()
        error: dict[str, Any] = self._line()["error"]
        return error

    def _line(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def kit(node: Callable[[int], Path], kit_tests: Path) -> Iterator[_Kit]:
    program = kit_tests.parents[1] / "harness/adapters/bridge/kit/parity-bridge.mjs"
    with subprocess.Popen(
        [str(node(20)), str(program), "modules/throwing.mjs"],
        cwd=kit_tests,
        env={**os.environ, "DB_MODE": "supabase"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield _Kit(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == 0


def _said(error: StoreError) -> dict[str, Any]:
    """What the Python adapter says, in the words of the protocol."""
    said = {"kind": error.kind}
    if error.subject is not None:
        is_constraint = isinstance(error, InvalidValue) and "_" in error.name and "violates" in str(error)
        names = {"conflict": "constraint", "missing_reference": "constraint", "not_found": "table"}
        name = "constraint" if is_constraint else names.get(error.kind, "field")
        said[name] = camel(error.subject) if name == "field" else error.subject
    return said


@pytest.mark.parametrize("code", ANSWERS)
@pytest.mark.parametrize(("operation", "reading"), [("getBooking", True), ("deleteBooking", False)])
def test_a_code_is_translated_as_in_python(kit: _Kit, code: str, operation: str, *, reading: bool) -> None:
    answer = {
        "code": code,
        "message": ANSWERS[code],
        "details": f"Failing row contains ({SECRET})",
        "hint": None,
    }
    expected, _ = translate_answer(APIError(answer), 400, reading=reading)
    error = kit.error(operation, answer)
    message = error.pop("message")
    assert error == _said(expected)
    assert SECRET not in message
    assert "Failing row" not in message


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(("operation", "reading"), [("getBooking", True), ("deleteBooking", False)])
def test_a_status_is_translated_as_in_python(
    kit: _Kit, status: int, operation: str, *, reading: bool
) -> None:
    expected, _ = translate_answer(APIError({"code": str(status)}), status, reading=reading)
    error = kit.error(operation, {"message": "from a proxy", "status": status})
    assert error["kind"] == (UnexpectedResponse.kind if status == 418 else expected.kind)
