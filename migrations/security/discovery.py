"""Puts together what a project offers: what the models expect, and what the project really has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.errors import ConfigurationError, StackError
from migrations.security.actors import Actor
from migrations.security.answers import Answer, Silence
from migrations.security.calling import is_askable
from migrations.security.catalog import Found
from migrations.security.client import Door
from migrations.security.description import exposed_schemas, surface_of
from migrations.security.objects import PLATFORM, PUBLIC, Function, Surface, expected, joined

__all__ = ["Described", "Discovery", "describe", "discovered"]

_NOWHERE = "parity_no_such_schema"


@dataclass(frozen=True, kw_only=True)
class Described:
    """What the project says of itself."""

    schemas: tuple[str, ...]
    """Those whose objects are asked for."""
    surfaces: tuple[Surface, ...]
    """By whom it was asked: it shows everybody what they have a privilege on."""
    postgrest: str
    doubts: tuple[str, ...]
    """What may be there and could not be seen, whoever looks."""
    unseen: tuple[str, ...]
    """What only the catalog can show instead."""
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Discovery:
    """What there is, and how it was found."""

    surface: Surface
    target: Mapping[str, str]
    """The versions of the servers, as far as they are known."""
    doubts: tuple[str, ...]
    notes: tuple[str, ...]


def describe(door: Door, server: Actor, others: Sequence[Actor]) -> Described:
    """Ask what the REST interface exposes, to the server and to `others`.

    Raises StackError if the project does not answer, ConfigurationError if it refuses the server's key.
    """
    first = door.description(server, PUBLIC)
    _require(door, first)
    doubts: list[str] = []
    schemas = exposed_schemas(door.description(server, _NOWHERE))
    if schemas is None:
        schemas = (PUBLIC,)
        doubts.append("the project does not say which schemas it exposes; only public was asked")
    elif PUBLIC not in schemas:
        doubts.append(f"schema public is not exposed, only {', '.join(schemas)}")
    asked = tuple(schema for schema in schemas if schema not in PLATFORM)
    left_out = [schema for schema in schemas if schema in PLATFORM]
    surfaces, unseen = _surfaces(door, (server, *others), asked)
    version = first.get("info", {}).get("version") if isinstance(first, Mapping) else None
    return Described(
        schemas=asked,
        surfaces=tuple(surfaces),
        postgrest=str(version or "unknown"),
        doubts=tuple(doubts),
        unseen=tuple(unseen),
        notes=(f"Not asked: {', '.join(left_out)}, which is Supabase's own.",) if left_out else (),
    )


def discovered(described: Described, catalog: Found | None, *, is_proven: bool) -> Discovery:
    """Join what the models expect, what the project describes, and what its catalog has.

    Unless it is proven that the catalog is the one behind the REST interface, it may add objects and dangers,
    and nothing is called closed because of it.
    """
    if catalog is None:
        surface = joined(expected(), *described.surfaces)
        doubts = (*described.doubts, *described.unseen)
    else:
        found = catalog.surface if is_proven else _without_comfort(catalog.surface)
        surface = joined(expected(), *described.surfaces, found)
        doubts = described.doubts if is_proven else (*described.doubts, *described.unseen)
    postgres = {} if catalog is None else {"postgres": catalog.postgres}
    functions = tuple(function for function in surface.functions if not _is_library(function))
    return Discovery(
        surface=replace(surface, functions=functions),
        target={"postgrest": described.postgrest, **postgres},
        doubts=(*doubts, *filter(None, map(_uncalled, functions))),
        notes=described.notes,
    )


def _without_comfort(surface: Surface) -> Surface:
    return Surface(
        relations=tuple(
            replace(relation, closed=frozenset(), conditional=frozenset()) for relation in surface.relations
        ),
        functions=tuple(
            replace(
                function,
                security_definer=function.security_definer or None,
                callable_by=function.callable_by or None,
            )
            for function in surface.functions
        ),
    )


def _is_library(function: Function) -> bool:
    """True for what an extension brought, which everybody may call with rights of their own."""
    return function.of_extension and function.security_definer is False


def _uncalled(function: Function) -> str | None:
    """Say that a function was not called, unless the catalog says that it need not be."""
    is_harmless = function.security_definer is False and not function.is_ours
    if is_askable(function) or is_harmless or function.callable_by == frozenset():
        return None
    what = f"function {function.object} needs an argument that cannot be made up, so nobody called it"
    if function.callable_by is None:
        return f"{what}. Set DATABASE_URL, to read in the catalog who may"
    roles = ", ".join(sorted(function.callable_by))
    return f"{what}, and {roles} may. REVOKE EXECUTE ON FUNCTION {function.object} FROM PUBLIC, {roles}"


def _require(door: Door, answer: Mapping[str, Any] | Answer | Silence) -> None:
    """Go on only with a project that answers, and knows the key of the server."""
    if isinstance(answer, Silence):
        raise StackError(
            f"SUPABASE_URL={door.url} does not answer: {answer.reason}. Check the address, and that it is no "
            "paused project."
        )
    if isinstance(answer, Answer) and answer.is_turned_away and not answer.is_denied:
        raise ConfigurationError(
            f"{door.url} does not accept SUPABASE_SERVICE_ROLE_KEY ({answer.summary}: {answer.message}). "
            "Copy it from the API settings of this project. Nothing was asked: to a wrong key, every project "
            "looks closed."
        )
    if isinstance(answer, Answer) and answer.status >= 500:
        raise StackError(
            f"{door.url} answers with status {answer.summary}: it is paused, or its servers are down."
        )


def _surfaces(door: Door, actors: Sequence[Actor], schemas: Sequence[str]) -> tuple[list[Surface], list[str]]:
    surfaces: list[Surface] = []
    unseen: list[str] = []
    for schema in schemas:
        for actor in actors:
            description = door.description(actor, schema)
            try:
                if not isinstance(description, Mapping):
                    raise TypeError  # noqa: TRY301  # the same for each kind of answer that is none
                surfaces.append(surface_of(description, schema))
            except (LookupError, TypeError, AttributeError):
                unseen.append(
                    f"the project does not describe schema {schema} to the {actor.name}: what only that one "
                    "may use would not be seen. Set DATABASE_URL, to read the catalog as well"
                )
    return surfaces, unseen
