"""Ways around the privileges of the tables: views and functions that work with the rights of their owner."""

import re
from collections.abc import Iterator

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from harness.models.outcome import Finding
from migrations.drift.facts import Catalog, RoutineFact
from migrations.drift.findings import difference
from migrations.requirements import FUNCTIONS, OUTSIDERS
from migrations.statements import essence

__all__ = ["judge_exposure"]

_KINDS = {"r": "table", "p": "partitioned table", "v": "view", "m": "materialized view", "f": "foreign table"}
_REQUIRED = frozenset(function.name for function in FUNCTIONS)


def judge_exposure(live: Catalog) -> Iterator[Finding]:
    """Yield each view and function through which an outsider reaches a table without a privilege on it."""
    for fact in live.exposures:
        if not (fact.by_owner and fact.admitted):
            continue
        kind = _KINDS.get(fact.kind, "relation")
        cure = " or give it security_invoker = true" if fact.kind == "v" else ""
        yield difference(
            "exposure",
            fact.object,
            where=f"{kind} {fact.object}",
            expected=f"no privilege for {' or '.join(OUTSIDERS)}",
            actual=f"opens tables of the scheduler to {' and '.join(fact.admitted)}",
            todo=f"REVOKE ALL ON {fact.object} FROM {', '.join(fact.admitted)}{cure}",
        )
    reaching = _reaching(live)
    for routine in live.routines:
        if not (routine.security_definer and routine.admitted) or routine.object not in reaching:
            continue
        if routine.in_schema and routine.name in _REQUIRED:
            continue  # has a finding of its own, as one of the required functions
        yield difference(
            "exposure",
            routine.object,
            where=f"function {routine.object}",
            expected=f"SECURITY INVOKER, or no EXECUTE for {' or '.join(OUTSIDERS)}",
            actual=(
                "SECURITY DEFINER, reaches tables of the scheduler, "
                f"EXECUTE for {' and '.join(routine.admitted)}"
            ),
            todo=(
                f"REVOKE EXECUTE ON ROUTINE {routine.object} FROM {', '.join(routine.admitted)}, "
                "or make it SECURITY INVOKER"
            ),
        )


def _reaching(live: Catalog) -> frozenset[str]:
    """Return the routines that name one of our tables, a view of them, or a function that does."""
    relations = {*ENTITIES, *(fact.name for fact in live.exposures)}
    called = set(_REQUIRED)
    texts = {routine.object: _text(routine) for routine in live.routines}
    found: set[str] = set()
    while True:
        # A function counts where it is called only: "book" and "cancel" are words of any language.
        names = re.compile(
            rf"\b(?:{'|'.join(map(re.escape, sorted(relations)))})\b"
            rf'|\b(?:{"|".join(map(re.escape, sorted(called)))})"?\s*\(',
            re.IGNORECASE,
        )
        more = [
            routine
            for routine in live.routines
            if routine.object not in found and names.search(texts[routine.object])
        ]
        if not more:
            return frozenset(found)
        found |= {routine.object for routine in more}
        called |= {routine.name for routine in more}


def _text(routine: RoutineFact) -> str:
    # Strings count: a body may put its statements together and EXECUTE them.
    try:
        body = " ".join(essence(routine.source))
    except ConfigurationError:
        body = routine.source  # a body in another language
    return f"{routine.result} {body}"
