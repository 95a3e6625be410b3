"""Puts together what a project offers: what the models expect, and what the project really has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.errors import ConfigurationError, StackError
from migrations.security.actors import Actor
from migrations.security.answers import Answer, Silence
from migrations.security.catalog import read_surface
from migrations.security.client import Door
from migrations.security.description import exposed_schemas, surface_of
from migrations.security.objects import PLATFORM, PUBLIC, Surface, expected, joined

__all__ = ["Discovery", "discover"]

_NOWHERE = "parity_no_such_schema"


@dataclass(frozen=True, kw_only=True)
class Discovery:
    """What there is, and how it was found."""

    surface: Surface
    postgrest: str
    postgres: str | None
    doubts: tuple[str, ...]
    """What may be there and could not be seen."""


def discover(door: Door, server: Actor, others: Sequence[Actor], database_url: str | None) -> Discovery:
    """Find every table, view and function that the REST interface exposes, to the server and to `others`.

    Raises StackError if the project does not answer, ConfigurationError if it refuses the server's key.
    """
    described = door.description(server, PUBLIC)
    _require(door, described)
    doubts: list[str] = []
    schemas = exposed_schemas(door.description(server, _NOWHERE))
    if schemas is None:
        schemas = (PUBLIC,)
        doubts.append("the project does not say which schemas it exposes; only public was asked")
    elif PUBLIC not in schemas:
        doubts.append(f"schema public is not exposed, only {', '.join(schemas)}")
    asked = [schema for schema in schemas if schema not in PLATFORM]
    postgres: str | None = None
    if database_url is not None:
        found = read_surface(database_url, asked)
        surface, postgres = joined(expected(), found.surface), found.postgres
    else:
        surfaces, more = _described(door, (server, *others), asked)
        surface = joined(expected(), *surfaces)
        doubts += more
    left_out = [schema for schema in schemas if schema in PLATFORM]
    if left_out:
        surface = replace(surface, notes=(f"Not asked: {', '.join(left_out)}, which is Supabase's own.",))
    version = described.get("info", {}).get("version") if isinstance(described, Mapping) else None
    return Discovery(
        surface=surface, postgrest=str(version or "unknown"), postgres=postgres, doubts=tuple(doubts)
    )


def _require(door: Door, answer: Mapping[str, Any] | Answer | Silence) -> None:
    """Go on only with a project that answers, and knows the key of the server."""
    if isinstance(answer, Silence):
        raise StackError(
            f"SUPABASE_URL={door.url} does not answer: {answer.reason}. Check the address, and that it "
            "is not a paused project."
        )
    if isinstance(answer, Answer) and answer.is_turned_away and not answer.is_denied:
        raise ConfigurationError(
            f"{door.url} does not accept SUPABASE_SERVICE_ROLE_KEY ({answer.summary}: {answer.message}). "
            "Copy it from the API settings of this project. Nothing was asked: to a wrong key, every "
            "project looks closed."
        )
    if isinstance(answer, Answer) and answer.status >= 500:
        raise StackError(
            f"{door.url} answers with status {answer.summary}: the project is paused or its servers are down."
        )


def _described(
    door: Door, actors: Sequence[Actor], schemas: Sequence[str]
) -> tuple[list[Surface], list[str]]:
    """What the project describes, to each of the actors: it shows everybody what they have a privilege on."""
    surfaces: list[Surface] = []
    doubts: list[str] = []
    for schema in schemas:
        for actor in actors:
            description = door.description(actor, schema)
            try:
                if not isinstance(description, Mapping):
                    raise TypeError  # noqa: TRY301  # the same for each kind of answer that is none
                surfaces.append(surface_of(description, schema))
            except (LookupError, TypeError, AttributeError):
                doubts.append(
                    f"the project does not describe schema {schema} to the {actor.name}: what only that "
                    "one may use would not be seen. Set DATABASE_URL, to read the catalog instead"
                )
    return surfaces, doubts
