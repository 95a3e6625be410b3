"""Each rule: what it finds, by object, and what it leaves alone."""

import pytest

from migrations.linting.catalogue import RULES
from tests.unit.migrations.linting.fine import FINE
from tests.unit.migrations.linting.found_access import ACCESS
from tests.unit.migrations.linting.found_data import DATA
from tests.unit.migrations.linting.judged import about, judged

FOUND = {**ACCESS, **DATA}


@pytest.mark.parametrize("name", FOUND)
def test_it_is_found(name: str) -> None:
    sql, rule, object_ = FOUND[name]
    assert (rule, object_) in about(judged(f"{sql};"))


@pytest.mark.parametrize("name", FINE)
def test_it_is_left_alone(name: str) -> None:
    result = judged(f"{FINE[name]};")
    assert [f"{hit.rule} {hit.what}" for hit in result.hits] == []
    assert result.notes == ()


def test_each_rule_of_the_statements_is_tried() -> None:
    files = {rule for rule in RULES if rule < "PH010"}
    assert {rule for _, rule, _ in FOUND.values()} == set(RULES) - files


def test_a_finding_says_where() -> None:
    (hit,) = judged("SELECT 1;\n\n-- gone\nDELETE FROM\n  notes;").hits
    assert str(hit.where) == "002_next.sql, line 4"
    (hit,) = judged("SELECT 1;\nDO $$\nBEGIN\n  PERFORM 1;\n  DELETE FROM notes;\nEND $$;").hits
    assert str(hit.where) == "002_next.sql, line 5"


def test_dynamic_sql_of_a_function_is_said_and_no_finding() -> None:
    result = judged(
        "CREATE FUNCTION private.f(t text) RETURNS void LANGUAGE plpgsql AS\n"
        "$$ BEGIN\nEXECUTE format('DROP TABLE %I', t);\nEND $$;"
    )
    assert result.hits == ()
    (note,) = result.notes
    assert note == (
        "Not examined: a part of function private.f (002_next.sql, line 3): it puts SQL together while it "
        "runs (EXECUTE)."
    )


def test_what_is_not_parsed_is_neither_good_nor_bad() -> None:
    (hit,) = judged("SELECT 1;\nCREATE TABEL x (id int);").hits
    assert hit.is_unchecked
    assert 'syntax error at or near "TABEL"' in hit.what


def test_files_that_are_applied_say_what_there_is_and_are_not_judged() -> None:
    assert judged("SELECT 1;", base="CREATE TABLE public.open (id int);").hits == ()
    (hit,) = judged("UPDATE public.open SET id = 1;", base="CREATE TABLE public.open (id int);").hits
    assert hit.rule == "PH040"
