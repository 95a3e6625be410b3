"""Compares the functions that ``rpc`` can call, and the enums and composite types."""

from itertools import zip_longest

from harness.models.outcome import Finding
from migrations.typescript.agreement import rows_agree
from migrations.typescript.building import shown
from migrations.typescript.declared import Column, Overload
from migrations.typescript.sides import Report, Side, Sides
from migrations.typescript.syntax import Array, Both, Member, Object, Place

__all__ = ["compare_function", "compare_named"]


def compare_function(sides: Sides, name: str, report: Report) -> None:
    """Compare one function with each side that has it; every overload counts."""
    actual = sides.file.functions.get(name, ())
    expected: dict[str, list[tuple[Side, Overload]]] = {}
    for side in sides.others:
        for overload in side.types.functions.get(name, ()):
            expected.setdefault(_signature(overload), []).append((side, overload))
    left = list(actual)
    unmatched: list[Overload] = []
    for sayings in expected.values():
        overload = sayings[0][1]
        # Overloads for int and bigint look the same here.
        matches = [one for one in left if one.arguments == overload.arguments]
        if not matches:
            unmatched.append(overload)
            continue
        left = [one for one in left if one not in matches]
        if all(side is not sides.database for side, _ in sayings):
            report.add(_difference(sides, name, None, matches[0]))
            continue
        report.add(_results(sides, name, sayings, matches))
    for wanted, found in zip_longest(unmatched, left):
        report.add(_difference(sides, name, wanted, found))


def _results(
    sides: Sides, name: str, sayings: list[tuple[Side, Overload]], matches: list[Overload]
) -> Finding | None:
    """Compare what overloads with the same arguments return: nobody may be alone with a result."""
    for side, one in sayings:
        if not any(_same_result(sides, side, one, match) for match in matches):
            return _difference(sides, name, one, matches[0])
    for match in matches:
        if not any(_same_result(sides, side, one, match) for side, one in sayings):
            return _difference(sides, name, sayings[0][1], match)
    return None


def compare_named(sides: Sides, section: str, name: str, expected: Column, actual: Column) -> Finding | None:
    """Compare one enum, or one composite type."""
    if expected.type == actual.type:
        return None
    return _finding(
        sides,
        f"{section}.{name}",
        actual.place,
        f"{name} of {section}",
        expected=str(expected),
        actual=str(actual),
    )


def _same_result(sides: Sides, side: Side, expected: Overload, actual: Overload) -> bool:
    # What PostgREST refuses to call returns an error, in newer generators only.
    refused = any(isinstance(form, Both) for form in expected.returns)
    if refused or any(
        rows_agree(one, other, expected.table, side.choices)
        for one in expected.returns
        for other in actual.returns
    ):
        return True
    # The row as the file declares it: what is wrong with it is said of the table.
    own = _own_row(sides, expected.table)
    form = Array(own) if own is not None and isinstance(expected.returns[0], Array) else own
    return form is not None and form in actual.returns


def _own_row(sides: Sides, table: str | None) -> Object | None:
    relation = sides.file.relations.get(table or "")
    columns = relation.roles.get("Row") if relation is not None else None
    if columns is None:
        return None
    return Object(
        tuple(
            Member(name, column.type, column.optional)
            for name, column in sorted(columns.items())
            if (table, name) not in sides.database.computed
        )
    )


def _difference(sides: Sides, name: str, expected: Overload | None, actual: Overload | None) -> Finding:
    place = actual.place if actual is not None else None
    if place is None and name in sides.file.functions:
        place = sides.file.functions[name][0].place
    wrong = _wrong_argument(expected, actual)
    wanted, found = _texts(expected, actual)
    return _finding(
        sides,
        f"Functions.{name}" + (f".{wrong}" if wrong is not None else ""),
        place,
        f"function {name}",
        expected=wanted,
        actual=found,
    )


def _wrong_argument(expected: Overload | None, actual: Overload | None) -> str | None:
    """Name the one argument that differs, if it is one."""
    if expected is None or actual is None:
        return None
    names = expected.arguments.keys() | actual.arguments.keys()
    wrong = [name for name in names if expected.arguments.get(name) != actual.arguments.get(name)]
    return wrong[0] if len(wrong) == 1 else None


def _texts(expected: Overload | None, actual: Overload | None) -> tuple[str, str]:
    """Return the parts that differ."""
    if expected is None or actual is None or expected.arguments != actual.arguments:
        return (
            "no such overload" if expected is None else f"Args: {_signature(expected)}",
            "missing" if actual is None else f"Args: {_signature(actual)}",
        )
    for one in expected.returns:
        for other in actual.returns:
            if isinstance(one, Object) and isinstance(other, Object):
                return f"Returns: {_unlike(one, other)}", f"Returns: {_unlike(other, one)}"
            if isinstance(one, Array) and isinstance(other, Array):
                row, found = one.element, other.element
                if isinstance(row, Object) and isinstance(found, Object):
                    return f"Returns: {_unlike(row, found)}[]", f"Returns: {_unlike(found, row)}[]"
    return f"Returns: {shown(expected.returns[0])}", f"Returns: {shown(actual.returns[0])}"


def _unlike(row: Object, other: Object) -> str:
    """Return a row without the members that the other one has too."""
    own = tuple(member for member in row.members if member not in other.members)
    return shown(Object(own)) if len(own) == len(row.members) else f"{{ … {shown(Object(own))[1:].lstrip()}"


def _signature(overload: Overload) -> str:
    arguments = ", ".join(
        f"{name}{'?' if column.optional else ''}: {shown(column.type)}"
        for name, column in sorted(overload.arguments.items())
    )
    return f"({arguments})"


def _finding(
    sides: Sides, name: str, place: Place | None, what: str, *, expected: str, actual: str
) -> Finding:
    where = sides.where(place)
    return Finding(
        id=f"types.{name}",
        level="core",
        where=where,
        expected=expected,
        actual=actual,
        message=f"{where}: {what} is declared in another way than {sides.named} have it; "
        f"write the file again: harness schema types --out {sides.path}.",
    )
