"""What Schemathesis is told beside the API's description. It loads this module by itself.

Requests often name a row that is there, webhooks are signed, links carry the number of a claim; each answer
is looked through for leaks, and counted. What is changed in a request depends on the request alone, so that
one that fails fails again when it is repeated.
"""

import atexit
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import requests
import schemathesis

from harness.models import ENTITIES
from harness.settings import variable
from tests.api_fuzzing.facts import Facts
from tests.api_fuzzing.leaks import texts_of, without_names
from tests.integration.api.conversation import signed

FACTS = "PARITY_FUZZING_FACTS"
COUNTS = "PARITY_FUZZING_COUNTS"
"""Where the facts are, and where the counts go."""

_FACTS = Facts.read(Path(variable(FACTS)))
_WATCH = _FACTS.watch()
_COUNTS: Counter[tuple[str, int]] = Counter()
_SIGNATURE = "X-ICIMS-Signature"
_WELL_FORMED = re.compile(r"sha256=[0-9a-f]{64}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NOBODY = "00000000-0000-4000-8000-00000000dead"
_RIGHT = frozenset({200, 201, 204})
_OF_THE_STATE = frozenset({401, 404, 405, 409, 410})
"""What a request that keeps to the description may meet: what was made up, what is stored, another method."""

_BEYOND_A_SCHEMA = frozenset(
    {
        "bookings_slot_order",
        "scheduling_requests_window_order",
        # In bytes; a schema counts characters.
        *(f"{table}_{column.name}_size" for table, entity in ENTITIES.items() for column in entity.columns),
    }
)
"""Rules that JSON Schema cannot express."""
_FIELDS_BEYOND_A_SCHEMA = {
    "cursor": re.compile("cursor: is not one that a list"),
    "payload": re.compile("payload: (is nested|contains|has a key)"),
}
_TIME_BEYOND_A_SCHEMA = re.compile(r"\w+: (lies outside of the years|is not a datetime with a time zone)")
"""The 30th of February, and the year 0."""


@schemathesis.hook
def before_load_schema(_context: Any, raw_schema: dict[str, Any]) -> None:
    """Let links carry the number of a claim, too: OpenAPI's own have no expressions inside of a body."""
    claim = raw_schema["paths"]["/api/workers/{queue}/claim"]["post"]["responses"]["200"]["links"]
    attempts = "$response.body#/rows/0/attempts"
    claim["complete_job"]["requestBody"] = {"attempts": attempts}
    claim["fail_job"]["requestBody"] = {"attempts": attempts, "error": "down", "retryInS": 0}


@schemathesis.hook
def before_call(_context: Any, case: Any, kwargs: dict[str, Any]) -> None:  # noqa: ARG001  # as Schemathesis calls it
    """Point to rows that are there, and sign what iCIMS sends."""
    _name_what_is_there(case)
    if case.path == "/api/webhooks/icims" and _WELL_FORMED.fullmatch(str(case.headers.get(_SIGNATURE, ""))):
        body = _body_of(case)
        if crc32(body) % 8:  # else the one that was made up
            case.headers[_SIGNATURE] = signed(body, _FACTS.signing_secret)[_SIGNATURE]


@schemathesis.hook
def after_call(_context: Any, case: Any, response: Any) -> None:
    """Count."""
    _COUNTS[case.operation.label, response.status_code] += 1


@schemathesis.check
def tells_no_secret(_context: Any, response: Any, case: Any) -> None:
    """Look for what no answer may hold, and for what no error may hold."""
    text = "\n".join([*(f"{name}: {value}" for name, value in response.headers.items()), _text(response)])
    if response.status_code < 400:
        found = _WATCH.in_any_answer(text)
        _WATCH.learn(_text(response))
    else:
        found = _WATCH.in_error(without_names(_text(response)), _sent(case))
        found += _WATCH.in_any_answer(text)
    if found:
        raise AssertionError(f"the answer holds {', '.join(sorted(set(found)))}")


@schemathesis.check
def refuses_only_what_a_schema_cannot_say(_context: Any, response: Any, case: Any) -> None:
    """Say that a request that keeps to the description is accepted, but for the rows that it meets."""
    if not _keeps_to_the_description(case):
        return
    if response.status_code in _RIGHT | _OF_THE_STATE:
        return
    error = json.loads(_text(response))["error"] if response.status_code == 422 else {}
    if error.get("constraint") in _BEYOND_A_SCHEMA:
        return
    field, message = error.get("field", ""), error.get("message", "")
    if _is_whole_float(case.body, field) and "is not an integer" in message:
        return
    if _FIELDS_BEYOND_A_SCHEMA.get(field, _TIME_BEYOND_A_SCHEMA).match(message) is None:
        raise AssertionError("a request that keeps to the description is refused")


def _keeps_to_the_description(case: Any) -> bool:
    return case.meta is not None and bool(case.meta.generation.mode.is_positive)


def _is_whole_float(body: Any, field: str) -> bool:
    """True for 45.0, which JSON Schema calls an integer."""
    value = body.get(field) if isinstance(body, dict) else None
    return isinstance(value, float) and value.is_integer()


def _name_what_is_there(case: Any) -> None:
    chance = crc32(repr((case.path, case.path_parameters, case.body)).encode("utf-8", "replace"))
    id_ = case.path_parameters.get("id")
    if case.method == "DELETE":
        if id_ == _FACTS.request_id:  # it may have come from a list, and shall stay
            case.path_parameters["id"] = _NOBODY
    elif case.path.startswith("/api/workers/{queue}/{id}") and chance % 2 and _keeps_to_the_description(case):
        case.path_parameters = {"queue": "sync-jobs", "id": _one_of(_FACTS.job_ids, chance)}
        case.body = {**case.body, "attempts": 1}
    elif id_ is not None and not _UUID.fullmatch(str(id_)) and chance % 2:
        # A made-up one: those of links and of earlier answers are kept.
        is_booking = case.path.startswith("/api/bookings/")
        case.path_parameters["id"] = _one_of(_FACTS.booking_ids, chance) if is_booking else _FACTS.request_id
    if "token" in case.path_parameters and chance % 2:
        case.path_parameters["token"] = _one_of(_FACTS.tokens, chance)
    if not isinstance(case.body, dict) or chance % 5:
        return
    if case.path == "/api/scheduling-requests" and isinstance(case.body.get("id"), str):
        case.body = {**case.body, "id": _FACTS.request_id}
    if case.path == "/api/webhooks/icims" and isinstance(case.body.get("eventId"), str):
        case.body = {**case.body, "eventId": _FACTS.event_id}


def _one_of(values: Sequence[str], chance: int) -> str:
    return values[chance // 2 % len(values)]


def _body_of(case: Any) -> bytes:
    request = requests.Request(**case.as_transport_kwargs()).prepare()
    body: Any = request.body or b""
    return body.encode() if isinstance(body, str) else bytes(body)


def _text(response: Any) -> str:
    return bytes(response.content).decode("utf-8", "replace")


def _sent(case: Any) -> list[str]:
    return [
        *texts_of(case.body),
        *texts_of(dict(case.query)),
        *texts_of(dict(case.path_parameters)),
        *texts_of({**case.headers}),
    ]


@atexit.register
def _write_counts() -> None:
    counts = [[operation, status, number] for (operation, status), number in sorted(_COUNTS.items())]
    Path(variable(COUNTS)).write_text(json.dumps(counts), encoding="utf-8")
