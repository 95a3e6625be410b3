"""Whether recorded arguments have the form that the protocol gives them: others cannot be replayed. Pure.

Only the form: what the values are is the adapter's matter, and part of the test.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from harness.models import ENTITIES
from harness.models.operations import Operation, Verb, table_alias

__all__ = ["misshapen"]

_QUERY = {"where", "limit", "order", "cursor"}
_FORMS: Mapping[Verb, tuple[str, ...]] = {
    Verb.CREATE: ("values",),
    Verb.GET: ("any",),
    Verb.LIST: ("query",),
    Verb.COUNT: ("query",),
    Verb.UPDATE: ("any", "values"),
    Verb.DELETE: ("any",),
    Verb.CLAIM: ("claim",),
    Verb.COMPLETE: ("any", "any"),
    Verb.FAIL: ("any", "any", "failure"),
    Verb.GET_BY_TOKEN_HASH: ("any",),
    Verb.RECEIVE: ("values",),
    Verb.BOOK: ("values", "actor"),
    Verb.RESCHEDULE: ("any", "slot", "actor"),
    Verb.CANCEL: ("any", "values", "actor"),
    Verb.OPS_SUMMARY: (),
    Verb.EXPORT: ("table",),
    Verb.IMPORT: ("table", "rows"),
    Verb.RESET: (),
}
_KEYS: Mapping[str, tuple[set[str], set[str]]] = {
    "claim": (set(), {"limit", "leaseS"}),
    "failure": ({"error"}, {"error", "retryInS"}),
    "actor": ({"type"}, {"type", "id"}),
    "slot": ({"scheduledStart", "scheduledEnd"}, {"scheduledStart", "scheduledEnd"}),
    "query": (set(), _QUERY),
}
"""The keys that an object must have, and may have."""
_TABLES = {table_alias(entity) for entity in ENTITIES.values()}


def misshapen(operation: Operation, args: Sequence[Any]) -> str | None:
    """Say what is wrong with the form of some arguments; None if nothing is."""
    forms = _FORMS[operation.verb]
    if len(args) != len(forms):
        return f"{len(args)} given, {len(forms)} needed"
    for place, (form, value) in enumerate(zip(forms, args, strict=True), 1):
        wrong = _wrong(form, value)
        if wrong is not None:
            return f"argument {place} {wrong}"
    return None


def _wrong(form: str, value: Any) -> str | None:
    if form == "any":
        return None
    if form == "table":
        return None if isinstance(value, str) and value in _TABLES else "is no table"
    if form == "rows":
        is_rows = isinstance(value, list) and all(isinstance(row, dict) for row in value)
        return None if is_rows else "is no list of rows"
    if not isinstance(value, dict):
        return "is no object"
    required, known = _KEYS.get(form, (set(), set(value)))
    if not required <= value.keys() <= known:
        return f"has the keys {', '.join(sorted(value)) or '(none)'}, not {', '.join(sorted(known))}"
    return _wrong_query(value) if form == "query" else None


def _wrong_query(query: Mapping[str, Any]) -> str | None:
    for key in ("where", "order"):
        listed = query.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(one, list) for one in listed):
            return f"has a {key} that is no list of lists"
    if any(len(one) != 3 for one in query.get("where", [])):
        return "has a condition that is not [field, operator, value]"
    if "order" in query and any(len(one) != 2 for one in query["order"]):
        return "has an order that is not [[field, direction]]"
    return None
