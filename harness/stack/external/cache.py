"""Whether PostgREST knows the schema that the models describe, or still an older one.

PostgREST answers from a cache that it reads at its start and when it is told
(``NOTIFY pgrst, 'reload schema'``; hosted projects and the migrations tell it
after each DDL). With an old one, a column that is there is PGRST204.
"""

import time
from collections.abc import Callable

from harness.errors import StackError
from harness.models import ENTITIES
from harness.stack.external.api import Described
from harness.stack.external.rules import FUNCTIONS

__all__ = ["require_known", "unknown"]

_RELOAD_S = 20.0
_POLL_S = 0.1


def unknown(described: Described) -> tuple[str, ...]:
    """Name the tables, columns and functions that PostgREST does not know."""
    missing: list[str] = []
    for table, entity in ENTITIES.items():
        if table not in described.columns:
            missing.append(table)
            continue
        known = described.columns[table]
        missing += [f"{table}.{column.name}" for column in entity.columns if column.name not in known]
    missing += [f"{name}()" for name in FUNCTIONS if name not in described.functions]
    return tuple(missing)


def require_known(
    describe: Callable[[], Described | None],
    reload: Callable[[], None] | None,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Return the version of PostgREST once it knows everything, after a reload if it must be.

    Where it does not describe itself, nothing can be said, and the version is
    ``unknown``. `reload` asks it to read the schema anew; None if nothing can.
    Raises StackError if it still does not know something.
    """
    found = describe()
    if found is None:
        return "unknown"
    if unknown(found) and reload is not None:
        reload()
        deadline = clock() + _RELOAD_S
        while unknown(found) and clock() < deadline:
            sleep(_POLL_S)
            found = describe() or found
    if missing := unknown(found):
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        told = (
            f"was told to reload its schema cache and has not within {_RELOAD_S:.0f} s (behind a pooler in "
            "transaction mode it cannot be told: restart it)"
            if reload is not None
            else "may have an old schema cache: execute NOTIFY pgrst, 'reload schema' in the project"
        )
        raise StackError(
            f"PostgREST does not know {', '.join(missing[:3])}{more}. Either the migrations are not applied "
            f"(harness schema apply), or PostgREST {told}."
        )
    return found.version
