"""Asks everything as everybody, and judges the answers."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from harness.models.outcome import Finding
from migrations.security.actors import Absent, Actor, Cast, cast, server
from migrations.security.answers import Answer, Silence
from migrations.security.cells import Cell, State
from migrations.security.client import Door
from migrations.security.discovery import Discovery, discover
from migrations.security.judging import judge
from migrations.security.keys import judge_keys
from migrations.security.leaks import with_leaks
from migrations.security.project import Project
from migrations.security.requests import Probe, probes
from migrations.security.rows import Rows
from migrations.security.scenery import Scenery, digest, found, made
from migrations.security.settling import settle

__all__ = ["Examination", "examine"]

_AT_ONCE = 4
_SPARE_ROWS = 3
"""More than there are actors, the server included: the last one is never touched."""

_Answers = Sequence[Answer | Silence]


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What was asked, and what was seen."""

    actors: tuple[Actor, ...] = ()
    absent: tuple[Absent, ...] = ()
    cells: tuple[Cell, ...] = ()
    keys: tuple[Finding, ...] = ()
    """What is wrong with the keys themselves; then nothing else was asked."""
    problems: tuple[str, ...] = ()
    """What could not be looked at."""
    changed: tuple[str, ...] = ()
    """Tables whose rows were others afterwards, although nobody was let through."""
    notes: tuple[str, ...] = ()
    target: Mapping[str, str] = field(default_factory=dict)
    """The versions of the servers, as far as they are known."""


def examine(project: Project, *, now: int, namespace: UUID, timeout_s: float) -> Examination:
    """Ask a project; `now` in seconds since the epoch, `namespace` random.

    Raises StackError or ConfigurationError if the project, or its service key, cannot be used at all.
    """
    keys = tuple(judge_keys(project.anon_key, project.service_role_key))
    if keys:
        return Examination(keys=keys)
    with Door(project.url, timeout_s=timeout_s) as door:
        control = server(project.service_role_key)
        company = cast(project.anon_key, project.jwt_secret, now=now)
        discovery = discover(door, control, company.actors, project.database_url)
        rows = Rows(namespace=namespace, number=len(company.actors) + _SPARE_ROWS)
        dsn = project.database_url if project.is_ours else None
        scenery = found(door, control, rows) if dsn is None else made(dsn, rows)
        given = _ask(door, control, discovery, scenery, 0)
        before = None if dsn is None else digest(dsn)
        answers = _ask_all(door, company.actors, discovery, scenery)
        changed = () if before is None or dsn is None else _changed(before, digest(dsn))
    cells = _judged(company, discovery, scenery, given, answers)
    is_open = {cell.probe.about.name for cell in cells if cell.state is State.OPEN}
    return Examination(
        actors=company.actors,
        absent=company.absent,
        cells=cells,
        problems=(*scenery.problems, *discovery.doubts),
        changed=tuple(table for table in changed if table not in is_open),
        notes=discovery.surface.notes,
        target={"postgrest": discovery.postgrest}
        | ({} if discovery.postgres is None else {"postgres": discovery.postgres}),
    )


def _probes(discovery: Discovery, scenery: Scenery, place: int) -> tuple[Probe, ...]:
    return tuple(probes(discovery.surface, scenery.aims(discovery.surface.relations, place)))


def _ask(door: Door, actor: Actor, discovery: Discovery, scenery: Scenery, place: int) -> _Answers:
    # One after the other: a row is changed before it is deleted.
    return [door.send(probe.request, actor) for probe in _probes(discovery, scenery, place)]


def _ask_all(
    door: Door, actors: Sequence[Actor], discovery: Discovery, scenery: Scenery
) -> Mapping[str, _Answers]:
    with ThreadPoolExecutor(_AT_ONCE) as executor:
        pending = {
            actor.name: executor.submit(_ask, door, actor, discovery, scenery, place)
            for place, actor in enumerate(actors, 1)
        }
        return {name: future.result() for name, future in pending.items()}


def _judged(
    company: Cast,
    discovery: Discovery,
    scenery: Scenery,
    given: _Answers,
    answers: Mapping[str, _Answers],
) -> tuple[Cell, ...]:
    unknown = _unknown(company.actors, answers)
    cells: list[Cell] = []
    for place, actor in enumerate(company.actors, 1):
        stranger = next((unknown[name] for name in (actor.name, *actor.leans_on) if name in unknown), None)
        asked = _probes(discovery, scenery, place)
        for probe, answer, control in zip(asked, answers[actor.name], given, strict=True):
            cell = judge(probe, actor, answer, control, stranger=stranger)
            cells.append(with_leaks(cell, answer, scenery.secrets))
    return tuple(settle(cells, {actor.name: actor.role for actor in company.actors}))


def _unknown(actors: Sequence[Actor], answers: Mapping[str, _Answers]) -> Mapping[str, str]:
    """Why nothing was looked at for an actor whom the server must know: it never let them get to Postgres."""
    found = {}
    for actor in actors:
        said = [answer for answer in answers[actor.name] if isinstance(answer, Answer)]
        if not actor.must_be_known or any(answer.from_postgres for answer in said):
            continue
        first = next((f"{answer.summary}: {answer.message}" for answer in said), "it does not answer")
        found[actor.name] = f"the project does not accept {actor.holds} ({first})"
    return found


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(table for table, checksum in before.items() if after[table] != checksum)
