"""What became of one case on one adapter. Pure.

A case counts only if it was seen to run, whole, and for the adapter's sake.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from contracts.events import CaseInfo, Finished
from contracts.gaps import EXEMPT, Announced
from contracts.manifest import Entry

__all__ = ["CaseResult", "Heard", "Kind", "result_of"]

_LACKS = "lacks operation "
_PHASES = {"setup": "passed", "call": "passed", "teardown": "passed"}


class Kind(Enum):
    """What became of one case on one adapter."""

    PASSED = "passed"
    FAILED = "failed"
    EXEMPT = "exempt"
    UNCHECKED = "unchecked"
    MISSING = "missing"
    """Unchecked, because there is no trace of it."""


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """One case on one adapter."""

    entry: Entry
    adapter: str
    kind: Kind
    reason: str = ""
    """Why it is exempt or unchecked."""
    finished: Finished | None = None

    @property
    def is_partial(self) -> bool:
        """True if the case is unchecked because the adapter has no operation that it calls."""
        return self.kind is Kind.UNCHECKED and self.reason.startswith(_LACKS)

    @property
    def would_pass(self) -> bool:
        """True if the case is exempt, was run all the same, and passed: the lack may be declared wrongly."""
        return self.kind is Kind.EXEMPT and self.finished is not None and self.finished.would_pass


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What the workers heard of an adapter, and what it may lack."""

    capabilities: frozenset[str] = frozenset()
    announced: Announced | None = None
    """None if it has every operation."""
    accepted: frozenset[str] = frozenset()
    """Operations whose absence is accepted."""


def result_of(
    entry: Entry,
    adapter: str,
    *,
    runs: Sequence[Finished],
    infos: Sequence[CaseInfo],
    worker: str | None,
    heard: Heard,
) -> CaseResult:
    """Account for one expected case: `runs` are all that is known to have ended, `worker` began the last."""

    def result(kind: Kind, reason: str = "") -> CaseResult:
        return CaseResult(
            entry=entry, adapter=adapter, kind=kind, reason=reason, finished=runs[0] if runs else None
        )

    for run in runs:
        if _diverged(run):
            return CaseResult(entry=entry, adapter=adapter, kind=Kind.FAILED, finished=run)
    if len(infos) > 1 or len(runs) > 1:
        return result(Kind.UNCHECKED, f"{max(len(infos), len(runs))} cases have this id")
    if not runs:
        if worker is not None:
            return result(Kind.UNCHECKED, f"it began on worker {worker} and did not come to an end")
        return result(Kind.MISSING)
    if not infos or (infos[0].level, infos[0].needs) != (entry.level, entry.needs):
        return result(
            Kind.UNCHECKED, "its level or needs differ from the manifest: run python -m contracts.manifest"
        )
    return result(*_of_run(runs[0], entry, heard))


def _of_run(run: Finished, entry: Entry, heard: Heard) -> tuple[Kind, str]:
    if run.spoilt is not None:
        return Kind.UNCHECKED, run.spoilt
    if run.exempt is not None:
        return _exempt(run.exempt, entry, heard)
    if run.lacks and run.down is None:
        return _lack(run.lacks, heard)
    reason = _why_not_passed(run)
    return (Kind.PASSED, "") if reason is None else (Kind.UNCHECKED, reason)


def _diverged(run: Finished) -> bool:
    """True if the adapter did something else than the case states, and nothing else explains that.

    What a case makes of an operation that is not there is no statement about the others.
    """
    is_explained = run.down is not None or run.spoilt is not None or bool(run.lacks)
    return run.problem is not None and run.problem.divergence and not is_explained


def _exempt(capability: str, entry: Entry, heard: Heard) -> tuple[Kind, str]:
    if capability in entry.needs and capability not in heard.capabilities:
        return Kind.EXEMPT, capability
    return Kind.UNCHECKED, f"it was exempted for {capability}, which the manifest does not grant"


def _why_not_passed(run: Finished) -> str | None:
    if run.down is not None:
        return run.down
    if run.problem is not None:
        return f"it could not be examined: {run.problem.message} ({run.problem.where})"
    if run.skipped is not None:
        return f"skipped inside of the case: {run.skipped}"
    if run.phases != _PHASES:
        ends = ", ".join(f"{name} {end}" for name, end in run.phases.items())
        return f"it was not run whole: {ends or 'no phase at all'}"
    if run.steps == 0:
        return "it passed without calling the adapter"
    return None


def _lack(lacks: Sequence[str], heard: Heard) -> tuple[Kind, str]:
    """What follows from operations that a case did not find: no worker may have heard of any of them."""
    if heard.announced is None or heard.announced.by_any.intersection(lacks):
        named = ", ".join(lacks)
        return Kind.UNCHECKED, f"it did not find operation {named}, although the adapter announced it"
    unexcused = [operation for operation in lacks if operation not in heard.accepted]
    if unexcused:
        return Kind.UNCHECKED, f"{_LACKS}{', '.join(unexcused)}"
    return Kind.EXEMPT, f"{EXEMPT}{lacks[0]}"
