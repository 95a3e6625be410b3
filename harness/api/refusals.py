"""What the API answers when it does not do what was asked: one shape, whatever went wrong.

``{"error": {"kind", "message", "field"?, "constraint"?}}``. Messages name
fields and rules; they never hold the contents of a row, or of a request.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import (
    Conflict,
    InvalidValue,
    MissingReference,
    NotFound,
    OutcomeUnknown,
    StoreError,
    Unauthorized,
    Unavailable,
)
from harness.models import ENTITIES
from harness.models.description import camel

__all__ = ["KINDS", "Refusal", "gone", "invalid", "malformed", "refusal_of", "shown", "unavailable"]

KINDS: Mapping[str, int] = {
    "malformed": 400,
    "unauthorized": 401,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_slow": 408,
    "conflict": 409,
    "missing_reference": 409,
    "gone": 410,
    "too_large": 413,
    "uri_too_long": 414,
    "invalid_value": 422,
    "headers_too_large": 431,
    "internal": 500,
    "unexpected": 502,
    "unavailable": 503,
    "outcome_unknown": 504,
}
"""The HTTP status of each kind of error."""

_RETRY_AFTER_S = 1
_LONGEST_NAME = 100
_CHECKS = frozenset(check.name for entity in ENTITIES.values() for check in entity.all_checks)


@dataclass(eq=False)  # not frozen: Python itself sets the traceback of an exception
class Refusal(Exception):
    """An answer that is an error."""

    kind: str
    message: str
    field: str | None = None
    """The member of the request that is wrong, in camelCase."""
    constraint: str | None = None
    """The constraint or the rule of a flow that the request contradicts."""
    headers: Mapping[str, str] | None = None

    @property
    def status(self) -> int:
        """The HTTP status."""
        return KINDS[self.kind]

    def document(self) -> dict[str, Any]:
        """The body of the answer, as JSON."""
        error = {"kind": self.kind, "message": self.message}
        if self.field is not None:
            error["field"] = self.field
        if self.constraint is not None:
            error["constraint"] = self.constraint
        return {"error": error}


def malformed(message: str) -> Refusal:
    """Say that the request cannot be read."""
    return Refusal("malformed", message)


def invalid(name: str, reason: str) -> Refusal:
    """Say which member of the request holds a value that is not accepted."""
    return Refusal("invalid_value", f"{shown(name)}: {reason}", field=shown(name))


def gone(message: str) -> Refusal:
    """Say that what was asked for has ended."""
    return Refusal("gone", message)


def unavailable(message: str) -> Refusal:
    """Say that nothing was done, and that the same request may be sent again."""
    return Refusal("unavailable", message, headers={"Retry-After": str(_RETRY_AFTER_S)})


def refusal_of(error: StoreError) -> Refusal:
    """Translate what a store raised. Anything that is no fault of the client is 5xx."""
    return next((make(error) for kind, make in _BY_CLASS if isinstance(error, kind)), _unexpected(error))


def shown(name: str) -> str:
    """Return a name that a client made up, short, and in a form that every encoding takes."""
    safe = name[:_LONGEST_NAME].encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")
    return safe if len(name) <= _LONGEST_NAME else f"{safe}…"


def _invalid(error: Any) -> Refusal:
    if error.name in _CHECKS:
        return Refusal("invalid_value", str(error), constraint=error.name)
    name = camel(error.name) if error.name.isascii() and error.name.islower() else error.name
    return invalid(name, str(error).removeprefix(f"{error.name}: "))


def _unexpected(_error: StoreError) -> Refusal:
    return Refusal("unexpected", "the database answered something that this server does not understand")


_BY_CLASS: tuple[tuple[type[StoreError], Callable[[Any], Refusal]], ...] = (
    (NotFound, lambda error: Refusal("not_found", str(error))),
    (Conflict, lambda error: Refusal("conflict", str(error), constraint=error.constraint)),
    (InvalidValue, _invalid),
    (
        MissingReference,
        lambda error: Refusal("missing_reference", str(error), constraint=error.constraint),
    ),
    # The key is this server's own: a client that is told 401 would look for the fault in its own.
    (Unauthorized, lambda _: unavailable("the database refused this server's key")),
    (Unavailable, lambda _: unavailable("the database did nothing; the request is safe to repeat")),
    (
        OutcomeUnknown,
        lambda _: Refusal("outcome_unknown", "it may or may not have happened: read before you repeat it"),
    ),
)
