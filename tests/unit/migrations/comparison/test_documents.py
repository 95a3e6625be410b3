"""Two documents are equal when ``jsonb`` calls them equal, and for nothing less."""

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations.comparison.values.documents import equal_documents, same_documents

EQUAL = [
    ("1", "1.0"),
    ("100", "1e2"),
    ("0", "-0.0"),
    ("-0", "0"),
    ("0.10", "1E-1"),
    ('{"a":1,"b":2}', ' {"b" : 2, "a" : 1.00} '),
    ('{"a":1,"a":2}', '{"a":2}'),
    ('"\\u00eb"', '"ë"'),
    ("[1,[2]]", "[ 1.0 , [ 2 ] ]"),
    ("1e400", "1" + "0" * 400),
    ("9007199254740993", "9007199254740993.0"),
    ("1" + "0" * 9000, "1e9000"),
    ("1e-20000", "0.1e-19999"),
]
DIFFERENT = [
    ("9007199254740992", "9007199254740993"),
    ("18446744073709551616", "18446744073709551617"),
    ("0.1", "0.1000000000000000055511151231257827"),
    ('{"a" : 18446744073709551616}', '{"a" : 18446744073709551617}'),
    ('{"a"\n: 0.1}', '{"a"\n: 0.10000000000000000555}'),
    ("1e400", "1e401"),
    ("1" + "0" * 9000, "1" + "0" * 8999 + "1"),
    ("1e-20000", "1e-20001"),
    ("1", "true"),
    ("0", "false"),
    ("1", '"1"'),
    ("1", "-1"),
    ("null", '""'),
    ("{}", "[]"),
    ('{"a":null}', "{}"),
    ("[1,2]", "[2,1]"),
    ("[[1,2],3]", "[[1],2,3]"),
    ("[[]]", "[]"),
    ('"ë"', '"e\u0308"'),
    ('"a"', '"a "'),
    ('{"a":1}', '{"A":1}'),
    ('"\\ud800"', '"\\udc00"'),
    ('{"a":[1,{"b":true}]}', '{"a":[1,{"b":1}]}'),
    ("[1.5]", '["number",[0,"15",-1]]'),
    ("not json", "not json either"),
    ("NaN", "null"),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_equal(one: str, other: str) -> None:
    assert same_documents(pl.Series([one, other]), pl.Series([other, one])).to_list() == [True, True]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different(one: str, other: str) -> None:
    assert same_documents(pl.Series([one, other]), pl.Series([other, one])).to_list() == [False, False]


def test_null_is_no_document() -> None:
    found = same_documents(pl.Series([None, None, "null"]), pl.Series([None, "null", None]))
    assert found.to_list() == [True, False, False]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_the_quick_way_says_what_the_exact_way_says(one: object, other: object) -> None:
    left, right = json.dumps(one), json.dumps(other, indent=1, sort_keys=True)
    quick = same_documents(pl.Series([left]), pl.Series([right])).item()
    assert quick == equal_documents(left, right)
    again = json.dumps(one, indent=1, sort_keys=True, ensure_ascii=False)
    assert same_documents(pl.Series([left]), pl.Series([again])).item()
