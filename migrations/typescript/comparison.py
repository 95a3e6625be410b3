"""Says where a types file differs from the database and from the models."""

from collections.abc import Iterator

from harness.models.outcome import Finding
from migrations.typescript.calls import compare_function, compare_named
from migrations.typescript.columns import ABSENT, advice, compare_relation
from migrations.typescript.declared import Declared
from migrations.typescript.sides import Report, Sides, listed

__all__ = ["compare"]

_NOUNS = {
    "Tables": "tables or views",
    "Functions": "functions",
    "Enums": "enums",
    "CompositeTypes": "composite types",
}


def compare(sides: Sides, *, strict: bool = False) -> Report:
    """Compare everything that the file declares, or must declare.

    What the models know must be in the file. Other tables, views, functions, enums and composite types are
    compared where file and database both have them; what only one of them has is a note, or a finding if
    `strict`.
    """
    report = Report()
    for section, noun in _NOUNS.items():
        only_file: list[str] = []
        only_live: list[str] = []
        live = _names(sides.database.types, section)
        known = live if strict else frozenset[str]()
        if sides.models is not None:
            known |= _names(sides.models.types, section)
        declared = _names(sides.file, section)
        for name in sorted(live | known | declared):
            if name in declared and name in live | known:
                _compare(sides, section, name, report)
            elif name in known:
                report.add(_missing(sides, section, name))
            elif strict:
                report.add(_unknown(sides, section, name))
            else:
                (only_file if name in declared else only_live).append(name)
        report.notes += _notes(noun, only_file, only_live)
    return report


def _names(types: Declared, section: str) -> frozenset[str]:
    parts = {
        "Tables": types.relations,
        "Functions": types.functions,
        "Enums": types.enums,
        "CompositeTypes": types.composites,
    }
    return frozenset(parts[section])


def _compare(sides: Sides, section: str, name: str, report: Report) -> None:
    if section == "Tables":
        report.add(_place(sides, name) if name in sides.database.types.relations else _gone(sides, name))
        compare_relation(sides, name, report)
    elif section == "Functions":
        compare_function(sides, name, report)
    elif section == "Enums":
        report.add(
            compare_named(sides, section, name, sides.database.types.enums[name], sides.file.enums[name])
        )
    else:
        live, file = sides.database.types.composites[name], sides.file.composites[name]
        report.add(compare_named(sides, section, name, live, file))


def _place(sides: Sides, name: str) -> Finding | None:
    """Judge whether a table stands under Tables and a view under Views."""
    is_table = any(name in side.types.tables for side in sides.others)
    if is_table == (name in sides.file.tables):
        return None
    places = ("under Tables", "under Views")
    expected, actual = places if is_table else reversed(places)
    return _finding(sides, f"types.{name}", name, expected, actual)


def _gone(sides: Sides, name: str) -> Finding:
    return _finding(
        sides, f"types.{name}", name, f"declared (the models), {ABSENT} (the database)", "declared"
    )


def _missing(sides: Sides, section: str, name: str) -> Finding:
    prefix = "" if section == "Tables" else f"{section}."
    return _finding(sides, f"types.{prefix}{name}", name, "declared", ABSENT)


def _unknown(sides: Sides, section: str, name: str) -> Finding:
    prefix = "" if section == "Tables" else f"{section}."
    return _finding(sides, f"types.{prefix}{name}", name, ABSENT, "declared")


def _finding(sides: Sides, id_: str, name: str, expected: str, actual: str) -> Finding:
    relation = sides.file.relations.get(name)
    where = sides.where(relation.place if relation is not None else None)
    return Finding(
        id=id_,
        level="core",
        where=where,
        expected=expected,
        actual=actual,
        message=f"{where}: {name} is {actual} in the file, and must be {expected}; {advice(sides, name)}",
    )


def _notes(noun: str, only_file: list[str], only_live: list[str]) -> Iterator[str]:
    if only_file:
        yield f"{noun} that the database does not have: {listed(only_file)}"
    if only_live:
        yield f"{noun} that the file does not declare: {listed(only_live)}"
