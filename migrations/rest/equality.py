"""Which columns of a row differ from a stored one's; where only the spelling may, the server decides."""

from collections.abc import Mapping
from typing import Any

from harness.models import ColumnType, Entity
from migrations.rest.client import RestClient
from migrations.rest.same import differing_columns

__all__ = ["differing"]

_URL_VALUE = 4_000
"""The longest text that the server is asked to compare, in a URL."""

Texts = Mapping[str, str | None]


def differing(client: RestClient, entity: Entity[Any], row: Texts, there: Texts) -> tuple[str, ...]:
    """The columns in which a row differs from the stored one with its id."""
    doubtful = differing_columns(entity, row, there)
    return tuple(name for name in doubtful if not _is_equal_to_the_server(client, entity, row, there, name))


def _is_equal_to_the_server(
    client: RestClient, entity: Entity[Any], row: Texts, there: Texts, name: str
) -> bool:
    text = row[name]
    is_text = entity.by_name[name].type is ColumnType.TEXT
    if text is None or there[name] is None or is_text or len(text) > _URL_VALUE:
        return False
    parameters = [("select", "id::text"), ("id", f"eq.{there['id']}"), (name, f"eq.{text}")]
    return len(client.rows(entity.table, parameters)) == 1
