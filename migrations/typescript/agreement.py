"""When two types of the same value agree although one is narrower: a union of what a CHECK accepts."""

from migrations.typescript.choices import Choices
from migrations.typescript.syntax import NULL, Array, Either, Literal, Name, Object, Type

__all__ = ["agree", "rows_agree"]


def agree(expected: Type, actual: Type, texts: tuple[str, ...]) -> bool:
    """True if the types are equal, or a union of exactly `texts` stands where ``string`` is expected."""
    if expected == actual:
        return True
    wanted, found = _options(expected), _options(actual)
    return (
        bool(texts)
        and (NULL in wanted) is (NULL in found)
        and wanted - {NULL} == {Name("string")}
        and found - {NULL} == {Literal(text) for text in texts}
    )


def rows_agree(expected: Type, actual: Type, table: str | None, choices: Choices) -> bool:
    """The same for a row of a table, or a list of rows."""
    if expected == actual:
        return True
    if isinstance(expected, Array) and isinstance(actual, Array):
        return rows_agree(expected.element, actual.element, table, choices)
    if not isinstance(expected, Object) or not isinstance(actual, Object) or table is None:
        return False
    return len(expected.members) == len(actual.members) and all(
        one.name == other.name
        and one.optional is other.optional
        and agree(one.type, other.type, choices.get((table, one.name), ()))
        for one, other in zip(expected.members, actual.members, strict=True)
    )


def _options(value: Type) -> set[Type]:
    return set(value.options) if isinstance(value, Either) else {value}
