"""How a database of `OwnStore` becomes empty, and how ``harness contract`` gets one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from own_store import OwnStore
from psycopg import sql

from contracts.subjects import StoreSubject
from harness.adapters.protocol import Store
from harness.models import ENTITIES
from harness.stack.embedded import EmbeddedStack

__all__ = ["empty", "subject"]

_EMPTY = sql.SQL("; ").join(
    sql.SQL("DELETE FROM {}").format(sql.Identifier("public", table)) for table in reversed([*ENTITIES])
)


def empty(owner: "psycopg.Connection[tuple[Any, ...]]") -> None:
    """Remove all rows."""
    owner.execute(_EMPTY)


def subject(stack: Path) -> StoreSubject:
    """Open this store for ``harness contract``, on a database of its own."""
    attached = EmbeddedStack.attach(stack)
    url = attached.clone().coordinates.database_url
    owner = psycopg.connect(url, autocommit=True)

    def fresh() -> Callable[[], Store]:
        empty(owner)
        return lambda: OwnStore(url)

    return StoreSubject(fresh, "own-store", at_end=attached.close)
