"""Closed is said only of what was looked at; open is open whatever else is true."""

from dataclasses import replace

import pytest

from migrations.security.answers import Answer, Silence
from migrations.security.cells import State
from migrations.security.judging import judge
from migrations.security.probe import PLANNED, Ability, Probe
from tests.security import (
    ANON,
    BOOKINGS,
    DENIED,
    HISTORY,
    INTRUDER,
    NOTES,
    PASSER_BY,
    SEEN,
    answer,
    function,
    probe,
)

INSERT = probe(ability=Ability.INSERT, verb="POST")
UPDATE = probe(ability=Ability.UPDATE, verb="PATCH")
DELETE = probe(ability=Ability.DELETE, verb="DELETE")
COUNT = probe(ability=Ability.COUNT, verb="HEAD")
PLAN = probe(ability=Ability.COUNT, verb=PLANNED)
STORED = answer(409, "23505", "duplicate key")
CHANGED = answer(204, total=1)


@pytest.mark.parametrize(
    ("asked", "got", "control", "state"),
    [
        (probe(), DENIED, SEEN, State.REFUSED),
        (probe(), answer(200, rows=1), SEEN, State.OPEN),
        (probe(), answer(200, rows=0), SEEN, State.HIDDEN),
        (probe(), answer(200, rows=0), answer(200, rows=0), State.UNTOLD),
        (probe(), answer(400, "22P02", "invalid input syntax"), SEEN, State.OPEN),
        (probe(), answer(200), SEEN, State.UNCHECKED),
        (probe(), answer(404, "PGRST205"), SEEN, State.UNCHECKED),
        (probe(), answer(500, "57014"), SEEN, State.UNCHECKED),
        (probe(), answer(429), SEEN, State.UNCHECKED),
        (COUNT, answer(200, total=0), SEEN, State.HIDDEN),
        (COUNT, answer(206, total=3), SEEN, State.OPEN),
        (COUNT, answer(200), SEEN, State.UNCHECKED),
        (PLAN, answer(206, total=40), SEEN, State.OPEN),
        (PLAN, answer(200, total=0), SEEN, State.HIDDEN),
        (PLAN, answer(200, total=1), SEEN, State.UNTOLD),  # the least that a planner ever says
        (probe(NOTES, Ability.COUNT, PLANNED), answer(206, total=40), SEEN, State.UNTOLD),
        (COUNT, answer(401), SEEN, State.REFUSED),  # no body: the other answers say who refused
        (INSERT, DENIED, STORED, State.REFUSED),
        (INSERT, STORED, STORED, State.OPEN),
        (INSERT, answer(400, "23502"), STORED, State.OPEN),
        (INSERT, answer(201), STORED, State.OPEN),
        (UPDATE, answer(204, total=1), CHANGED, State.OPEN),
        (UPDATE, answer(204, total=0), CHANGED, State.HIDDEN),
        (UPDATE, answer(204, total=0), answer(204, total=0), State.UNTOLD),
        (UPDATE, answer(400, "23502"), CHANGED, State.OPEN),
        (DELETE, answer(204, total=1), CHANGED, State.OPEN),
        (DELETE, DENIED, CHANGED, State.REFUSED),
    ],
)
def test_what_an_answer_shows(asked: Probe, got: Answer, control: Answer, state: State) -> None:
    assert judge(asked, ANON, got, control).state is state


@pytest.mark.parametrize(
    ("control", "why"),
    [
        (Silence("timed out"), "got no answer (timed out)"),
        (DENIED, "GRANT SELECT ON public.bookings TO service_role"),
        (answer(401, message="Invalid API key"), "is not accepted (401: Invalid API key)"),
        (answer(401, "PGRST301", "JWT expired"), "is not accepted (401 PGRST301: JWT expired)"),
        (answer(404, "42P01"), "is not there"),
        (answer(404, "PGRST205"), "is not there"),
        (answer(503), "got 503"),
    ],
)
def test_a_refusal_proves_nothing_where_the_server_gets_nothing_either(
    control: Answer | Silence, why: str
) -> None:
    cell = judge(probe(), ANON, DENIED, control)
    assert cell.state is State.UNCHECKED
    assert why in cell.reason


def test_what_is_open_is_open_without_any_control() -> None:
    assert judge(probe(), ANON, SEEN, Silence("timed out"), stranger="unknown").state is State.OPEN


def test_a_key_that_the_project_does_not_know_is_not_refused_by_a_table() -> None:
    got = answer(401, message="Invalid API key")
    cell = judge(probe(), ANON, got, SEEN)
    assert cell.state is State.UNCHECKED
    assert "before public.bookings was looked at" in cell.reason
    assert judge(probe(), PASSER_BY, got, SEEN).state is State.REFUSED
    assert judge(probe(), INTRUDER, got, SEEN).state is State.REFUSED
    assert judge(probe(), INTRUDER, got, SEEN, stranger="the anon key is unknown").state is State.UNCHECKED


def test_no_answer_is_no_refusal() -> None:
    assert judge(probe(), ANON, Silence("reset"), SEEN).state is State.UNCHECKED


def test_not_even_the_server_changes_the_history() -> None:
    change = probe(HISTORY, Ability.UPDATE, "PATCH")
    append = probe(HISTORY, Ability.INSERT, "POST")
    assert judge(change, ANON, DENIED, DENIED).state is State.REFUSED
    assert judge(append, ANON, DENIED, DENIED).state is State.UNCHECKED


def test_a_table_of_somebodys_own_may_be_closed_to_the_server() -> None:
    assert judge(probe(NOTES), ANON, DENIED, DENIED).state is State.REFUSED
    granted = judge(probe(NOTES, Ability.INSERT, "POST"), ANON, answer(201), answer(201))
    assert granted.state is State.UNTOLD  # no row was sent: a policy may yet stop one


@pytest.mark.parametrize(
    ("runs", "got", "state"),
    [
        (False, answer(401, "42501", "permission denied for function book"), State.REFUSED),
        (False, answer(400, "22P02", "invalid input syntax for type uuid"), State.OPEN),
        (True, answer(401, "42501", "permission denied for function book"), State.REFUSED),
        (True, answer(401, "42501", "permission denied for table bookings"), State.OPEN),
        (True, answer(405, "25006", "read-only transaction"), State.OPEN),
        (True, answer(404, "PT404", "bookings"), State.OPEN),
        (True, answer(200, rows=0), State.OPEN),
        (False, answer(404, "PGRST202", "not found"), State.UNCHECKED),
    ],
)
def test_a_function_that_runs_can_be_called_whatever_it_says(
    *, runs: bool, got: Answer, state: State
) -> None:
    about = probe(function("book", "uuid"), Ability.CALL, "POST", runs=runs)
    assert judge(about, ANON, got, answer(400, "22P02")).state is state


@pytest.mark.parametrize(
    ("definer", "state"), [(True, State.OPEN), (False, State.HARMLESS), (None, State.UNCHECKED)]
)
def test_a_function_of_somebodys_own_matters_if_it_has_the_rights_of_its_owner(
    *, definer: bool | None, state: State
) -> None:
    about = probe(function("hello", is_ours=False, security_definer=definer), Ability.CALL, runs=True)
    assert judge(about, ANON, answer(200), answer(200)).state is state


def test_a_function_that_is_not_there_proves_nothing() -> None:
    about = probe(function("book", "uuid"), Ability.CALL, "POST")
    denied = answer(401, "42501", "permission denied for function book")
    assert judge(about, ANON, denied, answer(404, "PGRST202")).state is State.UNCHECKED
    missing_grant = judge(about, ANON, denied, denied)
    assert "GRANT EXECUTE ON FUNCTION public.book(uuid) TO service_role" in missing_grant.reason


def test_a_part_of_a_table_that_is_not_served_is_closed() -> None:
    part = replace(NOTES, is_partition=True)
    for missing in (answer(404, "PGRST205", "Could not find the table"), answer(404)):
        assert judge(probe(part), ANON, missing, missing).state is State.REFUSED
    assert judge(probe(part), ANON, SEEN, SEEN).state is State.OPEN
    assert judge(probe(NOTES), ANON, missing, missing).state is State.UNCHECKED


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("55000", 'cannot insert into view "totals"'),
        ("42809", 'cannot change materialized view "daily"'),
        ("428C9", 'column "id" can only be updated to DEFAULT'),
        ("428C9", 'cannot insert a non-DEFAULT value into column "id"'),
        ("0A000", 'cannot update column "n" of view "totals"'),
    ],
)
def test_what_not_even_the_server_can_do_is_closed(code: str, said: str) -> None:
    change = probe(NOTES, Ability.UPDATE, "PATCH", column="id")
    impossible = answer(500, code, said)
    assert judge(change, ANON, impossible, impossible).state is State.REFUSED
    assert judge(change, ANON, impossible, answer(500, code, "a trigger's own")).state is State.UNCHECKED
    assert judge(change, ANON, CHANGED, impossible).state is State.OPEN


def test_every_table_of_the_models_is_ours() -> None:
    assert probe(BOOKINGS).is_ours
    assert not probe(NOTES).is_ours
