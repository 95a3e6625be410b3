"""Values for the tests of the security check: an actor, a table, a request, an answer."""

from migrations.security.actors import Actor
from migrations.security.answers import Answer
from migrations.security.cells import Cell, State
from migrations.security.objects import Argument, Function, Relation, expected
from migrations.security.probe import Ability, Probe, Request

__all__ = [
    "ANON",
    "BOOKINGS",
    "DENIED",
    "HISTORY",
    "INTRUDER",
    "NOTES",
    "PASSER_BY",
    "REQUESTS",
    "SEEN",
    "answer",
    "cell",
    "function",
    "probe",
]

ANON = Actor(name="anon key", holds="SUPABASE_ANON_KEY", headers={}, role="anon", must_be_known=True)
PASSER_BY = Actor(name="no key", holds="nothing", headers={}, role="anon")
INTRUDER = Actor(name="forged token", holds="a forged token", headers={}, leans_on=("anon key",))

_TABLES = {relation.name: relation for relation in expected().relations}
BOOKINGS = _TABLES["bookings"]
HISTORY = _TABLES["audit_logs"]
REQUESTS = _TABLES["scheduling_requests"]
NOTES = Relation(schema="public", name="notes", columns=("id", "note"))
"""Somebody's own table, that the models do not know."""

DENIED = Answer(status=401, code="42501", message="permission denied for table bookings")
SEEN = Answer(status=200, rows=1, total=3)


def answer(status: int, code: str = "", message: str = "", **counted: int) -> Answer:
    """Make an answer; `rows` or `total` as keywords."""
    return Answer(
        status=status, code=code, message=message, rows=counted.get("rows"), total=counted.get("total")
    )


def probe(
    about: Relation | Function = BOOKINGS,
    ability: Ability = Ability.READ,
    verb: str = "GET",
    *,
    column: str | None = None,
    runs: bool = False,
) -> Probe:
    """Make a request, of which only what it is about matters."""
    return Probe(
        about=about,
        ability=ability,
        verb=verb,
        column=column,
        runs=runs,
        request=Request(method=verb.split(maxsplit=1)[0], path=about.name),
    )


def function(
    name: str = "ops_summary", *kinds: str, is_ours: bool = True, security_definer: bool | None = False
) -> Function:
    """Make a function whose arguments have these types."""
    return Function(
        schema="public",
        name=name,
        arguments=tuple(Argument(name=f"p_{place}", type=kind) for place, kind in enumerate(kinds)),
        is_ours=is_ours,
        security_definer=security_definer,
    )


def cell(
    state: State = State.OPEN, about: Probe | None = None, *, actor: str = "anon key", reason: str = "200"
) -> Cell:
    """Make a judged request."""
    return Cell(actor=actor, probe=about or probe(), state=state, reason=reason)
