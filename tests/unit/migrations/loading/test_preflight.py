"""Each reason why a copy would fail or lose rows is named, with what to do, before anything is written."""

from dataclasses import replace
from typing import Any

import pytest

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from migrations.loading.preflight import Facts, ServerFacts, TableFacts, problems, require

SERVER = ServerFacts(
    standby=False,
    read_only=False,
    replica=False,
    temporary=True,
    may_create=True,
    has_ledger=False,
    has_schema=False,
    role="loader",
    database="app",
    version="17.4",
    encoding="UTF8",
    may_identify=True,
)
TABLES = {
    table: TableFacts(
        table=table,
        kind="r",
        may_select=True,
        may_insert=True,
        rows_hidden=False,
        columns=[f"{column.name} {column.type.value}" for column in entity.columns],
        generated=[],
        keys=[
            ", ".join(unique.columns) + (" WHERE" if unique.where else "") for unique in entity.all_uniques
        ],
        links=[
            f"{column.name} {column.references.table}"
            for column in entity.columns
            if column.references is not None
        ],
        triggers=[],
        rules=[],
        rules_of_rows=[],
    )
    for table, entity in ENTITIES.items()
}


def facts(server: ServerFacts = SERVER, **bookings: Any) -> Facts:
    changed = replace(TABLES["bookings"], **bookings)
    return Facts(server=server, tables=tuple({**TABLES, "bookings": changed}.values()))


def found(given: Facts, *, allow_triggers: bool = False) -> str:
    (only,) = problems(given, allow_triggers=allow_triggers)
    return only


def test_a_target_that_is_ready_has_no_problem() -> None:
    require(facts(), allow_triggers=False)


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (replace(SERVER, standby=True), "standby"),
        (replace(SERVER, read_only=True), "read-only"),
        (replace(SERVER, replica=True), "ALTER ROLE loader RESET session_replication_role"),
        (replace(SERVER, encoding="LATIN1"), "encoded in LATIN1"),
        (replace(SERVER, temporary=False), "GRANT TEMPORARY ON DATABASE app TO loader"),
        (replace(SERVER, may_create=False), "GRANT CREATE ON DATABASE app TO loader"),
        (replace(SERVER, has_schema=True), "not this tool's"),
    ],
)
def test_a_server_that_cannot_take_rows_is_refused(server: ServerFacts, expected: str) -> None:
    assert expected in found(facts(server))


def test_whoever_may_not_create_needs_not_where_the_ledger_is_there() -> None:
    require(facts(replace(SERVER, may_create=False, has_schema=True, has_ledger=True)), allow_triggers=False)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"kind": "v"}, "no ordinary table"),
        ({"may_insert": False}, "GRANT INSERT ON public.bookings TO loader"),
        ({"may_select": False, "may_insert": False}, "lacks SELECT and INSERT on public.bookings"),
        ({"rows_hidden": True}, "Row level security hides rows of public.bookings from loader"),
        ({"keys": TABLES["bookings"].keys[1:]}, "no valid unique index on id (bookings_pkey)"),
        ({"links": []}, "bookings.request_id has no foreign key to scheduling_requests"),
        ({"generated": ["slot"]}, "computes slot itself"),
        ({"rules": ["divert"]}, "divert"),
        ({"triggers": ["stamp"]}, "DISABLE TRIGGER stamp"),
        ({"columns": [*TABLES["bookings"].columns, "notes text"]}, "has: notes text"),
        ({"columns": TABLES["bookings"].columns[1:]}, "lacks: id uuid"),
        ({"columns": ["id bigint", *TABLES["bookings"].columns[1:]]}, "has: id bigint; lacks: id uuid"),
    ],
)
def test_a_table_that_would_lose_or_change_rows_is_refused(change: dict[str, Any], expected: str) -> None:
    assert expected in found(facts(**change))


def test_triggers_can_be_allowed() -> None:
    assert list(problems(facts(triggers=["stamp"]), allow_triggers=True)) == []


def test_a_target_without_the_tables_names_the_command_that_makes_them() -> None:
    with pytest.raises(ConfigurationError, match=r"no scheduling_requests.*harness schema apply"):
        require(Facts(server=SERVER, tables=()), allow_triggers=False)


def test_the_schema_fingerprint_is_of_the_schema_only() -> None:
    given = facts()
    assert facts(may_insert=False).schema_fingerprint == given.schema_fingerprint
    assert facts(rules_of_rows=["CHECK (true)"]).schema_fingerprint != given.schema_fingerprint
