"""Tiny contracts: a module of cases in a directory, judged on memory."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from contracts.judgement import Judgement
from contracts.manifest import Entry, Manifest
from contracts.marks import register_marks
from contracts.plan import MEMORY, Adapter
from contracts.report.summary import last_line
from contracts.session import Request, run_contract
from harness.models.outcome import Status


def pytest_configure(config: pytest.Config) -> None:
    """Let tests call cases of the contract: their marks are known to its own configuration only."""
    register_marks(config)


class Tiny:
    """Judges a source text as a contract of its own."""

    def __init__(self, directory: Path) -> None:
        self.cases = directory / "cases"
        self.cases.mkdir()
        self.judgement = Judgement(results=(), reasons=(), seconds={})

    def judge(
        self,
        source: str,
        *expected: str,
        adapters: tuple[Adapter, ...] = (MEMORY,),
        needs: Sequence[str] = (),
        workers: int = 1,
        only: tuple[str, ...] = (),
        deadline_s: float = 60.0,
    ) -> tuple[Status, str]:
        """Write the cases, run them, and return status and last line. `needs` holds for all of them."""
        (self.cases / "test_x.py").write_text(source, encoding="utf-8")
        entries = [Entry(id=f"x.{name}", level="core", needs=tuple(needs), heading="") for name in expected]
        request = Request(
            adapters=adapters,
            manifest=Manifest(tuple(entries)),
            seed=1,
            workers=workers,
            cases=self.cases,
            only=only,
            deadline_s=deadline_s,
        )
        self.judgement = run_contract(request).judgement
        return self.judgement.status, last_line(self.judgement)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Everything that was said about what is unchecked."""
        return (*self.judgement.reasons, *(result.reason for result in self.judgement.results))


Judge = Callable[..., tuple[Status, str]]


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        monkeypatch.delenv(name, raising=False)
    return Tiny(tmp_path)


@pytest.fixture
def judge(tiny: Tiny) -> Judge:
    return tiny.judge
