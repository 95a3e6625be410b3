"""A session is whole only if every case ran from end to end, or is exempt for what the store lacks."""

import pytest

from contracts.accounts import Account, Class, rendered
from contracts.manifest import Entry

CASE = Entry(id="crud.a", level="core", needs=(), heading="")
SERVER = Entry(id="crud.s", level="core", needs=("server",), heading="")
WHOLE = (("setup", "passed"), ("call", "passed"), ("teardown", "passed"))


def account(
    *phases: tuple[str, str], case: str = CASE.id, exempt: str | None = None, would_pass: bool = False
) -> Account:
    found = Class("t.py::TestParity", "strict")
    for entry in (CASE, SERVER):
        if entry.id != case:
            for phase, outcome in WHOLE:
                found.note(entry.id, phase=phase, outcome=outcome, exempt=None, would_pass=False)
    for phase, outcome in phases:
        found.note(case, phase=phase, outcome=outcome, exempt=exempt, would_pass=would_pass)
    return found.account([CASE, SERVER])


def test_all_cases_ran() -> None:
    found = account(*WHOLE)
    assert found.complete
    assert found.verdict([]) == "PARITY at level strict"


@pytest.mark.parametrize(
    "phases",
    [
        (),
        (("setup", "skipped"), ("teardown", "passed")),
        (("setup", "passed"), ("call", "skipped"), ("teardown", "passed")),
        (("setup", "passed"), ("call", "xfailed"), ("teardown", "passed")),
        (("setup", "passed"), ("call", "rerun"), *WHOLE),
        (("setup", "passed"), ("call", "passed")),
    ],
)
def test_case_that_did_not_run_whole_is_missing(phases: tuple[tuple[str, str], ...]) -> None:
    found = account(*phases)
    assert not found.complete
    assert found.verdict([]) == "COULD NOT CHECK: 1 of 2 cases did not run (crud.a)."
    assert found.verdict(["-k"]) == "COULD NOT CHECK: 1 of 2 cases did not run (a part was asked for: -k)."


@pytest.mark.parametrize("phase", ["setup", "call", "teardown"])
def test_failure_in_any_phase_is_a_divergence(phase: str) -> None:
    assert account(*[(name, "failed" if name == phase else outcome) for name, outcome in WHOLE]).failed == (
        CASE.id,
    )


def test_failure_beats_missing() -> None:
    found = Class("t.py::TestParity", "strict")
    found.note(CASE.id, phase="call", outcome="failed", exempt=None, would_pass=False)
    assert found.account([CASE, SERVER]).verdict([]) == "DIVERGENCE: 1 case"


def test_exempt_for_what_the_manifest_grants() -> None:
    skipped = (("setup", "skipped"), ("teardown", "passed"))
    found = account(*skipped, case=SERVER.id, exempt="server")
    assert (found.exempt, found.complete) == ({SERVER.id: "server"}, True)
    other = account(*skipped, case=SERVER.id, exempt="client_ids")
    assert other.missing == (SERVER.id,)


def test_nothing_but_exemptions_is_no_parity() -> None:
    found = Class("t.py::TestParity", "strict")
    found.note(SERVER.id, phase="setup", outcome="skipped", exempt="server", would_pass=False)
    assert found.account([SERVER]).verdict([]) == "COULD NOT CHECK: no case was executed."


def test_case_that_the_manifest_lacks_is_named() -> None:
    found = account(*WHOLE, case="crud.new")
    assert found.verdict([]) == "COULD NOT CHECK: cases ran that the manifest lacks: crud.new."


def test_exemption_that_would_pass_is_told() -> None:
    skipped = (("setup", "passed"), ("call", "skipped"), ("teardown", "passed"))
    found = account(*skipped, case=SERVER.id, exempt="server", would_pass=True)
    assert rendered([found], []) == [
        "t.py::TestParity: passed 1, failed 0, exempt 1, not run 0",
        "  lacks server: 1 exempt, of which 1 would pass: is it really lacking?",
        "  PARITY at level strict",
    ]


def test_no_class_is_said() -> None:
    assert rendered([], []) == [
        "No case of the contract was run: no class that extends ContractSuite was collected."
    ]
