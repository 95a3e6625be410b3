"""Turns what PostgREST, Postgres and the transport say into the errors of the protocol.

The only place that knows their codes. What a driver says may quote the row
that was refused (``details`` of 23502 and 23514, the message of 22P02), so
the original error never becomes part of the chain: the cause is a copy
without contents.

Sources: PostgREST 12, "Errors"; PostgreSQL 17, appendix A.
"""

import re
from collections.abc import Callable, Mapping

import httpx
from postgrest.exceptions import APIError

from harness.errors import (
    Conflict,
    InvalidValue,
    MissingReference,
    NotFound,
    OutcomeUnknown,
    StoreError,
    Unauthorized,
    Unavailable,
    UnexpectedResponse,
)

__all__ = ["translate_answer", "translate_transport", "unreadable"]

_CONSTRAINT = re.compile(r'constraint "([^"]+)"')
_COLUMN = re.compile(r'column "([^"]+)"')
_NAME = re.compile(r"[a-z_][a-z0-9_]*")

_ROLLED_BACK = {
    "40P01": "it was chosen to end a deadlock",
    "40001": "it could not be serialised",
    "55P03": "a lock was not to be had in time",
    "57014": "the statement took longer than its timeout",
    "57P01": "the server was shut down",
    "57P03": "the server is starting",
    "25006": "the server accepts no writes",
    "PGRST000": "PostgREST cannot connect to the database",
    "PGRST001": "PostgREST lost the database",
    "PGRST002": "PostgREST cannot load its schema cache",
    "PGRST003": "PostgREST's connection pool is exhausted",
}
"""Codes that say for certain that nothing was stored."""

_STALE_SCHEMA = {
    "PGRST200": "a relation",
    "PGRST202": "a function",
    "PGRST204": "a column",
    "PGRST205": "a table",
    "42703": "a column",
    "42883": "a function",
    "42P01": "a table",
}


def translate_answer(error: APIError, status: int | None, *, reading: bool) -> tuple[StoreError, Exception]:
    """Translate an error that the server sent.

    `status` is the HTTP status, None if it is not known. Returns the error to
    raise and the cause to raise it from, which holds no contents of rows.
    """
    code = error.code or ""
    known = (
        _by_code(code, error.message or "")
        or _by_class(code)
        or _broken_off(error, status, reading=reading)
        or _by_status(status, code, reading=reading)
        or _cut_off(error, status, reading=reading)
    )
    translated = known or UnexpectedResponse(f"the server answered {status} with code {code or 'none'}")
    cause = APIError(
        {"code": code or None, "message": f"HTTP status {status}", "details": None, "hint": None}
    )
    return translated, cause


def _by_code(code: str, message: str) -> StoreError | None:
    if code in _BY_CODE:
        return _BY_CODE[code](message)
    if code in _ROLLED_BACK:
        return Unavailable(f"nothing was done: {_ROLLED_BACK[code]} ({code})")
    if code in _STALE_SCHEMA:
        return Unavailable(
            f"nothing was done: the server does not know {_STALE_SCHEMA[code]} of the schema ({code}); "
            "apply the migrations, or let PostgREST reload its schema cache"
        )
    return None


def _name_in(message: str, pattern: re.Pattern[str]) -> str:
    """Find the name that Postgres quotes in a message, which is all of the message that may be shown."""
    match = pattern.search(message)
    return match.group(1) if match else "(unnamed)"


def _rule(message: str) -> str:
    """Take the message of our own SQL functions: the name of a rule, a table or an argument."""
    return message if _NAME.fullmatch(message) else "(unnamed)"


_BY_CODE: Mapping[str, Callable[[str], StoreError]] = {
    "23505": lambda message: Conflict(_name_in(message, _CONSTRAINT)),
    "23503": lambda message: MissingReference(_name_in(message, _CONSTRAINT)),
    "23502": lambda message: InvalidValue(_name_in(message, _COLUMN), "is required"),
    "23514": lambda message: InvalidValue(_name_in(message, _CONSTRAINT)),
    "22023": lambda message: InvalidValue(_rule(message).removeprefix("p_"), "is outside of its bounds"),
    "PT404": lambda message: NotFound(_rule(message)),
    "PT409": lambda message: Conflict(_rule(message)),
}


def _by_class(code: str) -> StoreError | None:
    """Translate by the class of an SQLSTATE, its first two characters."""
    if code == "42501" or code.startswith("PGRST30"):
        return Unauthorized(f"the key's role may not do this ({code})")
    if len(code) != 5:
        return None
    match code[:2]:
        case "22" | "54":
            return InvalidValue("value", f"was refused by the database ({code})")
        case "53":
            return Unavailable(f"nothing was done: the server is out of resources ({code})")
        case _:
            return None


def _broken_off(error: APIError, status: int | None, *, reading: bool) -> StoreError | None:
    """Translate what PostgREST says when Postgres went away between a statement and its result.

    Measured: status 400 with code "", also for a COMMIT that was stored and whose acknowledgment was lost.
    To HEAD, which only reads use, that is a 400 without a body.
    """
    without_body = reading and status == 400 and error.code == "400" and error.details is None
    if error.code not in {"", "57P02"} and not without_body:
        return None
    if reading:
        return Unavailable("the answer was lost: Postgres broke off")
    return OutcomeUnknown("the request was sent, but Postgres broke off before it answered")


def _by_status(status: int | None, code: str, *, reading: bool) -> StoreError | None:
    """Translate an answer without a code of PostgREST or Postgres: a gateway's."""
    if status in {401, 403}:
        return Unauthorized("the server refused the key; check SUPABASE_SERVICE_ROLE_KEY")
    if status == 404:
        # Of a gateway, or of PostgREST to HEAD, whose answers have no body: a table that it does not know.
        return Unavailable("nothing was done: the server does not know the path (404); check SUPABASE_URL")
    if status in {408, 429, 503}:
        return Unavailable(f"nothing was done: the server answered {status}")
    if status is not None and status >= 500:
        if reading:
            return Unavailable(f"the server answered {status}{f' ({code})' if code else ''}")
        return OutcomeUnknown(f"the server answered {status} to a write{f' ({code})' if code else ''}")
    return None


def _cut_off(error: APIError, status: int | None, *, reading: bool) -> StoreError | None:
    """Translate a refusal of PostgREST whose JSON ends in the middle: which rule it names is lost.

    Measured: the client cannot parse it, takes the status for its code and the body for its details.
    """
    if error.code == str(status) and (error.details or "").startswith("{"):
        return unreadable(f"it is a {status} whose end is missing", reading=reading)
    return None


_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def translate_transport(error: httpx.TransportError, *, reading: bool) -> StoreError:
    """Translate an error of the connection: only what was certainly not sent is safe to repeat, or a read."""
    kind = type(error).__name__
    if isinstance(error, _NOT_SENT):
        return Unavailable(f"nothing was sent: {kind}")
    if reading:
        return Unavailable(f"the answer was lost: {kind}")
    return OutcomeUnknown(f"the request was sent, but the answer was lost: {kind}")


def unreadable(why: str, *, reading: bool) -> StoreError:
    """Say that an answer of success came and cannot be used: a page of a proxy, or the rest was cut off."""
    if reading:
        return Unavailable(f"the answer cannot be read: {why}")
    return OutcomeUnknown(f"the request was sent, but the answer cannot be read: {why}")
