"""The result of the functional check, as a person reads it."""

from dataclasses import replace

from harness.models.outcome import Counts, Finding, Subject
from loadtests.scenarios.checking import Checked
from loadtests.scenarios.functional import EndpointResult, FunctionalResult
from loadtests.scenarios.table import render


def checked(*findings: Finding) -> Checked:
    memory = FunctionalResult(
        endpoints={"book": EndpointResult(calls=3, round_trips=[0, 0])}, left_out={"cancel": "by phone only"}
    )
    supabase = FunctionalResult(
        endpoints={"book": EndpointResult(calls=2, round_trips=[2, 3])}, left_out={"cancel": "by phone only"}
    )
    return Checked(results={"memory": memory, "supabase": supabase}, findings=findings, subject=Subject())


def wrong(number: int, where: str = "book, supabase") -> Finding:
    return Finding(
        id=f"x{number}",
        level="core",
        where=where,
        expected="",
        actual=f"wrong {number}",
        message="",
    )


def test_what_is_right_is_told_with_its_cost() -> None:
    assert render(checked()).splitlines() == [
        "endpoint            memory                            supabase",
        "book                right, 3 calls, 0 round trips     right, 2 calls, 2 or 3 round trips",
        "",
        "not called: cancel (by phone only)",
        "",
        "OK: the reference API: 1 endpoint answers rightly in memory and supabase",
    ]


def test_what_is_wrong_is_told_and_counted() -> None:
    found = checked(wrong(1))
    text = render(found)
    assert "WRONG, 2 calls" in text
    assert "book, supabase: wrong 1" in text
    assert text.splitlines()[-1].startswith("FAILED: the reference API: 1 of what was checked")
    assert found.counts == {
        "memory": Counts(expected=2, executed=1, passed=1, failed=0, exempt=1),
        "supabase": Counts(expected=2, executed=1, passed=0, failed=1, exempt=1),
    }


def test_a_long_list_is_cut_and_says_so() -> None:
    text = render(checked(*map(wrong, range(25))))
    assert "wrong 19" in text
    assert "wrong 20" not in text
    assert "... and 5 more: all of them with --json PATH" in text


def test_what_is_wrong_everywhere_is_told_once() -> None:
    lines = render(checked(*(wrong(7, f"endpoint{number}, memory") for number in range(9)))).splitlines()
    assert "endpoint0, memory; endpoint1, memory; endpoint2, memory; and 6 more: wrong 7" in lines
    assert sum("wrong 7" in line for line in lines) == 1


def test_a_refused_key_is_named_with_the_way_out() -> None:
    refused = replace(wrong(1), actual="get: status 401")
    assert render(checked(refused)).endswith("in SCHEDULER_API_KEY or headers of [api]")
    assert "SCHEDULER_API_KEY" not in render(checked(wrong(1)))
