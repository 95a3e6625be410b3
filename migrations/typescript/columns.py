"""Compares the columns and relationships of one table or view."""

from collections.abc import Iterator, Mapping

from harness.models.outcome import Finding
from migrations.typescript.agreement import agree
from migrations.typescript.building import shown
from migrations.typescript.declared import Column, Relation
from migrations.typescript.mapping import texts_type
from migrations.typescript.relationships import Relationship
from migrations.typescript.sides import Report, Side, Sides
from migrations.typescript.syntax import NEVER, Place

__all__ = ["compare_relation"]

ROLES = ("Row", "Insert", "Update")
ABSENT = "absent"


def compare_relation(sides: Sides, name: str, report: Report) -> None:
    """Compare one relation that the file declares with each side that has it."""
    file = sides.file.relations[name]
    others = [(side, side.types.relations[name]) for side in sides.others if name in side.types.relations]
    # Older generators write fewer roles of a view.
    is_table = any(name in side.types.tables for side, _ in others)
    for role in ROLES if is_table else ("Row",):
        if role not in file.roles:
            report.add(_lacking(sides, name, role, file))
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


def _lacking(sides: Sides, table: str, role: str, file: Relation) -> Finding:
    where = sides.where(file.place)
    return Finding(
        id=f"types.{table}.{role}",
        level="core",
        where=where,
        expected=f"{role}: its columns",
        actual=f"{role}: {ABSENT}",
        message=f"{where}: {table} has no {role}, without which the client takes it for no table; "
        f"{advice(sides, table)}",
    )


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
    texts: tuple[str, ...] = ()
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
        row = file.roles.get("Row", {}).get(name)
        if all(_says(side, (table, name), column, actual, row=row) for side, column in sayings):
            continue
        texts = texts or next(
            (side.choices[table, name] for side, _ in sayings if (table, name) in side.choices), ()
        )
        place = place or (actual.place if actual is not None else None)
        wanted.append(f"{role}: {_said(sayings)}")
        found.append(f"{role}: {ABSENT if actual is None else actual}")
    if not wanted:
        return None
    return Finding(
        id=f"types.{table}.{name}",
        level="core",
        where=sides.where(place or file.place),
        expected="; ".join(wanted)
        + (f". For string, {shown(texts_type(texts))} is right too" if texts else ""),
        actual="; ".join(found),
        message=f"{sides.where(place or file.place)}: column {table}.{name} is declared in another way than "
        f"{sides.named} have it; {advice(sides, table, name)}",
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


def _says(
    side: Side, key: tuple[str, str], expected: Column | None, actual: Column | None, *, row: Column | None
) -> bool:
    if expected is None or actual is None:
        return expected is actual
    if key in side.generated and expected.type == NEVER:
        # Older generators write what a generated column would take.
        return actual.type == NEVER or (row is not None and actual.type == row.type)
    if expected.optional is not actual.optional:
        return False
    return agree(expected.type, actual.type, side.choices.get(key, ()))


def _said(sayings: list[tuple[Side, Column | None]]) -> str:
    return _joined({side.name: ABSENT if column is None else str(column) for side, column in sayings})


def _joined(texts: Mapping[str, str]) -> str:
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return ", ".join(f"{text} ({name})" for name, text in texts.items())


def _relationships(
    sides: Sides, table: str, file: Relation, others: list[tuple[Side, Relation]]
) -> Iterator[Finding | None]:
    declared = {_key(one): one for one in file.relationships or ()}
    keys = dict(declared)
    for _, relation in others:
        keys |= {_key(one): one for one in relation.relationships or () if _key(one) not in keys}
    for key, one in keys.items():
        if one.referenced not in sides.file.relations or one.referenced not in sides.database.types.relations:
            continue  # a missing table is said once
        sayings = {
            side.name: next(
                (_shown(found) for found in relation.relationships or () if _key(found) == key), ABSENT
            )
            for side, relation in others
            # The models do not mind keys that they do not know.
            if side is sides.database or key in {_key(found) for found in relation.relationships or ()}
        }
        actual = _shown(declared[key]) if key in declared else ABSENT
        if all(_same_key(said, actual) for said in sayings.values()):
            yield None
        else:
            yield _relationship(sides, table, file, one, expected=_joined(sayings), actual=actual)


def _same_key(expected: str, actual: str) -> bool:
    """Older generators do not say whether it is one to one."""
    return expected == actual or (actual != ABSENT and expected.startswith(f"{actual}, "))


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
        message=f"{where}: relationship {one.name} of {table} is declared in another way than {sides.named} "
        f"have it; {advice(sides, table)}",
    )
