"""The objects of a schema, as values in which two databases can be compared."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import psycopg
from psycopg.rows import class_row

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.catalog import query
from migrations.requirements import OUTSIDERS, SERVICE_ROLE
from migrations.statements import essence

__all__ = ["BODY", "Key", "ObjectFact", "Objects", "read_objects"]

BODY = "body"
"""The aspect of a function that is compared by a hash."""

_QUERIES = (
    "relations",
    "columns",
    "constraints",
    "indexes",
    "triggers",
    "rules",
    "policies",
    "functions",
    "types",
    "grants",
    "publications",
)

Key: TypeAlias = tuple[str, str, str]
"""Kind, relation and name."""


@dataclass(frozen=True)
class ObjectFact:
    """One object of a schema, or what one role may do with an object."""

    kind: str
    relation: str
    """The table, function, type or schema that it is or belongs to, with the schema, quoted as in SQL."""
    name: str
    """Its own name, quoted as in SQL; of a privilege, the role."""
    aspects: Mapping[str, str]
    """What Postgres prints of it, by aspect."""
    parts: list[str]
    """The columns of a key or an index; of a privilege, what it allows; of a trigger, when it fires, and the
    name, the language and the source of its function."""
    made_by: str | None
    """The statement that makes it, for functions."""

    @property
    def key(self) -> Key:
        """What it is known by in both databases."""
        return (self.kind, self.relation, self.name)

    @property
    def table(self) -> str:
        """The bare name of its relation."""
        return self.relation.removeprefix("public.")


Objects: TypeAlias = Mapping[Key, ObjectFact]


def read_objects(connection: psycopg.Connection) -> Objects:
    """Read everything of schema public, in one snapshot; the caller rolls the transaction back."""
    connection.execute(query("drift_begin"))
    row = connection.execute(query("drift_namespace")).fetchone()
    values = {
        "namespace": row[0] if row is not None else None,
        "tables": list(ENTITIES),
        "roles": [*OUTSIDERS, SERVICE_ROLE],
    }
    found: dict[Key, ObjectFact] = {}
    with connection.cursor(row_factory=class_row(ObjectFact)) as cursor:
        for name in _QUERIES:
            for fact in cursor.execute(query(f"objects_{name}"), values):
                found[fact.key] = _comparable(fact)
    return found


def _comparable(fact: ObjectFact) -> ObjectFact:
    """Replace a body by the hash of what stays equal when only its space and comments change."""
    if BODY not in fact.aspects:
        return fact
    body = fact.aspects[BODY]
    try:
        text = "\0".join(essence(body))
    except ConfigurationError:
        text = body.replace("\r\n", "\n")  # a body in another language
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return replace(fact, aspects={**fact.aspects, BODY: f"sha256 {digest}"})
