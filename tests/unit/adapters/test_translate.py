"""What the servers say, and what the caller is told."""

import httpx
import pytest
from postgrest.exceptions import APIError

from harness.adapters.translate import translate_answer, translate_transport
from harness.errors import StoreError

SECRET = "ada@example.org"


def answer(code: str | None, message: str = "") -> APIError:
    details = f"Failing row contains ({SECRET})."
    return APIError({"code": code, "message": message, "details": details, "hint": SECRET})


@pytest.mark.parametrize(
    ("code", "message", "kind", "subject"),
    [
        (
            "23505",
            'duplicate key value violates unique constraint "bookings_pkey"',
            "conflict",
            "bookings_pkey",
        ),
        (
            "23503",
            'insert or update on table "bookings" violates foreign key constraint "bookings_request_id_fkey"',
            "missing_reference",
            "bookings_request_id_fkey",
        ),
        (
            "23502",
            'null value in column "provider" of relation "webhook_events" violates not-null constraint',
            "invalid_value",
            "provider",
        ),
        (
            "23514",
            'new row for relation "bookings" violates check constraint "bookings_slot_order"',
            "invalid_value",
            "bookings_slot_order",
        ),
        ("22023", "lease_s", "invalid_value", "lease_s"),
        ("22P02", f'invalid input syntax for type uuid: "{SECRET}"', "invalid_value", "value"),
        (
            "54000",
            f'index row size 2712 exceeds btree version 4 maximum for "{SECRET}"',
            "invalid_value",
            "value",
        ),
        ("PT404", "bookings", "not_found", "bookings"),
        ("PT409", "stale_claim", "conflict", "stale_claim"),
        ("PT409", f"{SECRET} is not bookable", "conflict", "(unnamed)"),
        ("42501", "permission denied for table bookings", "unauthorized", None),
        ("PGRST301", "JWT expired", "unauthorized", None),
        ("57014", "canceling statement due to statement timeout", "unavailable", None),
        ("55P03", "canceling statement due to lock timeout", "unavailable", None),
        ("40P01", "deadlock detected", "unavailable", None),
        ("53300", "too many connections", "unavailable", None),
        ("PGRST003", "Timed out acquiring connection from connection pool.", "unavailable", None),
        ("PGRST204", "Could not find the 'x' column", "unavailable", None),
        ("PGRST202", "Could not find the function", "unavailable", None),
        ("XX000", f"internal error about {SECRET}", "unexpected", None),
    ],
)
@pytest.mark.parametrize("reading", [True, False])
def test_a_code_decides_whatever_was_asked(
    code: str, message: str, kind: str, subject: str | None, *, reading: bool
) -> None:
    error, cause = translate_answer(answer(code, message), 400, reading=reading)

    assert (error.kind, error.subject) == (kind, subject)
    assert SECRET not in f"{error!s}{error!r}{error.args}{cause!s}{cause!r}{cause.args}{vars(cause)}"


@pytest.mark.parametrize(
    ("status", "reading", "kind"),
    [
        (401, True, "unauthorized"),
        (403, False, "unauthorized"),
        (503, True, "unavailable"),
        (503, False, "unavailable"),
        (429, False, "unavailable"),
        (500, True, "unavailable"),
        (500, False, "outcome_unknown"),
        (502, False, "outcome_unknown"),
        (504, True, "unavailable"),
        (504, False, "outcome_unknown"),
        (404, True, "unavailable"),
        (404, False, "unavailable"),
        (400, True, "unexpected"),
        (None, False, "unexpected"),
    ],
)
def test_without_a_code_the_status_decides(status: int | None, kind: str, *, reading: bool) -> None:
    error, _ = translate_answer(answer(None), status, reading=reading)

    assert error.kind == kind


def test_a_refusal_without_a_body_is_a_lost_answer() -> None:
    """HEAD has no body to say more; a page with the same status is not of PostgREST."""
    head = APIError({"code": "400", "message": "Bad Request", "details": None, "hint": None})
    page = APIError({"code": "400", "message": "Bad Request", "details": "<html>", "hint": None})
    assert translate_answer(head, 400, reading=True)[0].kind == "unavailable"
    assert translate_answer(page, 400, reading=True)[0].kind == "unexpected"
    assert translate_answer(head, 400, reading=False)[0].kind == "unexpected"


@pytest.mark.parametrize("code", ["", "57P02"])
def test_a_commit_whose_acknowledgment_was_lost_is_unknown(code: str) -> None:
    """PostgREST answers 400 without a code when Postgres went away before the result, stored or not."""
    assert translate_answer(answer(code), 400, reading=False)[0].kind == "outcome_unknown"
    assert translate_answer(answer(code), 400, reading=True)[0].kind == "unavailable"


@pytest.mark.parametrize("raised", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
@pytest.mark.parametrize("reading", [True, False])
def test_what_was_never_sent_is_safe_to_repeat(raised: type[httpx.TransportError], *, reading: bool) -> None:
    assert translate_transport(raised("x"), reading=reading).kind == "unavailable"


@pytest.mark.parametrize(
    "raised", [httpx.ReadTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError]
)
def test_a_lost_answer_is_unknown_for_a_write_and_harmless_for_a_read(
    raised: type[httpx.TransportError],
) -> None:
    assert translate_transport(raised("x"), reading=False).kind == "outcome_unknown"
    assert translate_transport(raised("x"), reading=True).kind == "unavailable"


def test_each_kind_of_error_has_its_own_name() -> None:
    kinds = [kind.kind for kind in StoreError.__subclasses__()]

    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize(("reading", "kind"), [(True, "unavailable"), (False, "outcome_unknown")])
def test_a_refusal_that_is_cut_in_the_middle_is_a_lost_answer(kind: str, *, reading: bool) -> None:
    body = '{"code":"PT409","mess'
    cut = APIError({"code": "409", "message": "Conflict", "details": body, "hint": None})
    assert translate_answer(cut, 409, reading=reading)[0].kind == kind
