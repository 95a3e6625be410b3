"""Statements and cases cover each other, and what does not is named."""

import ast
from pathlib import Path

import pytest

from contracts.behaviours import Behaviours, gaps
from contracts.manifest import Entry, Manifest
from harness.errors import ConfigurationError

ROOT = Path(__file__).parents[3]
CRUD = """
title = "CRUD"
order = 1
[missing_get]
says = "missing get is None"
cases = ["crud.missing_get"]
[limits]
says = "limits hold"
cases = ["queries.limit[zero]", "queries.paging*"]
"""


def case(id_: str) -> Entry:
    return Entry(id=id_, level="core", needs=(), heading="")


def found(text: str, *ids: str) -> list[str]:
    return list(gaps(Behaviours.loads({"crud": text}), [case(id_) for id_ in ids]))


def test_every_statement_has_a_case_and_every_case_a_statement() -> None:
    assert list(gaps(Behaviours.packaged(), Manifest.packaged().entries)) == []


def test_named_tests_exist() -> None:
    missing = [
        f"{behaviour.key}: {test}"
        for behaviour in Behaviours.packaged().all
        for test in behaviour.tests
        if test not in defined(test.partition("::")[0])
    ]
    assert missing == []


def defined(file: str) -> set[str]:
    """Name the tests of a file, those in classes included."""
    path = ROOT / file
    if not path.is_file():
        return set()
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            names |= {
                f"{file}::{node.name}::{item.name}" for item in node.body if isinstance(item, ast.FunctionDef)
            }
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(f"{file}::{node.name}")
    return names


def test_a_name_means_all_parameters_and_brackets_mean_one() -> None:
    ids = ["crud.missing_get[a]", "crud.missing_get[b]", "queries.limit[zero]", "queries.paging_up"]
    assert found(CRUD, *ids) == []


def test_a_case_without_a_statement_is_named() -> None:
    ids = ["crud.missing_get", "queries.limit[zero]", "queries.limit[one]", "queries.paging"]
    assert found(CRUD, *ids) == ["queries.limit[one] proves no statement: name it in contracts/behaviours."]
    assert found(CRUD, *ids[:2], "queries.paging", "crud.missing_get_is_none") == [
        "crud.missing_get_is_none proves no statement: name it in contracts/behaviours."
    ]


def test_a_statement_without_a_case_is_named() -> None:
    assert found(CRUD, "queries.limit[zero]", "queries.paging") == [
        "crud.missing_get names 'crud.missing_get', and the manifest has no such case."
    ]
    assert found('title = "x"\norder = 1\n[one]\nsays = "it holds"') == [
        "crud.one is proved by nothing: name a case of it."
    ]


def test_the_same_statement_twice_is_named() -> None:
    text = CRUD + '[again]\nsays = "limits hold"\ncases = ["crud.missing_get"]'
    assert found(text, "crud.missing_get", "queries.limit[zero]", "queries.paging") == [
        "The statement 'limits hold' stands there 2 times."
    ]


def test_headings_come_in_their_order() -> None:
    texts = {"a": CRUD.replace("order = 1", "order = 2"), "b": CRUD}
    keys = [behaviour.key for behaviour in Behaviours.loads(texts).all]
    assert keys == ["b.missing_get", "b.limits", "a.missing_get", "a.limits"]


def test_statements_of_a_case() -> None:
    proved = Behaviours.packaged().proved_by("crud_ids.missing_get_is_none[bookings]")
    assert [behaviour.key for behaviour in proved] == ["crud.missing_get"]


@pytest.mark.parametrize(
    "text",
    [
        "title =",
        "",
        'title = "x"\norder = "1"',
        'title = "x"\norder = 1\n[a]\ncases = ["a.b"]',
        'title = "x"\norder = 1\n[a]\nsays = "y"\ncases = "a.b"',
        'title = "x"\norder = 1\n[a]\nsays = "y"\ncases = ["a"]',
        'title = "x"\norder = 1\n[a]\nsays = "y"\ncases = ["a.b", "a.b"]',
        'title = "x"\norder = 1\n[a]\nsays = "y"\nproof = ["a.b"]',
        'title = "x"\norder = 1\na = "y"',
    ],
    ids=[
        "no_toml",
        "empty",
        "order_is_text",
        "nothing_said",
        "cases_is_text",
        "no_case_id",
        "twice",
        "unknown_key",
        "no_table",
    ],
)
def test_a_broken_file_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"contracts/behaviours/crud\.toml"):
        Behaviours.loads({"crud": text})
