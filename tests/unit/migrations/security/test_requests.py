"""The requests cover everything, are the same for everybody, and can do no harm."""

import json
from dataclasses import replace
from uuid import UUID

import pytest

from harness.models import ENTITIES
from migrations.files import PACKAGED, read_directory
from migrations.requirements import FUNCTIONS
from migrations.security.calling import calls, is_askable
from migrations.security.objects import HELPERS, Surface, expected, joined
from migrations.security.probe import Ability, Aim, Probe
from migrations.security.requests import probes
from migrations.security.rows import Rows
from tests.security import NOTES, function

ROWS = Rows(namespace=UUID(int=7), number=4)
OWN = {table: Aim(values=ROWS.other(table, 1), row=ROWS.id(table, 1)) for table in ENTITIES}
GIVEN = {table: Aim(values=ROWS.other(table, 1), row=None) for table in ENTITIES}
SURFACE = joined(expected(), Surface(relations=(NOTES,), functions=()))
EVERYTHING = list(probes(SURFACE, GIVEN))


def asked(about: str, ability: Ability) -> list[Probe]:
    return [one for one in EVERYTHING if one.about.name == about and one.ability is ability]


@pytest.mark.parametrize("table", list(ENTITIES))
def test_each_column_is_read_inserted_and_changed_on_its_own(table: str) -> None:
    columns = {column.name for column in ENTITIES[table].columns}
    for ability in (Ability.READ, Ability.INSERT, Ability.UPDATE):
        assert {one.column for one in asked(table, ability)} == {None, *columns}
    assert {one.verb for one in asked(table, Ability.COUNT)} == {"HEAD", "HEAD planned"}
    assert {one.column for one in asked(table, Ability.DELETE)} == {None, *columns} - {"id"}


@pytest.mark.parametrize("name", [one.name for one in FUNCTIONS])
def test_each_function_is_called_both_ways(name: str) -> None:
    assert [one.verb for one in asked(name, Ability.CALL)] == ["GET", "POST"]


def test_everybody_sends_the_same_requests() -> None:
    assert [one.what for one in probes(SURFACE, OWN)] == [one.what for one in EVERYTHING]


def test_a_change_in_a_given_project_matches_no_row() -> None:
    for one in EVERYTHING:
        if one.ability in {Ability.UPDATE, Ability.DELETE}:
            (name, null), (same, not_null) = one.request.query
            assert name == same
            assert (null, not_null) == ("is.null", "not.is.null")
            assert not one.aims_at_row


def test_a_change_on_our_own_stack_aims_at_the_row_that_is_there_for_it() -> None:
    changes = [one for one in probes(expected(), OWN) if one.ability in {Ability.UPDATE, Ability.DELETE}]
    through = [one for one in changes if not one.aims_at_row]
    assert all(one.request.query[1][1] == "not.is.null" for one in through)
    direct = [one for one in changes if one.aims_at_row]
    assert {one.ability for one in direct} == {Ability.UPDATE, Ability.DELETE}
    for one in direct:
        assert one.request.query == (("id", f"eq.{ROWS.id(one.about.name, 1)}"),)


def test_an_insert_repeats_the_id_that_it_was_given_or_lacks_what_it_must_have() -> None:
    for one in EVERYTHING:
        if one.ability is not Ability.INSERT or not one.is_ours:
            continue
        sent = json.loads(one.request.body or b"")
        if one.column is None:
            assert sent["id"] == GIVEN[one.about.name].values["id"]
        else:
            assert sent == {one.column: None}
            required = [
                column.name
                for column in ENTITIES[one.about.name].columns
                if not column.nullable and column.default is None and column.name != one.column
            ]
            assert required


def test_an_insert_into_somebodys_own_table_is_of_no_row() -> None:
    inserts = asked("notes", Ability.INSERT)
    assert [one.request.body for one in inserts] == [b"[]", b"[]"]
    assert [one.column for one in inserts] == ["id", "note"]


@pytest.mark.parametrize(
    ("kinds", "verbs"),
    [
        (("uuid",), ["GET", "POST"]),
        (("text", "integer"), ["GET", "POST"]),
        (("text",), ["GET"]),  # any value is a text: a POST would run it
        ((), ["GET"]),
        (("text[]",), ["POST"]),
        (("public.bookings",), []),  # without the catalog, it may be a text by another name
        (("bytea",), []),
    ],
)
def test_a_function_of_somebodys_own_never_runs_where_it_may_write(
    kinds: tuple[str, ...], verbs: list[str]
) -> None:
    surface = Surface(relations=(), functions=(function("own", *kinds, is_ours=False),))
    found = list(probes(surface, {}))
    assert [one.verb for one in found] == verbs
    assert [one.runs for one in found] == [one.verb == "GET" for one in found]


def test_a_function_whose_arguments_refuse_words_is_called_with_some() -> None:
    own = function("own", "public.bookings", is_ours=False)
    refusing = replace(own, arguments=tuple(replace(one, refuses=True) for one in own.arguments))
    assert [one.verb for one in calls(refusing)] == ["POST"]
    assert is_askable(refusing)
    assert not is_askable(own)


def test_another_schema_is_named_in_each_request() -> None:
    relation = joined(expected()).relations[0]
    other = Surface(relations=(type(relation)(schema="api", name="v", columns=("a",)),), functions=())
    for one in probes(other, {}):
        name = "Accept-Profile" if one.request.method in {"GET", "HEAD"} else "Content-Profile"
        assert one.request.headers[name] == "api"


def test_every_function_of_the_migrations_is_ours() -> None:
    text = "".join(statement.text for file in read_directory(PACKAGED) for statement in file.statements)
    created = {
        part.split("(")[0].strip()
        for part in text.split("FUNCTION public.")[1:]
        if "RETURNS" in part.split("$$")[0] and "RETURNS trigger" not in part.split("$$")[0]
    }
    assert {one.name for one in FUNCTIONS} | HELPERS == created
