"""Servers that are down make a case unchecked, and stop the run."""

from collections.abc import Callable
from pathlib import Path

import pytest

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
