"""The matrix shows the worst of each group, and every count adds up."""

import json
from datetime import UTC, datetime

import pytest

from harness.models.outcome import Outcome, Status
from migrations.security.accounting import counts_of, counts_of_keys
from migrations.security.actors import Absent
from migrations.security.cells import State
from migrations.security.findings import of_problem
from migrations.security.leaks import with_leaks
from migrations.security.matrix import matrix_of
from migrations.security.page import page
from migrations.security.probe import Ability
from migrations.security.publishing import document
from migrations.security.text import markdown, terminal
from tests.security import answer, cell, function, probe

CELLS = [
    cell(State.OPEN, probe(column="id"), reason="rows are shown"),
    cell(State.REFUSED, probe(column="status")),
    cell(State.REFUSED, probe(column="id"), actor="no key"),
    cell(State.REFUSED, probe(column="status"), actor="no key"),
    cell(State.OPEN, probe(ability=Ability.DELETE, verb="DELETE")),
    cell(State.UNCHECKED, probe(ability=Ability.DELETE, verb="DELETE"), actor="no key"),
    cell(State.LEAK, probe(function("a<b>", "uuid"), Ability.CALL, "POST")),
    cell(State.HIDDEN, probe(function("a<b>", "uuid"), Ability.CALL, "POST"), actor="no key"),
]
MATRIX = matrix_of(CELLS)
HOLDS = {"anon key": "SUPABASE_ANON_KEY", "no key": "nothing"}


def test_columns_are_one_line_that_names_the_open_ones() -> None:
    line = MATRIX.lines[0]
    assert (line.object, line.verb) == ("public.bookings", "GET each column")
    assert line.entries["anon key"].state is State.OPEN
    assert line.entries["anon key"].bad == ("id",)
    assert line.entries["no key"].state is State.REFUSED
    assert MATRIX.requests == len(CELLS)


def test_an_object_is_summed_up_in_letters() -> None:
    assert MATRIX.summaries == {
        "public.bookings": {"anon key": "RD", "no key": "?"},
        "public.a<b>(…)": {"anon key": "L", "no key": "."},
    }


def test_every_form_says_the_same() -> None:
    lines = terminal(MATRIX, HOLDS).splitlines()
    assert lines[1].split() == ["public.bookings", "RD", "?"]
    assert "1 anon key: SUPABASE_ANON_KEY" in lines
    text = markdown(MATRIX, "FAILED: 2 findings.")
    assert "| public.bookings | GET each column | OPEN (1 of 2) | refused |" in text
    html = page(MATRIX, "FAILED: 2 findings.", HOLDS, [])
    assert "OPEN (1 of 2)<small>id</small>" in html
    assert "a&lt;b&gt;" in html
    assert "<b>" not in html
    read = json.loads(json.dumps(document(MATRIX, "FAILED: 2 findings.", HOLDS)))
    assert read["lines"][0]["actors"]["anon key"]["not_closed"] == ["id"]


def test_what_had_not_to_be_asked_of_somebody_follows_from_a_refusal() -> None:
    alone = matrix_of([*CELLS, cell(State.REFUSED, probe(ability=Ability.UPDATE, verb="PATCH"))])
    assert "| PATCH | refused | refused with GET |" in markdown(alone, "FAILED: 2 findings.")
    assert "refused with GET" in page(alone, "FAILED: 2 findings.", HOLDS, [])
    asked = {line.verb: line.entries for line in alone.lines if line.object == "public.bookings"}
    assert "no key" not in asked["PATCH"]


def test_an_object_is_in_one_place_also_where_somebody_was_spared_a_request() -> None:
    first, last = probe(), probe(function())
    spared = [cell(State.REFUSED, one, actor="no key") for one in (first, last)]
    others = [cell(State.REFUSED, one) for one in (first, probe(ability=Ability.UPDATE, verb="PATCH"), last)]
    arranged = matrix_of([*spared, *others])
    assert [(line.object, line.verb) for line in arranged.lines] == [
        ("public.bookings", "GET"),
        ("public.bookings", "PATCH"),
        ("public.ops_summary()", "GET"),
    ]


def test_the_page_begins_with_a_line_for_each_object_and_unfolds_what_is_open() -> None:
    html = page(MATRIX, "FAILED: 2 findings.", HOLDS, [])
    overview, _, details = html.partition("Who asked")
    assert '<th scope="row">public.bookings</th><td class="bad">RD</td><td class="doubt">?</td>' in overview
    assert "<details open><summary><code>public.bookings</code>" in details
    closed = matrix_of([cell(State.REFUSED), cell(State.HIDDEN, actor="no key")])
    html = page(closed, "OK", HOLDS, [])
    assert '<td class="good">✓</td><td class="good">✓</td>' in html
    assert "<details open>" not in html


def test_the_counts_are_those_of_the_cells() -> None:
    counts = counts_of(CELLS, [Absent(name="signed in", reason="no secret")])
    anon, nobody, absent = counts["anon key"], counts["no key"], counts["signed in"]
    assert (anon.expected, anon.executed, anon.passed, anon.failed) == (4, 4, 1, 3)
    assert (nobody.expected, nobody.executed, nobody.unchecked) == (4, 3, 1)
    assert (absent.expected, absent.executed, absent.unchecked) == (1, 0, 1)
    assert anon.complete
    assert not nobody.complete
    assert not absent.complete


def test_a_run_that_judged_nothing_cannot_pass() -> None:
    mixed_up = counts_of_keys([of_problem(1, "the keys are mixed up")])
    for counts in (counts_of([], []), mixed_up):
        with pytest.raises(ValueError, match="passed, but"):
            Outcome(
                run_id="r",
                step="schema security",
                status=Status.PASSED,
                started_at=datetime(2026, 1, 15, tzinfo=UTC),
                duration_s=0,
                counts=counts,
            )


@pytest.mark.parametrize(
    ("state", "after"),
    [(State.REFUSED, State.LEAK), (State.UNCHECKED, State.LEAK), (State.OPEN, State.OPEN)],
)
def test_a_refusal_that_quotes_a_row_is_a_leak(state: State, after: State) -> None:
    quoting = answer(400, "22P02")
    told = with_leaks(cell(state), type(quoting)(status=400, text="of ada@example.org"), {"ada@example.org"})
    assert told.state is after
    assert with_leaks(cell(state), quoting, {"ada@example.org"}).state is state
    assert "ada" not in told.reason
