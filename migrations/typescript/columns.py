"""Compares the columns and relationships of one table or view."""

from collections.abc import Iterator

from harness.models.outcome import Finding
from migrations.typescript.declared import Column, Relation
from migrations.typescript.relationships import Relationship
from migrations.typescript.sides import Report, Side, Sides
from migrations.typescript.syntax import NEVER, NULL, Either, Literal, Name, Place, Type

__all__ = ["compare_relation"]

ROLES = ("Row", "Insert", "Update")
ABSENT = "absent"


def compare_relation(sides: Sides, name: str, report: Report) -> None:
    """Compare one relation that the file declares with each side that has it."""
    file = sides.file.relations[name]
    others = [(side, side.types.relations[name]) for side in sides.others if name in side.types.relations]
    columns = {
        column: None
        for relation in (*(relation for _, relation in others), file)
        for role in relation.roles.values()
        for column in role
    }
    for column in columns:
        if not _is_computed(sides, name, column, others):
            report.add(_column(sides, name, column, file, others))
    if file.relationships is None:
        report.notes.append(f"the relationships of {name}, which the file does not declare")
        return
    for finding in _relationships(sides, name, file, others):
        report.add(finding)


def _is_computed(sides: Sides, table: str, name: str, others: list[tuple[Side, Relation]]) -> bool:
    """True for a function of a row: of the database, or of another database that the file knows."""
    if (table, name) in sides.database.computed:
        return True
    roles = sides.file.relations[table].roles
    written = any(name in roles[role] for role in ("Insert", "Update") if role in roles)
    known = any(name in relation.roles["Row"] for _, relation in others)
    return name in sides.file.functions and not written and not known


def _column(
    sides: Sides, table: str, name: str, file: Relation, others: list[tuple[Side, Relation]]
) -> Finding | None:
    place: Place | None = None
    wanted: list[str] = []
    found: list[str] = []
    for role in ROLES:
        if role not in file.roles:
            continue
        actual = file.roles[role].get(name)
        sayings = [
            (side, relation.roles[role].get(name))
            for side, relation in others
            # The models do not mind columns that they do not know.
            if role in relation.roles and (side is sides.database or name in relation.roles["Row"])
        ]
        if all(_agree(side, table, name, column, actual, file) for side, column in sayings):
            continue
        place = place or (actual.place if actual is not None else None)
        wanted.append(f"{role}: {_said(sayings)}")
        found.append(f"{role}: {ABSENT if actual is None else actual}")
    if not wanted:
        return None
    return Finding(
        id=f"types.{table}.{name}",
        level="core",
        where=sides.where(place or file.place),
        expected="; ".join(wanted),
        actual="; ".join(found),
        message=f"{sides.where(place or file.place)}: column {table}.{name} is not what it is declared as; "
        f"{advice(sides, table, name)}",
    )


def advice(sides: Sides, table: str, column: str | None = None) -> str:
    """Say what to do, which depends on whether the database is as the models say."""
    models, live = sides.models, sides.database.types.tables.get(table)
    if models is not None and table in models.types.tables:
        said = models.types.tables[table]
        names = (column,) if column is not None else tuple(said.roles["Row"])
        if live is None or any(
            said.roles[role].get(name) != live.roles[role].get(name)
            for role in ROLES
            for name in names
            if name in said.roles["Row"]
        ):
            return (
                "the database is not what the models say either: apply the migrations first, then write the "
                f"file again: harness schema types --out {sides.path}."
            )
    return f"write the file again: harness schema types --out {sides.path}."


def _agree(
    side: Side, table: str, name: str, expected: Column | None, actual: Column | None, file: Relation
) -> bool:
    if expected is None or actual is None:
        return expected is actual
    if (table, name) in side.generated and expected.type == NEVER:
        # Older generators write what a generated column would take.
        return actual.type in {NEVER, file.roles["Row"].get(name, actual).type}
    if expected.optional is not actual.optional:
        return False
    return expected.type == actual.type or _is_choice(
        expected.type, actual.type, side.choices.get((table, name), ())
    )


def _is_choice(expected: Type, actual: Type, choices: tuple[str, ...]) -> bool:
    """True for a union of exactly the texts that the column accepts, where ``string`` is expected."""
    if not choices:
        return False
    named = {Literal(choice) for choice in choices}
    options = set(actual.options) if isinstance(actual, Either) else {actual}
    wanted = set(expected.options) if isinstance(expected, Either) else {expected}
    return (
        wanted - {NULL} == {Name("string")}
        and options - {NULL} == named
        and (NULL in options) is (NULL in wanted)
    )


def _said(sayings: list[tuple[Side, Column | None]]) -> str:
    texts = {side.name: ABSENT if column is None else str(column) for side, column in sayings}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return ", ".join(
        f"{text} as {name} say" + ("" if name.endswith("s") else "s") for name, text in texts.items()
    )


def _relationships(
    sides: Sides, table: str, file: Relation, others: list[tuple[Side, Relation]]
) -> Iterator[Finding | None]:
    declared = {_key(one): one for one in file.relationships or ()}
    known = {_key(one): one for _, relation in others for one in relation.relationships or ()}
    for key, one in known.items():
        if one.referenced not in sides.file.relations:
            continue  # a missing table is said once
        actual = declared.get(key)
        if actual is None:
            yield _relationship(sides, table, file, one, expected=_shown(one), actual=ABSENT)
        elif None not in {actual.one_to_one, one.one_to_one} and actual.one_to_one is not one.one_to_one:
            yield _relationship(sides, table, file, one, expected=_shown(one), actual=_shown(actual))
        else:
            yield None
    for key, one in declared.items():
        if key not in known and one.referenced in sides.database.types.relations:
            yield _relationship(sides, table, file, one, expected=ABSENT, actual=_shown(one))


def _key(one: Relationship) -> tuple[object, ...]:
    return one.name, one.columns, one.referenced, one.referenced_columns


def _shown(one: Relationship) -> str:
    single = "" if one.one_to_one is None else f", {'one to one' if one.one_to_one else 'many to one'}"
    return f"{', '.join(one.columns)} to {one.referenced} ({', '.join(one.referenced_columns)}){single}"


def _relationship(
    sides: Sides, table: str, file: Relation, one: Relationship, *, expected: str, actual: str
) -> Finding:
    where = sides.where(file.place)
    return Finding(
        id=f"types.{table}.{one.name}",
        level="core",
        where=where,
        expected=expected,
        actual=actual,
        message=f"{where}: relationship {one.name} of {table} is not what it is declared as; "
        f"{advice(sides, table)}",
    )
