"""The tables of a project as PostgREST describes them: the columns and their types, not their constraints."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from harness.models import ENTITIES

__all__ = ["Schema", "problems", "schema_of"]


@dataclass(frozen=True, kw_only=True)
class Schema:
    """What a project says about its tables to the key that asks."""

    version: str
    """Of PostgREST."""
    columns: Mapping[str, Mapping[str, str]]
    """Type by column, by table, for the tables that the model has and the key may see."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the columns and their types, in hexadecimal."""
        return sha256(json.dumps(self.columns, sort_keys=True).encode()).hexdigest()


def schema_of(description: Mapping[str, Any]) -> Schema:
    """Read PostgREST's description in OpenAPI 2. Raises LookupError or TypeError for another document."""
    definitions = description["definitions"]
    return Schema(
        version=str(description["info"]["version"]),
        columns={
            table: {name: str(column["format"]) for name, column in definitions[table]["properties"].items()}
            for table in ENTITIES
            if table in definitions
        },
    )


def problems(schema: Schema) -> Iterator[str]:
    """Yield each difference from the models that would refuse rows or lose values, with what to do."""
    missing = [table for table in ENTITIES if table not in schema.columns]
    if missing:
        yield (
            f"The key sees no {', '.join(missing)}: apply the migrations with `harness schema apply`, or "
            "have PostgREST reload its schema cache."
        )
    for table, columns in schema.columns.items():
        expected = {f"{column.name} {column.type.value}" for column in ENTITIES[table].columns}
        found = {f"{name} {kind}" for name, kind in columns.items()}
        if expected != found:
            extra = ", ".join(sorted(found - expected)) or "nothing else"
            lacking = ", ".join(sorted(expected - found)) or "nothing"
            yield f"{table} is not as the models say (has: {extra}; lacks: {lacking})."
