"""Asks everything as everybody, and judges the answers."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

from harness.models.outcome import Finding
from migrations.security.actors import Absent, Actor, cast, server
from migrations.security.answers import Answer, Silence
from migrations.security.catalog import read_surface
from migrations.security.cells import Cell, State
from migrations.security.client import Door
from migrations.security.discovery import Discovery, describe, discovered
from migrations.security.judging import judge
from migrations.security.keys import judge_keys
from migrations.security.leaks import with_leaks
from migrations.security.probe import Ability, Probe
from migrations.security.project import Project
from migrations.security.requests import probes
from migrations.security.rows import Rows
from migrations.security.scenery import Scenery, digest, found, is_same_database, made
from migrations.security.settling import settle
from migrations.security.stored import Removal, Sent, removed

__all__ = ["Examination", "examine"]

_AT_ONCE = 4
_SPARE_ROWS = 3
"""More than there are actors, the server included: the last one is never touched."""

_UNASKED = Silence("it was not asked")


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


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """The requests of one actor, and their answers."""

    probes: Sequence[Probe]
    answers: Sequence[Answer | Silence | None]
    """None for a request that was not sent, because its answer follows from another one."""


def examine(project: Project, *, now: int, namespace: UUID, timeout_s: float) -> Examination:
    """Ask a project; `now` in seconds since the epoch, `namespace` random.

    Raises StackError or ConfigurationError if the project, its service key or its database cannot be used.
    """
    keys = tuple(judge_keys(project.anon_key, project.service_role_key))
    if keys:
        return Examination(keys=keys)
    control = server(project.service_role_key)
    company = cast(project.anon_key, project.jwt_secret, now=now)
    actors = company.actors
    with Door(project.url, timeout_s=timeout_s) as door:
        described = describe(door, control, [actor for actor in actors if actor.must_be_known])
        rows = Rows(namespace=namespace, number=len(actors) + _SPARE_ROWS)
        dsn = project.database_url
        scenery = made(dsn, rows) if project.is_ours and dsn is not None else found(door, control, rows)
        is_proven = project.is_ours or (dsn is not None and is_same_database(dsn, scenery.taken))
        catalog = None if dsn is None else read_surface(dsn, described.schemas)
        discovery = discovered(described, catalog, is_proven=is_proven)
        given = _ask(door, control, discovery, scenery, 0)
        before = _digest(project)
        asked = _ask_all(door, actors, discovery, scenery)
        after = _digest(project)
        cells = _judged(actors, given, asked, scenery)
        sent = _sent({control.name: given, **asked})
        removal = Removal() if project.is_ours else removed(door, control, sent, scenery)
    opened = {cell.probe.about.name for cell in cells if cell.state is State.OPEN}
    return Examination(
        actors=actors,
        absent=company.absent,
        cells=cells,
        problems=(*scenery.problems, *discovery.doubts, *removal.failed),
        changed=tuple(table for table in before if before[table] != after.get(table) and table not in opened),
        notes=(*discovery.notes, *removal.done),
        target=discovery.target,
    )


def _digest(project: Project) -> Mapping[str, str]:
    # Others write to a given project all the time.
    return digest(project.database_url) if project.is_ours and project.database_url is not None else {}


def _ask(door: Door, actor: Actor, discovery: Discovery, scenery: Scenery, place: int) -> _Asked:
    asked = tuple(probes(discovery.surface, scenery.aims(discovery.surface.relations, place)))
    answers: list[Answer | Silence | None] = []
    reads: dict[tuple[str, str], Answer] = {}
    """By object and column; of the whole object without one."""
    # One after the other: a row is changed before it is deleted.
    for probe in asked:
        column = probe.about.object, probe.column or ""
        if _follows(probe, reads.get((probe.about.object, "")), reads.get(column)):
            answers.append(None)
            continue
        answer = door.send(probe.request, actor)
        answers.append(answer)
        if isinstance(answer, Answer) and probe.ability is Ability.READ:
            reads.setdefault(column, answer)
    return _Asked(probes=asked, answers=answers)


def _follows(probe: Probe, whole: Answer | None, column: Answer | None) -> bool:
    """True if the refusal to read the object, or the column, is the answer to this request, too.

    A key, a token or a role that is turned away before anything is looked at is turned away whatever it asks;
    and a condition needs the right to read what it names.
    """
    if whole is not None and whole.is_turned_away_at_once:
        return True
    return probe.is_through_column and column is not None and column.is_denied


def _ask_all(
    door: Door, actors: Sequence[Actor], discovery: Discovery, scenery: Scenery
) -> Mapping[str, _Asked]:
    with ThreadPoolExecutor(_AT_ONCE) as executor:
        pending = {
            actor.name: executor.submit(_ask, door, actor, discovery, scenery, place)
            for place, actor in enumerate(actors, 1)
        }
        return {name: future.result() for name, future in pending.items()}


def _judged(
    actors: Sequence[Actor], given: _Asked, asked: Mapping[str, _Asked], scenery: Scenery
) -> tuple[Cell, ...]:
    unknown = _unknown(actors, asked)
    cells: list[Cell] = []
    for actor in actors:
        stranger = next((unknown[name] for name in (actor.name, *actor.leans_on) if name in unknown), None)
        own = asked[actor.name]
        for probe, answer, control in zip(own.probes, own.answers, given.answers, strict=True):
            if answer is None:
                continue
            cell = judge(probe, actor, answer, control or _UNASKED, stranger=stranger)
            cells.append(with_leaks(cell, answer, scenery.secrets))
    return tuple(settle(cells, {actor.name: actor.role for actor in actors}))


def _sent(asked: Mapping[str, _Asked]) -> Iterator[Sent]:
    for name, one in asked.items():
        for probe, answer in zip(one.probes, one.answers, strict=True):
            yield name, probe, answer


def _unknown(actors: Sequence[Actor], asked: Mapping[str, _Asked]) -> Mapping[str, str]:
    """Why nothing was looked at for an actor whom the server must know: it never let them get to Postgres."""
    found: dict[str, str] = {}
    for actor in actors:
        answers = [answer for answer in asked[actor.name].answers if isinstance(answer, Answer)]
        if not actor.must_be_known or any(answer.from_postgres for answer in answers):
            continue
        first = f"{answers[0].summary}: {answers[0].message}" if answers else "it does not answer"
        found[actor.name] = f"the project does not accept {actor.holds} ({first})"
    return found
