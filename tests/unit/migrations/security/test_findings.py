"""A finding names who can do what with which object, and how to close it."""

from collections.abc import Sequence

import pytest

from harness.models.outcome import Finding
from migrations.security.actors import Absent
from migrations.security.cells import Cell, State
from migrations.security.findings import findings_of
from migrations.security.objects import Relation
from migrations.security.probe import Ability
from tests.security import ANON, INTRUDER, NOTES, PASSER_BY, REQUESTS, cell, function, probe

ACTORS = (ANON, INTRUDER, PASSER_BY)
VIEW = Relation(schema="public", name="people", columns=("email",), is_view=True)


def findings(*cells: Cell, absent: Sequence[Absent] = (), changed: Sequence[str] = ()) -> tuple[Finding, ...]:
    return findings_of(cells, ACTORS, absent, (), changed)


@pytest.mark.parametrize("state", [State.REFUSED, State.HARMLESS])
def test_what_is_closed_is_no_finding(state: State) -> None:
    assert findings(cell(state)) == ()


def test_all_that_one_actor_reads_of_a_table_is_one_finding() -> None:
    columns = [cell(State.OPEN, probe(column=name)) for name in ("id", "status")]
    (finding,) = findings(cell(State.OPEN), *columns)
    assert finding.id == "security.public.bookings.anon_key.read"
    assert (finding.where, finding.level) == ("public.bookings", "core")
    assert finding.actual == "GET, GET id, GET status: 200"
    assert "REVOKE ALL ON public.bookings FROM PUBLIC, anon" in finding.message


def test_each_ability_and_each_actor_has_a_finding_of_its_own() -> None:
    found = findings(
        cell(State.OPEN),
        cell(State.OPEN, probe(ability=Ability.DELETE, verb="DELETE")),
        cell(State.OPEN, actor="no key"),
    )
    assert [finding.id.removeprefix("security.public.bookings.") for finding in found] == [
        "anon_key.read",
        "anon_key.delete",
        "no_key.read",
    ]


def test_readable_links_are_said_on_their_own() -> None:
    _, token = findings(cell(State.OPEN, probe(REQUESTS, column="public_token")))
    assert token.where == "public.scheduling_requests.public_token"


@pytest.mark.parametrize(
    ("opened", "cure"),
    [
        (cell(State.OPEN, probe(VIEW)), "ALTER VIEW public.people SET (security_invoker = true)"),
        (
            cell(State.OPEN, probe(function("book", "uuid"), Ability.CALL)),
            "REVOKE EXECUTE ON FUNCTION public.book(uuid) FROM PUBLIC, anon",
        ),
        (cell(State.OPEN, actor="forged token"), "must not accept this token"),
        (cell(State.LEAK), "quote values in messages"),
    ],
)
def test_it_says_what_to_do(opened: Cell, cure: str) -> None:
    (finding,) = findings(opened)
    assert cure in finding.message


def test_what_could_not_be_told_for_one_reason_is_one_finding_that_does_not_fail() -> None:
    unchecked = [cell(State.UNCHECKED, probe(column=name), reason="no answer") for name in ("id", "status")]
    (finding,) = findings(*unchecked, cell(State.REFUSED))
    assert finding.level == "unchecked"
    assert finding.message == "public.bookings: no answer."
    assert finding.actual.startswith("2 requests")


def test_who_did_not_come_is_named() -> None:
    (finding,) = findings(absent=[Absent(name="signed in", reason="there is no secret")])
    assert (finding.id, finding.level) == ("security.actors.signed_in", "unchecked")


def test_rows_that_changed_in_silence_are_a_finding() -> None:
    (finding,) = findings(cell(State.REFUSED), changed=["bookings"])
    assert (finding.id, finding.level) == ("security.public.bookings.changed", "core")


def test_a_table_with_one_lock_is_advice() -> None:
    (finding,) = findings(cell(State.HIDDEN), cell(State.HIDDEN, probe(column="id")), cell(State.REFUSED))
    assert (finding.id, finding.level) == ("security.public.bookings.granted", "advice")
    assert "REVOKE ALL ON public.bookings FROM PUBLIC, anon" in finding.message


def test_somebodys_own_table_may_rely_on_row_security() -> None:
    assert findings(cell(State.HIDDEN, probe(NOTES))) == ()
