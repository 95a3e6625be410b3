"""Where in the SQL files an object is made."""

from collections.abc import Sequence

from migrations.drift.objects.facts import ObjectFact
from migrations.files import Migration
from migrations.statements import essence

__all__ = ["place_of"]

_NOUNS = {"materialized view": "view", "enum": "type", "unique index": "index"}
_WITHIN = 8
"""CREATE OR REPLACE … FUNCTION public.name: the name is among the first words."""


def place_of(fact: ObjectFact, migrations: Sequence[Migration]) -> str | None:
    """Return ``FILE, line N`` of the last statement that makes an object of this kind and name, or None."""
    noun = _NOUNS.get(fact.kind, fact.kind)
    name = fact.name.strip('"').lower()
    place: str | None = None
    for migration in migrations:
        for statement in migration.statements:
            if statement.words[:1] != ("create",) or noun not in statement.words[:5]:
                continue
            start = [token.strip('"').lower() for token in essence(statement.text)[:_WITHIN]]
            if noun in start and name in start[start.index(noun) :]:
                place = f"{migration.file}, line {statement.line}"
    return place
