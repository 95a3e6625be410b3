"""Judges a directory of migrations, file by file, in the order in which they are applied."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from migrations.files import Migration
from migrations.linting import data, rights, row_security, views_and_functions
from migrations.linting.directory import Directory
from migrations.linting.ignores import (
    Ignore,
    Ignored,
    ignores_beside,
    ignores_in,
    sift,
    squawk_ignores,
)
from migrations.linting.learning import learn
from migrations.linting.reading import Read, read
from migrations.linting.schema import Schema
from migrations.linting.squawk import SYNTAX_ERROR, SquawkFinding, advice
from migrations.linting.statement import Hit, Origin, Parsed, Where
from migrations.linting.subjects import subjects

__all__ = ["Result", "lint"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What was found, what was not looked at, and how much was."""

    hits: tuple[Hit, ...]
    """In the order of files and lines."""
    ignored: tuple[Ignored, ...]
    notes: tuple[str, ...]
    """What could not be examined, of what runs later."""
    statements: int
    """How many statements the judged files contain, those inside bodies not counted."""


def lint(directory: Directory, squawk: Sequence[SquawkFinding], *, after: int | None = None) -> Result:
    """Judge the files. With `after`, those of later versions only; the others still say what there is."""
    schema = Schema()
    hits: list[Hit] = list(directory.hits)
    ignores: list[Ignore] = []
    notes: list[str] = []
    for migration in directory.migrations:
        parsed = read(migration)
        found: list[Ignore | Hit] = [*parsed.hits, *squawk_ignores(migration), *ignores_in(migration)]
        found += _judge(parsed, migration.file, schema)
        found += _from_squawk(migration, parsed, (one for one in squawk if one.file == migration.file))
        hits += (one for one in found if isinstance(one, Hit))
        ignores += (one for one in found if isinstance(one, Ignore))
        if _is_judged(migration, after):
            notes += parsed.notes
    beside = tuple(ignores_beside(directory.ignore_text, directory.files))
    hits += (one for one in beside if isinstance(one, Hit))
    ignores += (one for one in beside if isinstance(one, Ignore))
    remaining, ignored, unused = sift(hits, ignores)
    past = {one.file for one in directory.migrations if not _is_judged(one, after)}
    order = {file: number for number, file in enumerate(directory.files)}
    return Result(
        hits=tuple(
            sorted(
                (one for one in (*remaining, *_sure(unused, remaining)) if one.where.file not in past),
                key=lambda one: (order.get(one.where.file, -1), one.where.line, one.rule, one.about),
            )
        ),
        ignored=tuple(one for one in ignored if one.hit.where.file not in past),
        notes=tuple(notes),
        statements=sum(len(one.statements) for one in directory.migrations if one.file not in past),
    )


def _is_judged(migration: Migration, after: int | None) -> bool:
    return after is None or int(migration.version) > after


def _judge(parsed: Read, file: str, schema: Schema) -> Iterator[Hit]:
    schema.begin_file()
    for statement in parsed.statements:
        yield from data.judge_statement(statement, schema)
        if statement.origin is not Origin.FUNCTION:
            yield from row_security.judge_statement(statement, schema)
            yield from rights.judge_statement(statement, schema)
            learn(schema, statement)
    yield from row_security.judge_file(file, schema)
    yield from rights.judge_file(file, schema)
    yield from views_and_functions.judge_file(file, schema)


def _from_squawk(migration: Migration, parsed: Read, found: Iterable[SquawkFinding]) -> Iterator[Hit]:
    unparsed = {hit.where.statement for hit in parsed.hits if hit.rule == "PH051"}
    for one in found:
        number = _statement_at(migration, one.line)
        where = Where(migration.file, one.line, number)
        about = _about(parsed.statements, number) or migration.file
        if one.rule != SYNTAX_ERROR:
            yield Hit(
                rule=one.rule,
                where=where,
                about=about,
                what=f"{about}: {one.message.rstrip('.')}.",
                reason="squawk knows it to lock a table that is in use, or to break code that still runs.",
                fix=advice(one),
            )
        elif number not in unparsed:
            yield Hit(
                rule="PH051",
                where=where,
                about=about,
                what=f"squawk cannot read this statement, which Postgres' parser accepts: {one.message}.",
                is_unchecked=True,
            )


def _statement_at(migration: Migration, line: int) -> int:
    """Return the number of the last statement that starts on a line or before; -1 if there is none."""
    started = [number for number, one in enumerate(migration.statements) if one.line <= line]
    return started[-1] if started else -1


def _about(statements: Sequence[Parsed], number: int) -> str:
    of = (one for one in statements if one.where.statement == number and one.origin is Origin.FILE)
    return ", ".join(name for one in of for name in subjects(one.node, "public"))


def _sure(unused: Iterable[Hit], remaining: Sequence[Hit]) -> Iterator[Hit]:
    """Leave out the ignores of what was not examined: whether they ignore nothing is not known."""
    unknown = {(one.where.file, one.where.statement) for one in remaining if one.is_unchecked}
    files = {file for file, _ in unknown}
    for one in unused:
        is_beside = one.where.statement < 0
        if not (one.about in files if is_beside else (one.where.file, one.where.statement) in unknown):
            yield one
