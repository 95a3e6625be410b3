"""An exemption is tried where it can be, and told if it would pass."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.judgement import Kind
from contracts.outcome import findings
from contracts.plan import Adapter
from contracts.report.summary import Facts, summary
from harness.models.outcome import Status

Judge = Callable[..., tuple[Status, str]]
SUBJECTS = '''
from contracts.subjects import MemorySubject
from harness.adapters.capabilities import Capability


class Modest(MemorySubject):
    """Memory that says it lacks what it has."""

    def __init__(self):
        super().__init__()
        self.capabilities = self.capabilities - {Capability.EXACT_NUMBERS}


def modest(stack):
    return Modest()
'''
CASES = """
import pytest
from contracts.case import needs
from harness.adapters.capabilities import Capability

@needs(Capability.{capability})
def test_exempt(store, subject):
    assert store.bookings.count() == 0
    {body}
"""
FACTS = Facts(level="strict", seed=1, workers=1, duration_s=1.0, target={}, migrations_hash=None)
MODEST = Adapter(name="modest", subject="subjects_of_test:modest")


@pytest.fixture(autouse=True)
def subjects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "subjects_of_test.py").write_text(SUBJECTS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_exempt_case_that_passes_is_told_and_does_not_count(judge: Judge, tiny: Any) -> None:
    source = CASES.format(capability="EXACT_NUMBERS", body="pass")
    status, _ = judge(source, "exempt", needs=["numbers:exact"], adapters=(MODEST,))
    assert status is Status.UNCHECKED  # nothing else was executed
    (result,) = tiny.judgement.results
    assert (result.kind, result.reason, result.would_pass) == (Kind.EXEMPT, "numbers:exact", True)
    assert "exempt 1 (lacks numbers:exact: 1, of which 1 would pass)" in summary(tiny.judgement, FACTS)
    (advice,) = (finding for finding in findings(tiny.judgement) if finding.level == "advice")
    assert (advice.id, advice.where) == ("x.exempt", "modest")
    assert "The case is exempt as modest lacks numbers:exact, and passes without it" in advice.message


@pytest.mark.parametrize(
    "body",
    ["assert store.bookings.count() == 1", "raise OSError('no')", "pytest.fail('no')", "pytest.skip('no')"],
)
def test_exempt_case_that_does_not_pass_is_exempt(judge: Judge, tiny: Any, body: str) -> None:
    source = CASES.format(capability="EXACT_NUMBERS", body=body)
    judge(source, "exempt", needs=["numbers:exact"], adapters=(MODEST,))
    (result,) = tiny.judgement.results
    assert (result.kind, result.would_pass) == (Kind.EXEMPT, False)
    assert all(finding.level != "advice" for finding in findings(tiny.judgement))


def test_case_that_needs_a_server_is_not_tried(judge: Judge, tiny: Any) -> None:
    source = CASES.format(capability="SERVER", body="pass")
    judge(source, "exempt", needs=["server"], adapters=(MODEST,))
    (result,) = tiny.judgement.results
    assert (result.kind, result.would_pass) == (Kind.EXEMPT, False)
    assert result.finished.steps == 0
