"""Servers that are down make a case unchecked, and stop the run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.judgement import Kind
from contracts.plan import Adapter
from harness.models.outcome import Status

Judge = Callable[..., tuple[Status, str]]
SUBJECTS = '''
from contracts.subjects import MemorySubject
from harness.adapters.capabilities import Capability
from harness.errors import StackError

class Down(MemorySubject):
    """Memory that says its server is down."""

    def __init__(self):
        super().__init__()
        self.capabilities = self.capabilities | {Capability.SERVER}

    def probe(self):
        return "PostgREST does not answer."

def down(stack):
    return Down()

class Unresettable(Down):
    def reset(self):
        raise OSError("connection refused")

def unresettable(stack):
    return Unresettable()

def unopenable(stack):
    raise StackError("The template could not be copied.")
'''
CASES = """
import pytest

@pytest.mark.parametrize("n", range(20))
def test_fails(store, n):
    assert store.bookings.count() == 1
"""
IDS = tuple(f"fails[{n}]" for n in range(20))


@pytest.fixture(autouse=True)
def subjects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "subjects_of_test.py").write_text(SUBJECTS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.mark.parametrize(
    ("factory", "reason"),
    [
        ("down", "other of worker gw0: PostgREST does not answer; the run stopped after 1 of 20 cases."),
        (
            "unresettable",
            "other of worker gw0: PostgREST does not answer; the run stopped after 1 of 20 cases.",
        ),
        (
            "unopenable",
            "other of worker gw0 could not be opened: The template could not be copied; the run stopped",
        ),
    ],
)
def test_run_stops_when_servers_are_down(judge: Judge, factory: str, reason: str) -> None:
    status, line = judge(
        CASES, *IDS, adapters=(Adapter(name="other", subject=f"subjects_of_test:{factory}"),)
    )
    assert status is Status.UNCHECKED
    assert reason in line


BREAKING = """
import pytest
import harness.errors

@pytest.mark.fault
@pytest.mark.parametrize("n", range(20))
def test_breaks(store, n):
    count = store.bookings.count()
    {end}
"""


def test_servers_that_a_case_breaks_excuse_nothing(judge: Judge, tiny: Any) -> None:
    status, line = judge(
        BREAKING.format(end="assert count == 1"),
        *(f"breaks[{n}]" for n in range(20)),
        adapters=(Adapter(name="other", subject="subjects_of_test:down"),),
    )
    assert (status, line) == (Status.FAILED, "DIVERGENCE: 1 case")
    assert sum(result.kind is Kind.MISSING for result in tiny.judgement.results) == 19


def test_servers_that_a_case_cannot_restore_stop_the_run(judge: Judge) -> None:
    status, line = judge(
        BREAKING.format(end="raise harness.errors.HarnessError('PostgREST did not come back.')"),
        *(f"breaks[{n}]" for n in range(20)),
    )
    assert status is Status.UNCHECKED
    assert "PostgREST did not come back; the run stopped after 1 of 20 cases." in line
