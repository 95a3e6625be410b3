"""The named changes that a migration may make on purpose, done to the source's values before comparing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from harness.models import ColumnType, Entity
from migrations.comparison.naming import TableNaming
from migrations.comparison.values.frame import ODD, dtype
from migrations.comparison.values.moments import INFINITY, MINUS_INFINITY

__all__ = ["TRANSFORMS", "Transform", "applied"]


@dataclass(frozen=True)
class Transform:
    """A change of the values of one column."""

    types: frozenset[ColumnType]
    """The column types for which it exists."""
    change: Callable[[pl.Expr], pl.Expr]


_TEXT = frozenset({ColumnType.TEXT})
_TIME = frozenset({ColumnType.TIMESTAMPTZ})


def _floored(unit_us: int) -> Callable[[pl.Expr], pl.Expr]:
    def change(value: pl.Expr) -> pl.Expr:
        infinite = value.is_in([INFINITY, MINUS_INFINITY])
        return pl.when(infinite).then(value).otherwise(value - value % unit_us)

    return change


TRANSFORMS: Mapping[str, Transform] = {
    "trim": Transform(_TEXT, lambda value: value.str.strip_chars()),
    "lower": Transform(_TEXT, lambda value: value.str.to_lowercase()),
    "upper": Transform(_TEXT, lambda value: value.str.to_uppercase()),
    "nfc": Transform(_TEXT, lambda value: value.str.normalize("NFC")),
    "empty_to_null": Transform(_TEXT, lambda value: pl.when(value != "").then(value)),
    "null_to_empty": Transform(_TEXT, lambda value: value.fill_null("")),
    "milliseconds": Transform(_TIME, _floored(1_000)),
    "seconds": Transform(_TIME, _floored(1_000_000)),
}


def applied(frame: pl.DataFrame, entity: Entity[Any], naming: TableNaming) -> pl.DataFrame:
    """Change what the mapping says, and empty the columns that are not compared."""
    changed = [TRANSFORMS[word].change(pl.col(name)).alias(name) for name, word in naming.transforms.items()]
    left_out = [name for name in entity.by_name if name not in naming.columns]
    if not changed and not left_out:
        return frame
    empty = [pl.lit(None, dtype(entity.by_name[name].type)).alias(name) for name in left_out]
    return frame.with_columns(*changed, *empty).drop([name + ODD for name in left_out], strict=False)
