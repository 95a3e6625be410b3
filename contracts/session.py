"""One run of the contract, from the request to the judgement."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import contracts
import harness
from contracts.events import Begun, Ended, Event
from contracts.gaps import Accepted
from contracts.incidents import stops
from contracts.judgement import Judgement, Kind, judge
from contracts.manifest import CASES, Entry, Manifest
from contracts.plan import BUDGET_S, BUDGETED, Adapter, Level, Plan
from contracts.runner import DEADLINE_S, Observation, Pytest, observe
from harness.settings import inherited

__all__ = ["PACKAGES", "Request", "Run", "outside", "run_contract"]

PACKAGES = tuple(str(Path(str(package.__file__)).resolve().parent) for package in (contracts, harness))
"""The folders that must have run."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to run."""

    adapters: tuple[Adapter, ...]
    manifest: Manifest
    seed: int
    level: Level = "strict"
    workers: int = 2
    stack: Path | None = None
    """The record of the running stack, if an adapter needs one."""
    only: tuple[str, ...] = ()
    """Case ids; if there are any, the run is never complete."""
    cases: Path = CASES
    deadline_s: float = DEADLINE_S
    budget_s: float = BUDGET_S
    examples: Path | None = None
    """Where the sequences that failed are kept."""
    long_traceback: bool = False
    accepted: Accepted = field(default_factory=Accepted)
    """What the adapters may lack."""

    @property
    def expected(self) -> tuple[Entry, ...]:
        """The cases that every adapter must account for."""
        return self.manifest.at(self.level)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the adapters."""
        return tuple(adapter.name for adapter in self.adapters)

    @property
    def case_deadline_s(self) -> float:
        """How long a case may take: the one that has a budget may use it all, however long it is."""
        has_budget = any(entry.id == BUDGETED for entry in self.expected)
        return self.deadline_s + (self.budget_s if has_budget else 0.0)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What came of it."""

    judgement: Judgement
    observation: Observation


def run_contract(request: Request, watch: Callable[[Event], None] = lambda _: None) -> Run:
    """Run the cases on the adapters, in random order and in parallel, and judge what was seen."""
    plan = Plan(
        events=None,
        adapters=tuple(replace(adapter, cases=request.only) for adapter in request.adapters),
        stack=request.stack,
        level=request.level,
        seed=request.seed,
        budget_s=request.budget_s,
        examples=request.examples,
        gaps=tuple(sorted(request.accepted.operations)),
    )
    seen = observe(
        Pytest(
            cases=request.cases,
            plan=plan,
            workers=request.workers,
            seed=request.seed,
            long_traceback=request.long_traceback,
            deadline_s=request.case_deadline_s,
        ),
        watch,
    )
    judgement = judge(
        request.expected,
        request.names,
        seen.events,
        packages=PACKAGES,
        outside=outside(seen),
        accepted=request.accepted,
    )
    missing = sum(result.kind is Kind.MISSING for result in judgement.results)
    if missing:
        selection = _selection(request.only)
        if selection or not judgement.reasons:
            total = len(judgement.results)
            why = f" ({selection})" if selection else ""
            reason = f"{missing} of {total} cases did not run{why}; a verdict needs all of them."
            # A selection explains more than what it led to, unless pytest did not even start, or was stopped.
            begun = any(isinstance(event, Begun) for event in seen.events)
            whole = begun and not stops(seen.events, 0, total)
            reasons = (reason, *judgement.reasons) if whole else (*judgement.reasons, reason)
            judgement = replace(judgement, reasons=reasons)
    return Run(judgement=judgement, observation=seen)


def outside(seen: Observation) -> list[str]:
    """Say what is known of a run besides its events, as sentences: why it is not whole, if it is not."""
    sentences = [] if seen.cut_short is None else [seen.cut_short]
    if seen.damaged is not None:
        sentences.append(f"The result cannot be trusted: {seen.damaged}.")
    if not any(isinstance(event, Ended) for event in seen.events) and seen.cut_short is None:
        begun = any(isinstance(event, Begun) for event in seen.events)
        when = "before the run was over" if begun else "before the first case"
        end = f"status {seen.exit_status}" if seen.exit_status >= 0 else f"signal {-seen.exit_status}"
        sentences.append(f"pytest ended with {end} {when}: {seen.last_words}")
    return sentences


def _selection(only: tuple[str, ...]) -> str:
    """Name what may have left cases out: options for pytest in the environment, or --case."""
    env = inherited({})
    named = [f"{name}={env[name]!r} is set" for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if env.get(name)]
    return " and ".join(["--case runs a part only"] * bool(only) + named)
