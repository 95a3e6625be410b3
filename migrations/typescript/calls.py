"""Compares the functions that ``rpc`` can call, and the enums and composite types."""

from itertools import zip_longest

from harness.models.outcome import Finding
from migrations.typescript.declared import Column, Overload
from migrations.typescript.meaning import shown
from migrations.typescript.sides import Report, Sides
from migrations.typescript.syntax import Both

__all__ = ["compare_function", "compare_named"]


def compare_function(sides: Sides, name: str, report: Report) -> None:
    """Compare one function with each side that has it; every overload counts."""
    actual = sides.file.functions.get(name, ())
    expected: dict[str, list[Overload]] = {}
    for side in sides.others:
        for overload in side.types.functions.get(name, ()):
            expected.setdefault(_signature(overload), []).append(overload)
    left = list(actual)
    unmatched: list[Overload] = []
    for overloads in expected.values():
        match = next((one for one in left if one.arguments == overloads[0].arguments), None)
        if match is None:
            unmatched.append(overloads[0])
            continue
        left.remove(match)
        wrong = next((one for one in overloads if not _same_result(one, match)), None)
        report.add(None if wrong is None else _difference(sides, name, wrong, match))
    for wanted, found in zip_longest(unmatched, left):
        report.add(_difference(sides, name, wanted, found))


def compare_named(sides: Sides, section: str, name: str, expected: Column, actual: Column) -> Finding | None:
    """Compare one enum, or one composite type."""
    if expected.type == actual.type:
        return None
    return _finding(
        sides,
        f"types.{section}.{name}",
        sides.where(actual.place),
        str(expected),
        str(actual),
        f"{name} of {section}",
    )


def _same_result(expected: Overload, actual: Overload) -> bool:
    # What PostgREST refuses to call returns an error, in newer generators only.
    refused = any(isinstance(form, Both) for form in expected.returns)
    return refused or not set(expected.returns).isdisjoint(actual.returns)


def _difference(sides: Sides, name: str, expected: Overload | None, actual: Overload | None) -> Finding:
    place = actual.place if actual is not None else None
    if place is None and name in sides.file.functions:
        place = sides.file.functions[name][0].place
    wrong = _wrong_argument(expected, actual)
    return _finding(
        sides,
        f"types.Functions.{name}" + (f".{wrong}" if wrong is not None else ""),
        sides.where(place),
        "no such overload" if expected is None else _signature(expected, returns=True),
        "missing" if actual is None else _signature(actual, returns=True),
        f"function {name}",
    )


def _wrong_argument(expected: Overload | None, actual: Overload | None) -> str | None:
    """Name the one argument that differs, if it is one."""
    if expected is None or actual is None:
        return None
    names = expected.arguments.keys() | actual.arguments.keys()
    wrong = [name for name in names if expected.arguments.get(name) != actual.arguments.get(name)]
    return wrong[0] if len(wrong) == 1 else None


def _signature(overload: Overload, *, returns: bool = False) -> str:
    arguments = ", ".join(
        f"{name}{'?' if column.optional else ''}: {shown(column.type)}"
        for name, column in sorted(overload.arguments.items())
    )
    return f"({arguments}) => {shown(overload.returns[0])}" if returns else f"({arguments})"


def _finding(sides: Sides, id_: str, where: str, expected: str, actual: str, what: str) -> Finding:
    return Finding(
        id=id_,
        level="core",
        where=where,
        expected=expected,
        actual=actual,
        message=f"{where}: {what} is not what it is declared as; "
        f"write the file again: harness schema types --out {sides.path}.",
    )
