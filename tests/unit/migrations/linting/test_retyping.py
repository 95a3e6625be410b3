"""Which changes of type keep every value."""

import pytest

from migrations.linting.retyping import keeps_every_value

KEPT = [
    ("int4", "int8"),
    ("int2", "numeric"),
    ("int4", "text"),
    ("varchar(10)", "varchar(10)"),
    ("varchar(10)", "varchar(11)"),
    ("varchar(10)", "varchar"),
    ("varchar(10)", "text"),
    ("text", "varchar"),
    ("numeric(6,2)", "numeric(7,3)"),
    ("numeric(6,2)", "numeric"),
    ("timestamptz(3)", "timestamptz"),
    ("float4", "float8"),
    ("text[]", "text[]"),
    ("int4[]", "int8[]"),
    ("date", "timestamp"),
    ("citext", "citext"),
]
LOST = [
    ("int8", "int4"),
    ("text", "varchar(10)"),
    ("varchar(10)", "varchar(9)"),
    ("varchar", "varchar(10)"),
    ("numeric(6,2)", "numeric(6,3)"),
    ("numeric(6,2)", "numeric(6,1)"),
    ("numeric(6,2)", "int4"),
    ("int4", "numeric(5,2)"),
    ("float8", "float4"),
    ("timestamptz", "timestamp"),
    ("timestamp", "timestamptz"),
    ("timestamptz", "timestamptz(3)"),
    ("timestamptz", "date"),
    ("text", "int4"),
    ("text", "uuid"),
    ("text[]", "text"),
    ("text", "text[]"),
    ("json", "jsonb"),
    ("bpchar(5)", "text"),
    ("mood", "text"),
]


@pytest.mark.parametrize(("before", "after"), KEPT)
def test_kept(before: str, after: str) -> None:
    assert keeps_every_value(before, after)


@pytest.mark.parametrize(("before", "after"), LOST)
def test_not_certain(before: str, after: str) -> None:
    assert not keeps_every_value(before, after)
