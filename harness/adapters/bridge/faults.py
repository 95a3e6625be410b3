"""Errors of the protocol in JSON: from a `StoreError` to its form on the bridge and back."""

from collections.abc import Callable, Mapping
from typing import Any

from harness.adapters.bridge.words import encodable
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
from harness.models import ENTITIES

__all__ = ["KINDS", "decode_error", "encode_error"]

_SUBJECTS = ("constraint", "field", "table")
_UNNAMED = "(unnamed)"
_KINDS: Mapping[str, Callable[[str], StoreError]] = {
    NotFound.kind: NotFound,
    Conflict.kind: Conflict,
    InvalidValue.kind: InvalidValue,
    MissingReference.kind: MissingReference,
    Unauthorized.kind: lambda _: Unauthorized(),
    Unavailable.kind: lambda _: Unavailable(),
    OutcomeUnknown.kind: lambda _: OutcomeUnknown(),
    UnexpectedResponse.kind: lambda _: UnexpectedResponse(),
}
KINDS: tuple[str, ...] = tuple(_KINDS)
"""The kinds of errors that a reply may hold."""

_ALIASES = {column.alias: column.name for entity in ENTITIES.values() for column in entity.columns}
_ALIASES |= {"leaseS": "lease_s", "retryInS": "retry_in_s"}
_NAMES = {name: alias for alias, name in _ALIASES.items()}


def decode_error(error: Mapping[str, Any]) -> StoreError:
    """Return the error that a reply holds, with the adapter's own words. Raises ValueError if it is none."""
    kind = error.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ValueError(f"its kind is {kind!r}; it should be one of {', '.join(KINDS)}")
    subject = next((error[key] for key in _SUBJECTS if error.get(key) is not None), _UNNAMED)
    message = error.get("message", "")
    if not isinstance(subject, str) or not isinstance(message, str):
        raise ValueError("constraint, field, table and message are texts")  # noqa: TRY004  # one kind of refusal
    found = _KINDS[kind](_ALIASES.get(subject, encodable(subject)))
    if message or not found.args:
        # What the adapter says is what its users read in their logs: the contract looks for secrets in it.
        found.args = (encodable(message) or kind,)
    return found


def encode_error(error: BaseException) -> dict[str, str]:
    """Return the form of an error on the bridge; one that is no `StoreError` is ``unexpected``."""
    if not isinstance(error, StoreError):
        return {"kind": UnexpectedResponse.kind, "message": f"{type(error).__name__}: {error}"}
    encoded = {"kind": error.kind, "message": str(error)}
    match error:
        case NotFound(table=table):
            encoded["table"] = table
        case Conflict(constraint=name) | MissingReference(constraint=name):
            encoded["constraint"] = name
        case InvalidValue(name=name):
            encoded["field" if name in _NAMES or name not in _CHECKS else "constraint"] = _NAMES.get(
                name, name
            )
        case _:
            pass
    return encoded


_CHECKS = {check.name for entity in ENTITIES.values() for check in entity.all_checks}
