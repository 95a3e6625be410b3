"""What differs between two frames of the same segment: pure, a join and a comparison of columns.

Differences are a frame with the columns ``kind``, ``key``, ``column``, ``source`` and ``target``, all
String: one row per column that differs, and one per row that is missing, extra or duplicate, without a
column. A duplicate says how often its key occurs on each side.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

from harness.models import Column, ColumnType, Entity
from migrations.comparison.values.documents import same_documents
from migrations.comparison.values.frame import ODD, UNKNOWN
from migrations.comparison.values.moments import moment_text

__all__ = ["CHANGED", "DUPLICATE", "EXTRA", "MISSING", "SCHEMA", "differences"]

MISSING = "missing"
"""In the source and not in the target."""
EXTRA = "extra"
"""In the target and not in the source."""
CHANGED = "changed"
DUPLICATE = "duplicate"
"""The key occurs more than once on a side, so that nobody can say which rows belong together."""

SCHEMA = dict.fromkeys(("kind", "key", "column", "source", "target"), pl.String())
_RIGHT = "\N{RIGHTWARDS ARROW}"


def differences(source: pl.DataFrame, target: pl.DataFrame, entity: Entity[Any]) -> pl.DataFrame:
    """Compare two frames as `migrations.comparison.values.frame` describes them, in the order of the keys."""
    source, target = _in_order(source), _in_order(target)
    source, target = _with_same_columns(source, target)
    if _are_paired(source["id"], target["id"]):
        # Side by side already: the usual case, and several times cheaper than joins.
        both = source.hstack(target.rename(lambda name: name + _RIGHT))
        return _of_pairs(both, entity)
    twice = _repeated(source, target)
    if twice.height:
        repeated = twice["key"].implode()
        source = source.filter(~pl.col("id").is_in(repeated, nulls_equal=True))
        target = target.filter(~pl.col("id").is_in(repeated, nulls_equal=True))
    both = source.join(target, on="id", how="inner", suffix=_RIGHT, maintain_order="left")
    alone = [_alone(source, target, MISSING), _alone(target, source, EXTRA)]
    return pl.concat([twice, *alone, _of_pairs(both, entity)]).sort("key", maintain_order=True)


def _are_paired(source: pl.Series, target: pl.Series) -> bool:
    """Return True for two sorted series of the same keys, each once and none of them null."""
    if len(source) != len(target) or source.null_count() or not source.equals(target):
        return False
    return not (source[1:] == source[:-1]).any()


def _of_pairs(both: pl.DataFrame, entity: Entity[Any]) -> pl.DataFrame:
    found = [_changed(both, column) for column in entity.columns if column.name != "id"]
    found += [_unknown(both)] if UNKNOWN in both.columns else []
    return pl.concat(found).sort("key", maintain_order=True)


def _in_order(frame: pl.DataFrame) -> pl.DataFrame:
    # A side that was read along an index is in order already.
    return frame if frame["id"].is_sorted(nulls_last=True) else frame.sort("id", nulls_last=True)


def _repeated(source: pl.DataFrame, target: pl.DataFrame) -> pl.DataFrame:
    if source["id"].n_unique() == source.height and target["id"].n_unique() == target.height:
        return pl.DataFrame(schema=SCHEMA)
    counted = _counted(source, "source").join(
        _counted(target, "target"), on="id", how="full", coalesce=True, nulls_equal=True
    )
    twice = counted.filter((pl.col("source") > 1) | (pl.col("target") > 1))
    return twice.select(
        kind=pl.lit(DUPLICATE),
        key=pl.col("id"),
        column=pl.lit(None, pl.String),
        source=_times("source"),
        target=_times("target"),
    )


def _times(side: str) -> pl.Expr:
    count = pl.col(side).fill_null(0)
    return pl.when(count == 1).then(pl.lit("1 row")).otherwise(pl.format("{} rows", count))


def _counted(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.group_by("id").len(name)


def _with_same_columns(source: pl.DataFrame, target: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    odd = sorted({name for name in (*source.columns, *target.columns) if ODD in name})

    def completed(frame: pl.DataFrame) -> pl.DataFrame:
        lacking = [name for name in odd if name not in frame.columns]
        return (
            frame.with_columns(pl.lit(None, pl.String).alias(name) for name in lacking) if lacking else frame
        )

    return completed(source), completed(target)


def _alone(frame: pl.DataFrame, other: pl.DataFrame, kind: str) -> pl.DataFrame:
    """List the rows without a partner. A null key has none, whatever the other side has."""
    return frame.join(other, on="id", how="anti").select(
        kind=pl.lit(kind),
        key=pl.col("id"),
        column=pl.lit(None, pl.String),
        source=pl.lit(None, pl.String),
        target=pl.lit(None, pl.String),
    )


def _changed(both: pl.DataFrame, column: Column) -> pl.DataFrame:
    left, right = both[column.name], both[column.name + _RIGHT]
    is_json = column.type is ColumnType.JSONB
    differs = ~same_documents(left, right) if is_json else left.ne_missing(right)
    odd = column.name + ODD
    if odd in both.columns:
        differs |= both[odd].ne_missing(both[odd + _RIGHT])
    if not differs.any():
        return pl.DataFrame(schema=SCHEMA)
    changed = both.filter(differs)
    return pl.DataFrame(
        {
            "kind": [CHANGED] * changed.height,
            "key": changed["id"],
            "column": [column.name] * changed.height,
            "source": _words(changed, column, ""),
            "target": _words(changed, column, _RIGHT),
        },
        schema=SCHEMA,
    )


def _words(changed: pl.DataFrame, column: Column, suffix: str) -> pl.Series:
    values = changed[column.name + suffix]
    if column.type is ColumnType.TIMESTAMPTZ:
        words = pl.Series(
            [None if value is None else moment_text(value) for value in values], dtype=pl.String
        )
    else:
        words = values.cast(pl.String)
    odd = column.name + ODD + suffix
    return words.zip_with(changed[odd].is_null(), changed[odd]) if odd in changed.columns else words


def _unknown(both: pl.DataFrame) -> pl.DataFrame:
    changed = both.filter(pl.col(UNKNOWN).ne_missing(pl.col(UNKNOWN + _RIGHT)))
    return changed.select(
        kind=pl.lit(CHANGED),
        key=pl.col("id"),
        column=pl.lit("(no column)"),
        source=pl.col(UNKNOWN),
        target=pl.col(UNKNOWN + _RIGHT),
    )


def ids_of(found: pl.DataFrame) -> Sequence[str]:
    """Name the keys that occur in differences, each once."""
    return found["key"].drop_nulls().unique(maintain_order=True).to_list()
