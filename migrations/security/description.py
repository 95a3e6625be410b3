"""Finds out what a project offers by asking the project itself."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from migrations.security.answers import Answer, Silence
from migrations.security.objects import PUBLIC, Argument, Function, Relation, Surface

__all__ = ["exposed_schemas", "surface_of"]

_LISTED = re.compile(r"following[^:]*:\s*(?P<names>.+)")
_KEY = "<pk/>"


def exposed_schemas(answer: Mapping[str, Any] | Answer | Silence) -> tuple[str, ...] | None:
    """Read the names of all schemas out of the refusal of another one, PGRST106; None if it is no such.

    Up to version 13.0.6 they stand in its message, then in its hint.
    """
    if not isinstance(answer, Answer) or answer.code != "PGRST106":
        return None
    found = _LISTED.search(answer.message)
    return (
        None if found is None else tuple(name.strip() for name in found["names"].split(",") if name.strip())
    )


def surface_of(description: Mapping[str, Any], schema: str = PUBLIC) -> Surface:
    """Read tables, views and functions out of PostgREST's description. Raises LookupError or TypeError."""
    return Surface(
        relations=tuple(
            Relation(
                schema=schema,
                name=name,
                columns=tuple(definition.get("properties", {})),
                has_key=_KEY in str(definition.get("properties", {}).get("id", {}).get("description", "")),
            )
            for name, definition in description.get("definitions", {}).items()
        ),
        functions=tuple(_functions(description["paths"], schema)),
    )


def _functions(paths: Mapping[str, Any], schema: str) -> Iterator[Function]:
    for path, methods in paths.items():
        if not path.startswith("/rpc/"):
            continue
        bodies = [one["schema"] for one in methods["post"]["parameters"] if one.get("in") == "body"]
        required = {name for body in bodies for name in body.get("required", ())}
        yield Function(
            schema=schema,
            name=path.removeprefix("/rpc/"),
            arguments=tuple(
                Argument(name=name, type=str(kind.get("format", "")), optional=name not in required)
                for body in bodies
                for name, kind in body.get("properties", {}).items()
            ),
        )
