"""Turns judged requests into findings: one for each thing that one actor can do with one object."""

from collections.abc import Iterator, Sequence

from harness.models.outcome import Finding
from harness.models.verdict import ADVICE_LEVEL, UNCHECKED_LEVEL
from migrations.security.actors import Absent, Actor
from migrations.security.cells import Cell, State
from migrations.security.objects import Function, Relation
from migrations.security.probe import Ability

__all__ = ["findings_of", "of_absent", "of_changed", "of_hidden", "of_open", "of_problem", "of_unchecked"]

_DOES = {
    Ability.READ: "reads",
    Ability.COUNT: "counts the rows of",
    Ability.INSERT: "can insert into",
    Ability.UPDATE: "can change",
    Ability.DELETE: "can delete from",
    Ability.CALL: "can call",
}
_TOKEN = ("scheduling_requests", "public_token")
_SHOWN = 5


def findings_of(
    cells: Sequence[Cell],
    actors: Sequence[Actor],
    absent: Sequence[Absent],
    problems: Sequence[str],
    changed: Sequence[str],
) -> tuple[Finding, ...]:
    """Return everything that is open, then everything that could not be checked, then advice."""
    by_name = {actor.name: actor for actor in actors}
    return (
        *of_open(cells, by_name),
        *map(of_changed, changed),
        *of_unchecked(cells),
        *map(of_absent, absent),
        *(of_problem(number, problem) for number, problem in enumerate(problems, 1)),
        *of_hidden(cells, by_name),
    )


def of_open(cells: Sequence[Cell], actors: "dict[str, Actor]") -> Iterator[Finding]:
    """Yield what is open, and what leaks."""
    groups: dict[tuple[str, str, str], list[Cell]] = {}
    for cell in cells:
        if cell.state is State.OPEN:
            groups.setdefault((cell.probe.about.object, cell.actor, cell.probe.ability.value), []).append(
                cell
            )
        elif cell.state is State.LEAK:
            groups.setdefault((cell.probe.about.object, cell.actor, "leak"), []).append(cell)
    for (_, actor, what), found in groups.items():
        if what == "leak":
            yield _leak(found, actors[actor])
            continue
        yield _opened(found, actors[actor])
        if what == Ability.READ.value and any(_is_token(cell) for cell in found):
            yield _token(actors[actor])


def of_hidden(cells: Sequence[Cell], actors: "dict[str, Actor]") -> Iterator[Finding]:
    """Yield, as advice, each table of ours with one lock where there should be two."""
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.state is State.HIDDEN and cell.probe.is_ours:
            groups.setdefault(cell.probe.about.object, []).append(cell)
    for name, found in groups.items():
        roles = _listed(dict.fromkeys(actors[cell.actor].role or cell.actor for cell in found))
        requests = _listed(dict.fromkeys(_request(cell) for cell in found))
        yield Finding(
            id=f"security.{name}.granted",
            level=ADVICE_LEVEL,
            where=name,
            expected=f"no privilege for {roles}",
            actual=f"{requests}: let through, and shown nothing",
            message=(
                f"Only row security stands between {roles} and {name}: the privilege is granted. REVOKE ALL "
                f"ON {name} FROM PUBLIC, {roles}, so that one mistaken policy opens nothing."
            ),
        )


def of_unchecked(cells: Sequence[Cell]) -> Iterator[Finding]:
    """Yield one finding for each reason for which something could not be told."""
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.state is State.UNCHECKED:
            groups.setdefault(cell.reason, []).append(cell)
    for number, (reason, found) in enumerate(groups.items(), 1):
        objects = _listed(dict.fromkeys(cell.probe.about.object for cell in found))
        actors = _listed(dict.fromkeys(cell.actor for cell in found))
        yield _unchecked(
            f"security.unchecked.{number}",
            objects,
            f"{len(found)} requests could not be judged, of: {actors}",
            f"{objects}: {reason}.",
        )


def of_absent(one: Absent) -> Finding:
    """Say who could not be sent."""
    where = f"actor {one.name}"
    message = f"Nothing was asked as {one.name}: {one.reason}."
    return _unchecked(f"security.actors.{_slug(one.name)}", where, "nothing was asked", message)


def of_problem(number: int, problem: str) -> Finding:
    """Say what could not be looked at."""
    message = f"{problem[:1].upper()}{problem[1:]}."
    return _unchecked(f"security.surface.{number}", "the project", "could not be seen", message)


def of_changed(table: str) -> Finding:
    """Say that rows were changed although every answer was a refusal."""
    return Finding(
        id=f"security.public.{table}.changed",
        level="core",
        where=f"public.{table}",
        expected="the same rows before and after",
        actual="other rows",
        message=(
            f"The rows of public.{table} were changed by somebody who was refused. Look for triggers and "
            "functions that write on their own, and run it again on a stack that nobody else uses."
        ),
    )


def _opened(found: Sequence[Cell], actor: Actor) -> Finding:
    probe = found[0].probe
    about = probe.about
    reasons = _listed(dict.fromkeys(cell.reason for cell in found))
    requests = _listed(dict.fromkeys(_request(cell) for cell in found))
    return Finding(
        id=f"security.{_name(about)}.{_slug(actor.name)}.{probe.ability.value}",
        level="core",
        where=about.object,
        expected=f"closed to: {actor.name} ({actor.holds})",
        actual=f"{requests}: {reasons}",
        message=f"{_subject(actor)} {_DOES[probe.ability]} {about.object}. {_cure(about, actor)}",
    )


def _leak(found: Sequence[Cell], actor: Actor) -> Finding:
    about = found[0].probe.about
    requests = _listed(dict.fromkeys(_request(cell) for cell in found))
    return Finding(
        id=f"security.{_name(about)}.{_slug(actor.name)}.leak",
        level="core",
        where=about.object,
        expected="a refusal without the contents of any row",
        actual=f"{requests}: {found[0].reason}",
        message=(
            f"{_subject(actor)} is refused by {about.object}, and told what is in its rows. Look for "
            f"functions, triggers and constraints that quote values in messages. {_cure(about, actor)}"
        ),
    )


def _token(actor: Actor) -> Finding:
    return Finding(
        id=f"security.public.scheduling_requests.{_slug(actor.name)}.public_token",
        level="core",
        where="public.scheduling_requests.public_token",
        expected=f"not readable by: {actor.name}",
        actual="plain tokens are readable",
        message=(
            f"{_subject(actor)} reads the plain tokens, each of which opens the link of a candidate. Close "
            "the table, and replace the tokens of all requests that are still pending."
        ),
    )


def _subject(actor: Actor) -> str:
    return f"Whoever has {actor.holds}" if actor.holds != "nothing" else "Anybody, without any key,"


def _cure(about: Relation | Function, actor: Actor) -> str:
    if actor.role is None:
        return "The server must not accept this token: check its JWT secret and the roles of authenticator."
    if isinstance(about, Function):
        return f"REVOKE EXECUTE ON FUNCTION {about.object} FROM PUBLIC, {actor.role}."
    revoke = f"REVOKE ALL ON {about.object} FROM PUBLIC, {actor.role}"
    if about.is_view:
        return f"{revoke}, or ALTER VIEW {about.object} SET (security_invoker = true)."
    return f"{revoke}; ALTER TABLE {about.object} ENABLE ROW LEVEL SECURITY; drop the policies for it."


def _request(cell: Cell) -> str:
    column = cell.probe.column
    return cell.probe.verb if column is None else f"{cell.probe.verb} {column}"


def _is_token(cell: Cell) -> bool:
    return (cell.probe.about.name, cell.probe.column) == _TOKEN


def _unchecked(id: str, where: str, actual: str, message: str) -> Finding:
    return Finding(
        id=id,
        level=UNCHECKED_LEVEL,
        where=where,
        expected="an answer that shows whether it is closed",
        actual=actual,
        message=message,
    )


def _name(about: Relation | Function) -> str:
    return f"{about.schema}.{about.name}"


def _slug(name: str) -> str:
    return name.replace(" ", "_")


def _listed(names: "Sequence[str] | dict[str, None]") -> str:
    shown = list(names)
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more
