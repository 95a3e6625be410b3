"""Each thing that is broken gives exactly the findings that name it."""

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from migrations.check import check, examine
from tests.integration.migrations.bench import Bench

_CASE = re.compile(r"^-- case: (?P<name>.+)\n(?:-- finds: (?P<finds>.+)\n)?", re.MULTILINE)


def _cases(*names: str) -> list[Any]:
    """Read the sections of files in ``broken/``: the name, the findings that it must give, the SQL."""
    found = []
    for name in names:
        text = (Path(__file__).parent / "broken" / f"{name}.sql").read_text()
        cases = list(_CASE.finditer(text))
        ends = [case.start() for case in cases[1:]] + [len(text)]
        for case, end in zip(cases, ends, strict=True):
            finds = set((case["finds"] or "").split())
            found.append(pytest.param(text[case.end() : end], finds, id=case["name"].replace(" ", "_")))
    return found


@pytest.mark.parametrize(
    ("statements", "expected"),
    _cases("tables", "constraints", "keys", "triggers", "access", "exposure", "functions"),
)
def test_what_is_broken_is_named_and_nothing_else(bench: Bench, statements: str, expected: set[str]) -> None:
    with bench.changed(statements) as database:
        findings = database.examined().findings
    assert {finding.id for finding in findings} == expected
    assert len(findings) == len(expected) > 0
    assert all(finding.level == "core" and finding.expected != finding.actual for finding in findings)


@pytest.mark.parametrize(("statements", "expected"), _cases("harmless"))
def test_what_does_no_harm_is_no_finding(bench: Bench, statements: str, expected: set[str]) -> None:
    with bench.changed(statements) as database:
        assert {finding.id for finding in database.examined().findings} == expected == set()


@pytest.mark.parametrize(("statements", "expected"), _cases("postgrest"))
def test_what_postgrest_would_read_is_named(bench: Bench, statements: str, expected: set[str]) -> None:
    with bench.changed(statements, superuser=True) as database:
        assert {finding.id for finding in database.examined().findings} == expected


@pytest.mark.parametrize(
    "whose", ["ROLE authenticator", "ROLE authenticator IN DATABASE {}", "DATABASE {}", "ROLE ALL"]
)
def test_what_is_printed_resets_a_setting_where_it_was_set(bench: Bench, whose: str) -> None:
    statement = f"ALTER {whose.format(bench.name)} SET statement_timeout = '50ms'"
    with bench.changed(statement, superuser=True) as database:
        (finding,) = database.examined().findings
        database.run(finding.message.removesuffix(".").partition("; ")[2])
        assert database.examined().findings == ()


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_an_outsider_that_no_policy_stops_is_named(bench: Bench, role: str) -> None:
    with bench.changed(f"ALTER ROLE {role} BYPASSRLS") as database:
        assert [finding.id for finding in database.examined().findings] == [f"role.{role}.bypassrls"]


def test_an_empty_database_misses_six_tables_and_says_so_once_each(empty_dsn: str) -> None:
    findings = check(empty_dsn)
    assert len(findings) == 6
    assert all(finding.id.startswith("table.") and finding.actual == "missing" for finding in findings)


def test_a_finding_names_the_object_and_what_to_do(dsn: str) -> None:
    run(dsn, "ALTER TABLE public.bookings DISABLE TRIGGER update_bookings_updated_at")
    (finding,) = check(dsn)
    assert finding.where == "trigger of updated_at on public.bookings"
    assert finding.actual == "update_bookings_updated_at is disabled"
    assert "create update_bookings_updated_at" in finding.message


def test_the_check_leaves_nothing_behind(dsn: str) -> None:
    everything = "SELECT count(*) FROM pg_class UNION ALL SELECT count(*) FROM pg_trigger"
    with psycopg.connect(dsn) as before:
        objects = before.execute(everything).fetchall()
    examine(dsn)
    with psycopg.connect(dsn) as after:
        assert after.execute(everything).fetchall() == objects


def test_it_counts_what_it_examined(dsn: str) -> None:
    examined = examine(dsn).examined
    assert examined["tables"] == 6
    assert examined["functions"] == 14
    assert all(examined.values())


def run(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(statement.encode())
