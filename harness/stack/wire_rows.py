"""Rows as Postgres keeps them, past any adapter: in wire form, with JSON to the last digit."""

import json
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
from psycopg.types.json import Jsonb, set_json_loads

from harness.adapters.codec import encode_value
from harness.models import Column, ColumnType

__all__ = ["parameter", "read_exact_numbers", "stored"]


def read_exact_numbers(connection: psycopg.Connection[Any]) -> None:
    """Let a connection read JSON so that no digit is lost."""
    set_json_loads(partial(json.loads, parse_float=_number), context=connection)


def stored(column: Column, value: Any) -> Any:
    """Bring a value into wire form, but leave JSON as the server keeps it: that is what is looked for."""
    return value if value is None or column.type is ColumnType.JSONB else encode_value(column, value)


def parameter(column: Column, value: Any) -> Any:
    """Bring a value in wire form into the one that a statement takes."""
    return Jsonb(value) if column.type is ColumnType.JSONB else value


def _number(text: str) -> float | str:
    """Read a number with a fraction; one with more digits than its double needs stays a text, and is seen."""
    number = float(text)
    return number if f"{Decimal(repr(number)):f}" == text else text
