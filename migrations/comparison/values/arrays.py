"""Arrays of text, written as Postgres writes them: one text per array, equal for equal arrays only."""

from collections.abc import Sequence

__all__ = ["array_text"]

_SPECIAL = frozenset(' \t\n\v\f\r{}",\\')


def array_text(elements: Sequence[str | None]) -> str:
    """Write a one-dimensional array as ``array_out`` does: ``{a,"b c",NULL,""}``."""
    return "{" + ",".join(_element(element) for element in elements) + "}"


def _element(element: str | None) -> str:
    if element is None:
        return "NULL"
    if element == "" or element.upper() == "NULL" or not _SPECIAL.isdisjoint(element):
        return '"' + element.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return element
