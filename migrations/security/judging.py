"""What an answer shows. Pure: nothing is closed unless the server, with the same request, got in."""

import re

from migrations.security.actors import Actor
from migrations.security.answers import Answer, Silence
from migrations.security.cells import Cell, State
from migrations.security.control import control_problem, for_nobody, had_something
from migrations.security.objects import Function, Relation
from migrations.security.probe import PLANNED, Ability, Probe

__all__ = ["judge"]

_Verdict = tuple[State, str]

_DENIES_ALL = re.compile(r"permission denied (?:to set role|for schema)\b")
_DENIES_OTHER = re.compile(r"permission denied for \w+|row-level security")
"""Inside of a function that runs, a table or another function is refused: so this one could be called."""


def judge(
    probe: Probe,
    actor: Actor,
    answer: Answer | Silence,
    control: Answer | Silence,
    *,
    stranger: str | None = None,
) -> Cell:
    """Judge one answer.

    `stranger` says why a refusal of this actor shows nothing: the server does not know a key or token that it
    must know, so that nothing was looked at. What is open is open, whatever the control says.
    """
    state, reason = _seen(probe, answer, control)
    if state not in {State.OPEN, State.HARMLESS}:
        problem = stranger or control_problem(probe, control)
        nobody = for_nobody(probe, control)
        if nobody is not None:
            state, reason = State.REFUSED, nobody
        elif problem is not None:
            state, reason = State.UNCHECKED, problem
        elif state is State.REFUSED and not _is_about_the_object(probe, actor, answer):
            state, reason = (
                State.UNCHECKED,
                f"turned away before {probe.about.object} was looked at ({reason})",
            )
    by_postgres = isinstance(answer, Answer) and answer.from_postgres and for_nobody(probe, control) is None
    return Cell(actor=actor.name, probe=probe, state=state, reason=reason, by_postgres=by_postgres)


def _seen(probe: Probe, answer: Answer | Silence, control: Answer | Silence) -> _Verdict:
    if isinstance(answer, Silence):
        return State.UNCHECKED, f"no answer ({answer.reason})"
    if probe.ability is Ability.CALL:
        return _called(probe, answer)
    if answer.broke_on_data:
        stopped = "it reached the rows" if probe.ability is Ability.READ else "only a constraint stopped it"
        return State.OPEN, f"{stopped} ({answer.summary})"
    if answer.is_denied or answer.is_turned_away:
        return State.REFUSED, answer.summary
    return _let_through(probe, answer, control) if answer.is_success else _unclear(answer)


def _is_about_the_object(probe: Probe, actor: Actor, answer: Answer | Silence) -> bool:
    """True unless something in front of Postgres turned away somebody whom it must know.

    The answer to HEAD has no body that could say so: the other answers to the same actor do.
    """
    is_denied = isinstance(answer, Answer) and answer.is_denied
    return is_denied or not actor.must_be_known or probe.request.method == "HEAD"


def _let_through(probe: Probe, answer: Answer, control: Answer | Silence) -> _Verdict:
    if probe.ability is Ability.INSERT:
        if probe.is_ours:
            return State.OPEN, f"a row was stored ({answer.summary})"
        return State.UNTOLD, "may insert; whether a policy stops it cannot be told without storing a row"
    seen = answer.rows if probe.ability is Ability.READ else answer.total
    if seen is None:
        return State.UNCHECKED, f"{answer.summary} without the number of rows"
    if probe.verb == PLANNED and seen and (seen == 1 or not probe.is_ours):
        return State.UNTOLD, "an estimate, which is of some row also where none is shown"
    if seen == 0:
        return (State.HIDDEN if had_something(probe, control) else State.UNTOLD), answer.summary
    done = {Ability.READ: "rows are shown", Ability.COUNT: f"{seen} rows are counted"}
    return State.OPEN, f"{done.get(probe.ability, f'{seen} rows were changed')} ({answer.summary})"


def _called(probe: Probe, answer: Answer) -> _Verdict:
    about = probe.about
    if answer.is_denied and (not probe.runs or _DENIES_ALL.search(answer.message) or _names(about, answer)):
        return State.REFUSED, answer.summary
    if answer.is_denied and not _DENIES_OTHER.search(answer.message):
        return _unclear(answer)
    if not answer.from_postgres:
        return (State.REFUSED, answer.summary) if answer.is_turned_away else _unclear(answer)
    is_definer = about.security_definer if isinstance(about, Function) else None
    if probe.is_ours or is_definer:
        rights = ", with the rights of its owner" if is_definer else ""
        return State.OPEN, f"it can be called{rights} ({answer.summary})"
    if is_definer is None:
        return State.UNCHECKED, (
            "it can be called; whether it has the rights of its owner cannot be seen: set DATABASE_URL"
        )
    return State.HARMLESS, f"it can be called, with the caller's own rights ({answer.summary})"


def _unclear(answer: Answer) -> _Verdict:
    said = f"{answer.summary} {answer.message}".strip()
    return State.UNCHECKED, f"an answer that says neither yes nor no ({said})"


def _names(about: Relation | Function, answer: Answer) -> bool:
    return re.search(rf"\b{re.escape(about.name)}\b", answer.message) is not None
