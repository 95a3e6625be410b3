"""What becomes of the errors of a store, and of those that nobody foresaw."""

from typing import NoReturn
from uuid import UUID

import pytest

from harness.adapters.memory import MemoryStore
from harness.errors import (
    Conflict,
    InvalidValue,
    MissingReference,
    NotFound,
    OutcomeUnknown,
    Unauthorized,
    Unavailable,
    UnexpectedResponse,
)
from tests.unit.api.asking import app, ask

_PATH = "/api/scheduling-requests/1"
_PRIVATE = "zoe@example.org"


class Raising(MemoryStore):
    """Raises one exception, whatever is asked."""

    def __init__(self, error: Exception) -> None:
        super().__init__()

        def get(_id: UUID | str) -> NoReturn:
            raise error

        self.scheduling_requests.get = get  # type: ignore[method-assign, assignment]  # what stands in for it


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (NotFound("bookings"), 404, "not_found"),
        (Conflict("rule"), 409, "conflict"),
        (MissingReference("fkey"), 409, "missing_reference"),
        (InvalidValue("lease_s"), 422, "invalid_value"),
        (Unauthorized("the key's role may not do this (42501)"), 503, "unavailable"),
        (Unavailable("nothing was done: 57014"), 503, "unavailable"),
        (OutcomeUnknown("the answer was lost"), 504, "outcome_unknown"),
        (UnexpectedResponse("it said something"), 502, "unexpected"),
        (RuntimeError(_PRIVATE), 500, "internal"),
        (KeyError(_PRIVATE), 500, "internal"),
        (RecursionError(_PRIVATE), 500, "internal"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_has_its_status(
    error: Exception, status: int, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = ask(app(Raising(error)), "GET", _PATH)
    assert answer.status_code == status
    assert answer.json()["error"]["kind"] == kind
    assert (answer.headers.get("retry-after") == "1") is (status == 503)
    log = capsys.readouterr().err
    assert (log == "") is (status < 500)
    assert _PRIVATE not in answer.text + log


def test_a_mistake_names_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    ask(app(Raising(RuntimeError(_PRIVATE))), "GET", _PATH)
    assert capsys.readouterr().err.startswith("get_request: unexpected RuntimeError at tests.unit.api.")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InvalidValue("lease_s", "is long"), {"message": "leaseS: is long", "field": "leaseS"}),
        (
            InvalidValue("bookings_slot_order"),
            {
                "message": "bookings_slot_order: violates the constraint",
                "constraint": "bookings_slot_order",
            },
        ),
        (
            Conflict("bookings_pkey"),
            {"message": "conflicts with bookings_pkey", "constraint": "bookings_pkey"},
        ),
    ],
)
def test_names_are_the_clients_own(error: Exception, said: dict[str, str]) -> None:
    answer = ask(app(Raising(error)), "GET", _PATH).json()["error"]
    assert {name: answer[name] for name in said} == said
    assert ("field" in answer, "constraint" in answer) == ("field" in said, "constraint" in said)
