"""Says of many rows at once which are surely good; what is left is judged row by row."""

from functools import cache

import msgspec
import polars as pl

from harness.models import ENTITIES, Column, ColumnType
from migrations.inputs.documents import MAX_DEPTH
from migrations.sources.pausing import collector_paused

__all__ = ["surely_good"]

_UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_INTEGER = "^(?:0|-?[1-9][0-9]{0,8})$"
_DAY = "(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
_TIME = (
    f"^[12][0-9]{{3}}-{_DAY}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{{1,6}})?"
    "(?:Z|[+-](?:0[0-9]|1[0-4])(?::[0-5][0-9])?)$"
)
_PLAIN_ITEM = r"(?:[^\"\\{},\s\x00]+|\"[^\"\\\x00]*\")"
_ARRAY = rf"^\{{(?:{_PLAIN_ITEM}(?:,{_PLAIN_ITEM})*)?\}}$"
_DOUBTFUL_JSON = r"\\u(?:0000|[dD][89a-fA-F])|[0-9]{16}|\x00"
_FORMAT = "%Y-%m-%dT%H:%M:%S%.f%#z"
_READABLE = "_readable"
_DECODER = msgspec.json.Decoder()
_ENCODER = msgspec.json.Encoder()


def surely_good(table: str, rows: pl.DataFrame) -> pl.Series:
    """Return a Boolean for each row: True only for what Postgres takes unchanged, and nobody else changes."""
    entity = ENTITIES[table]
    good = rows.select(pl.all_horizontal(map(_column, entity.columns)).alias("good")).to_series()
    good &= rows.select(_typed(table)).select(_checks(table)).to_series()
    for column in entity.columns:
        if column.type is ColumnType.JSONB:
            with collector_paused():
                good &= _plain_documents(rows[column.name])
            good &= _shallow(rows[column.name])
    return good


def _column(column: Column) -> pl.Expr:
    value = pl.col(column.name)
    match column.type:
        case ColumnType.UUID:
            good = value.str.contains(_UUID)
        case ColumnType.INTEGER:
            good = value.str.contains(_INTEGER)
        case ColumnType.BOOLEAN:
            good = value.is_in(["true", "false"])
        case ColumnType.TIMESTAMPTZ:
            good = value.str.contains(_TIME)
        case ColumnType.TEXT_ARRAY:
            good = value.str.contains(_ARRAY)
        case ColumnType.JSONB:
            good = ~value.str.contains(_DOUBTFUL_JSON)
        case _:
            good = ~value.str.contains("\x00", literal=True)
    return good.fill_null(value=column.nullable)


@cache
def _checks(table: str) -> pl.Expr:
    """Evaluate the table's own conditions. As in SQL, NULL passes."""
    conditions = [pl.sql_expr(check.sql) for check in ENTITIES[table].all_checks]
    checks = pl.all_horizontal([condition.fill_null(value=True) for condition in conditions])
    return (checks & pl.col(_READABLE)).alias("good")


@cache
def _typed(table: str) -> tuple[pl.Expr, ...]:
    """Give the columns that the conditions name their types, and say whether all of them could be read."""
    entity = ENTITIES[table]
    names = {name for check in entity.all_checks for name in pl.sql_expr(check.sql).meta.root_names()}
    columns = [_value(entity.by_name[name]).alias(name) for name in sorted(names)]
    readable = [value.is_not_null() | pl.col(value.meta.output_name()).is_null() for value in columns]
    return (*columns, pl.all_horizontal(readable).alias(_READABLE))


def _value(column: Column) -> pl.Expr:
    value = pl.col(column.name)
    match column.type:
        case ColumnType.INTEGER:
            return value.cast(pl.Int64, strict=False)
        case ColumnType.TIMESTAMPTZ:
            iso = value.str.replace(" ", "T", literal=True)
            return iso.str.to_datetime(_FORMAT, strict=False, time_unit="us").dt.epoch("us")
        case ColumnType.BOOLEAN:
            return value == "true"
        case _:
            return value


def _plain_documents(texts: pl.Series) -> pl.Series:
    """Say which JSON texts msgspec writes as it reads them: no key twice, no number that a double changes.

    Integers are no doubles here; long ones are doubtful to `_DOUBTFUL_JSON`.
    """
    present = texts.drop_nulls().to_list()
    data = "\n".join([*present, ""]).encode()
    try:
        values = _DECODER.decode_lines(data)
        plain = (
            len(values) == len(present) == data.count(b"\n")
            and (
                _ENCODER.encode_lines(values) == data
                # With spaces, as Postgres prints it. A text that holds several values, or a part of one, is
                # no item of an array and a line of its own at once.
                or _ENCODER.encode(values)
                == msgspec.json.format(b"[" + data[:-1].replace(b"\n", b",") + b"]", indent=-1)
            )
        )
    except (msgspec.MsgspecError, RecursionError, OverflowError):
        plain = False
    if plain:
        return pl.repeat(value=True, n=len(texts), dtype=pl.Boolean, eager=True)
    return pl.Series([text is None or _is_plain(text) for text in texts.to_list()], dtype=pl.Boolean)


def _shallow(texts: pl.Series) -> pl.Series:
    """Say which JSON texts are surely nested less deeply than the exact judgement allows."""
    longest = texts.str.len_bytes().max()
    if not isinstance(longest, int) or longest <= 2 * MAX_DEPTH:
        return pl.repeat(value=True, n=len(texts), dtype=pl.Boolean, eager=True)
    return (texts.str.count_matches(r"[\[{]") <= MAX_DEPTH).fill_null(value=True)


def _is_plain(text: str) -> bool:
    data = text.encode()
    try:
        return _ENCODER.encode(_DECODER.decode(data)) == msgspec.json.format(data, indent=-1)
    except (msgspec.MsgspecError, RecursionError, OverflowError):
        return False
