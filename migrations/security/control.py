"""The positive control: what the server's own key got for the same request."""

import re

from migrations.requirements import SERVICE_ROLE
from migrations.security.answers import Answer, Silence
from migrations.security.objects import Relation
from migrations.security.probe import Ability, Probe

__all__ = ["control_problem", "for_nobody", "had_something"]

_RIGHTS = {
    Ability.READ: "SELECT",
    Ability.COUNT: "SELECT",
    Ability.INSERT: "INSERT",
    Ability.UPDATE: "UPDATE",
    Ability.DELETE: "DELETE",
    Ability.CALL: "EXECUTE",
}
_UNDEFINED_TABLE = "42P01"
_READ_ONLY = frozenset({"0A000", "42809", "428C9", "55000"})
"""What Postgres says of views that compute, of what they compute, and of columns that it fills itself."""
_CANNOT = re.compile(r"cannot (?:insert|update|delete|change)\b|can only be updated to DEFAULT")


def control_problem(probe: Probe, answer: Answer | Silence) -> str | None:
    """Say why the server's answer makes the refusal of others prove nothing; None if it proves something."""
    if isinstance(answer, Silence):
        return f"the service key got no answer ({answer.reason})"
    # To HEAD no body says who refused; that the key is good, the description of the project has shown.
    if answer.is_denied or (answer.is_turned_away and probe.request.method == "HEAD"):
        return _denied(probe)
    if answer.is_turned_away:
        return f"the service key is not accepted ({answer.summary}: {answer.message or 'no reason given'})"
    if answer.code == _UNDEFINED_TABLE or (answer.status == 404 and not answer.from_postgres):
        return f"{probe.about.object} is not there for the service key ({answer.summary})"
    # The errors of a function show that it was found and called.
    works = answer.from_postgres if probe.ability is Ability.CALL else answer.broke_on_data
    if answer.is_success or works:
        return None
    return f"the service key got {answer.summary} {answer.message}".strip()


def for_nobody(probe: Probe, answer: Answer | Silence) -> str | None:
    """Say why nobody can do this whatever was granted, as the server's answer shows; None if it does not."""
    if not isinstance(probe.about, Relation) or isinstance(answer, Silence):
        return None
    if probe.about.is_partition and answer.status == 404 and not answer.from_postgres:
        return "PostgREST serves the table that it is a part of"
    if answer.code in _READ_ONLY and _CANNOT.search(answer.message):
        return f"it cannot be done at all ({answer.summary})"
    return None


def had_something(probe: Probe, answer: Answer | Silence) -> bool:
    """True if the server, with the same request, was shown a row, or changed one."""
    if isinstance(answer, Silence):
        return False
    if answer.broke_on_data:
        return True
    return bool(answer.rows if probe.ability is Ability.READ else answer.total)


def _denied(probe: Probe) -> str | None:
    about = probe.about
    if not probe.is_ours:
        return None  # somebody's own: Postgres names what it refuses, so it is there
    is_history = isinstance(about, Relation) and about.entity is not None and about.entity.append_only
    if is_history and probe.ability in {Ability.UPDATE, Ability.DELETE}:
        return None  # not even the server changes the history; that it is there, the reads show
    kind = "FUNCTION " if probe.ability is Ability.CALL else ""
    return (
        f"the service key is refused itself: GRANT {_RIGHTS[probe.ability]} ON {kind}{about.object} "
        f"TO {SERVICE_ROLE}"
    )
