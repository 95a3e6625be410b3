"""The requests that call a function."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from migrations.security.addressing import headers_for_reading, headers_for_writing
from migrations.security.objects import Argument, Function
from migrations.security.probe import Ability, Probe, Request

__all__ = ["calls", "is_askable"]

_REFUSED = "no value of this type"
_SAMPLES: Mapping[str, str] = {
    "uuid": "00000000-0000-4000-8000-000000000000",
    "boolean": "true",
    "json": "{}",
    "jsonb": "{}",
    "date": "2026-01-15",
    "timestamp with time zone": "2026-01-15T12:00:00Z",
    "timestamp without time zone": "2026-01-15T12:00:00",
    "text": "parity",
    "character varying": "parity",
    **dict.fromkeys(("integer", "bigint", "smallint", "numeric", "real", "double precision"), "1"),
}
_TAKES_ANYTHING = frozenset({"text", "character varying", "json", "jsonb"})


def is_askable(function: Function) -> bool:
    """True unless it needs an argument that cannot be made up: then nothing is sent."""
    return next(calls(function), None) is not None


def calls(function: Function) -> Iterator[Probe]:
    """Yield a call by GET, where its arguments can be made up, and one by POST, where that runs nothing."""
    given = [argument for argument in function.arguments if not argument.optional]
    path = f"rpc/{function.name}"
    if all(argument.type in _SAMPLES and argument.name for argument in given):
        yield Probe(
            about=function,
            ability=Ability.CALL,
            verb="GET",
            runs=True,
            request=Request(
                method="GET",
                path=path,
                query=tuple((argument.name, _SAMPLES[argument.type]) for argument in given),
                headers=headers_for_reading(function),
            ),
        )
    refusing = next((argument for argument in given if _refuses(argument)), None)
    if refusing is not None:
        body = {
            argument.name: _REFUSED if argument is refusing else _SAMPLES.get(argument.type)
            for argument in given
        }
        yield _post(function, path, body, runs=False)
    elif not function.arguments and function.is_ours:
        yield _post(function, path, {}, runs=True)


def _refuses(argument: Argument) -> bool:
    is_known = argument.type in _SAMPLES and argument.type not in _TAKES_ANYTHING
    return argument.name != "" and (is_known or argument.refuses or argument.type.endswith("[]"))


def _post(function: Function, path: str, body: Mapping[str, Any], *, runs: bool) -> Probe:
    return Probe(
        about=function,
        ability=Ability.CALL,
        verb="POST",
        runs=runs,
        request=Request(
            method="POST",
            path=path,
            headers=headers_for_writing(function),
            body=msgspec.json.encode(body),
        ),
    )
