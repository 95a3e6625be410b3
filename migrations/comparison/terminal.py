"""What a comparison says to a person at a terminal: a line per table, the first differences, the verdict."""

from migrations.comparison.comparison import Comparison, Difference, TableComparison
from migrations.comparison.differences import CHANGED, DUPLICATE, EXTRA, MISSING
from migrations.comparison.excerpts import excerpt, visible
from migrations.wording import counted

__all__ = ["table_line", "verdict", "words_of"]

_VALUE = 64
"""Characters of a value that are shown, approximately."""
_WIDTH = len("scheduling_requests")
_KINDS = {
    MISSING: "is missing in the target",
    EXTRA: "is in the target only",
}


def table_line(table: TableComparison) -> str:
    """Return the counts of one table."""
    sides = f"{table.source_rows:>11,} in the source {table.target_rows:>11,} in the target"
    rows = f"{table.table:{_WIDTH}}  {sides}"
    if table.equal:
        said = "equal" if table.source_rows else "empty on both sides"
    else:
        said = ", ".join(
            f"{count:,} {word}"
            for count, word in (
                (table.missing, "missing"),
                (table.extra, "extra"),
                (table.changed, "changed"),
                (table.duplicates, "duplicate"),
            )
            if count
        )
        if table.columns:
            said += " (" + ", ".join(f"{name} {count:,}" for name, count in table.columns.items()) + ")"
    if table.settled:
        said += f"; {table.settled:,} settled when read again"
    return f"{rows}   {said}"


def words_of(found: Difference) -> str:
    """Say a difference in a line or three."""
    where = f"{found.table} {'(no id)' if found.key is None else visible(found.key)}"
    if found.kind == CHANGED:
        one, other = excerpt(found.source, found.target, _VALUE)
        return f"{where} {found.column}\n    source {one}\n    target {other}"
    if found.kind == DUPLICATE:
        return f"{where} is there more than once: {found.source} in the source, {found.target} in the target"
    return f"{where} {_KINDS[found.kind]}"


def verdict(comparison: Comparison) -> str:
    """Return the last line."""
    ignored = "".join(
        f" Not compared: {', '.join(f'{table}.{name}' for name in names)}."
        for table, names in comparison.unread.items()
    )
    if comparison.equal:
        return f"EQUAL: {counted(comparison.rows, 'row')} compared, in every column.{ignored}"
    differing = counted(comparison.differing, "row")
    return f"DIFFERENT: {differing} of {comparison.rows:,} differ.{ignored}"
