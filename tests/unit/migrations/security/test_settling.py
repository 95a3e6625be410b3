"""What one answer cannot tell is told by others, or said to be unknown."""

from dataclasses import replace

import pytest

from migrations.security.cells import Cell, State
from migrations.security.probe import Ability
from migrations.security.settling import settle
from tests.security import BOOKINGS, NOTES, cell, probe

ROLES = {"anon key": "anon", "forged token": None}
UPDATE = cell(State.UNTOLD, probe(ability=Ability.UPDATE, verb="PATCH"))


def settled(*cells: Cell) -> list[State]:
    return [one.state for one in settle(cells, ROLES)]


@pytest.mark.parametrize(
    ("read", "state"),
    [
        (State.HIDDEN, State.HIDDEN),
        (State.OPEN, State.OPEN),
        (State.REFUSED, State.UNCHECKED),
        (State.UNCHECKED, State.UNCHECKED),
    ],
)
def test_a_change_through_a_filter_reaches_what_is_shown(read: State, state: State) -> None:
    assert settled(cell(read), UPDATE) == [read, state]


def test_what_is_shown_to_one_says_nothing_about_another() -> None:
    assert settled(cell(State.HIDDEN, actor="no key"), UPDATE)[1] is State.UNCHECKED
    assert settled(cell(State.HIDDEN, probe(NOTES)), UPDATE)[1] is State.UNCHECKED


@pytest.mark.parametrize(
    ("about", "state"),
    [
        (replace(BOOKINGS, unguarded=frozenset({"anon"})), State.OPEN),
        (replace(BOOKINGS, closed=frozenset({"anon"})), State.HIDDEN),
        (replace(BOOKINGS, closed=frozenset({"authenticated"})), State.UNCHECKED),
        (BOOKINGS, State.UNCHECKED),
    ],
)
@pytest.mark.parametrize("ability", [Ability.READ, Ability.COUNT, Ability.INSERT, Ability.DELETE])
def test_an_empty_table_is_told_by_the_catalog_or_not_at_all(
    about: object, state: State, ability: Ability
) -> None:
    untold = cell(State.UNTOLD, replace(probe(ability=ability), about=about))  # type: ignore[arg-type]  # a relation
    assert settled(untold) == [state]


@pytest.mark.parametrize(
    ("ability", "state"),
    [(Ability.UPDATE, State.OPEN), (Ability.DELETE, State.OPEN), (Ability.READ, State.REFUSED)],
)
def test_a_change_of_all_rows_needs_nothing_to_be_readable(ability: Ability, state: State) -> None:
    anon = frozenset({"anon"})
    about = replace(BOOKINGS, changing=anon, deleting=anon)
    refused = replace(cell(State.REFUSED, replace(probe(ability=ability), about=about)), by_postgres=True)
    read = cell(State.REFUSED)
    assert settled(read, refused)[1] is state
    assert settled(cell(State.HIDDEN), refused)[1] is State.REFUSED  # its condition was no hindrance
    assert settled(read, replace(refused, actor="forged token"))[1] is State.REFUSED
    foreign = replace(refused.probe, about=replace(NOTES, changing=anon, deleting=anon))
    doubt = State.REFUSED if state is State.REFUSED else State.UNCHECKED
    assert settled(cell(State.REFUSED, probe(NOTES)), replace(refused, probe=foreign))[1] is doubt
    through = replace(refused.probe, column="status", verb="PATCH filtered by")
    assert settled(read, replace(refused, probe=through))[1] is State.REFUSED
    # a gateway that turned somebody away never got to Postgres
    assert settled(read, replace(refused, by_postgres=False))[1] is State.REFUSED


def test_a_token_without_a_role_is_told_by_nothing() -> None:
    guarded = replace(BOOKINGS, closed=frozenset({"anon"}))
    assert settled(cell(State.UNTOLD, probe(guarded), actor="forged token")) == [State.UNCHECKED]


def test_what_may_be_stored_in_somebodys_own_table_is_for_its_policy_to_decide() -> None:
    notes = replace(NOTES, conditional=frozenset({"anon"}))
    assert settled(cell(State.UNTOLD, probe(notes, Ability.INSERT, "POST"))) == [State.HIDDEN]
    ours = replace(BOOKINGS, conditional=frozenset({"anon"}))
    assert settled(cell(State.UNTOLD, probe(ours, Ability.INSERT, "POST"))) == [State.UNCHECKED]


def test_an_insert_is_not_told_by_what_is_shown() -> None:
    insert = cell(State.UNTOLD, probe(NOTES, Ability.INSERT, "POST"))
    assert settled(cell(State.HIDDEN, probe(NOTES)), insert)[1] is State.UNCHECKED
