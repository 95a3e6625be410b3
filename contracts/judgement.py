"""From what was expected and what was observed to a result per case. Pure.

A case counts only if it was seen to run, and an adapter only if each of its
cases counts. Whatever is missing is unchecked, never passed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial

from contracts import gaps
from contracts.events import CaseInfo, Collected, Event, Finished, Opened, Started
from contracts.gaps import EXEMPT, Accepted, Announced, Lack, announced
from contracts.incidents import stops, strangers, troubles
from contracts.manifest import Entry
from harness.models.outcome import Counts, Status

__all__ = ["CaseResult", "Judgement", "Kind", "judge", "unchecked"]

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
class Judgement:
    """The result of a run."""

    results: tuple[CaseResult, ...]
    reasons: tuple[str, ...]
    """Why the run as a whole could not check everything, the weightiest first; each a sentence."""
    seconds: Mapping[str, float]
    """Time spent in the cases of each adapter."""
    lacks: tuple[Lack, ...] = ()
    """The operations that are missing, or that a gap names."""

    def of(self, adapter: str) -> tuple[CaseResult, ...]:
        """Return the results of one adapter."""
        return tuple(result for result in self.results if result.adapter == adapter)

    @property
    def counts(self) -> Mapping[str, Counts]:
        """What became of the expected cases of each adapter."""
        tallies: dict[str, Counter[Kind]] = defaultdict(Counter)
        for result in self.results:
            tallies[result.adapter][result.kind] += 1
        return {adapter: _counts(tally) for adapter, tally in tallies.items()}

    @property
    def status(self) -> Status:
        """Failed beats unchecked beats passed."""
        statuses = [Status.UNCHECKED] if self.reasons else []
        for count in self.counts.values():
            if count.failed:
                statuses.append(Status.FAILED)
            complete = count.complete and not count.unchecked
            statuses.append(Status.PASSED if complete else Status.UNCHECKED)
        return Status.worst(statuses)


def _counts(tally: Mapping[Kind, int]) -> Counts:
    passed, failed = tally[Kind.PASSED], tally[Kind.FAILED]
    return Counts(
        expected=sum(tally.values()),
        executed=passed + failed,
        passed=passed,
        failed=failed,
        exempt=tally[Kind.EXEMPT],
        unchecked=tally[Kind.UNCHECKED] + tally[Kind.MISSING],
    )


def unchecked(expected: Sequence[Entry], adapters: Sequence[str], reason: str) -> Judgement:
    """The judgement of a run that never began."""
    results = tuple(
        CaseResult(entry=entry, adapter=adapter, kind=Kind.MISSING)
        for adapter in adapters
        for entry in expected
    )
    return Judgement(results=results, reasons=(reason,), seconds={})


def judge(
    expected: Sequence[Entry],
    adapters: Sequence[str],
    events: Sequence[Event],
    *,
    packages: Sequence[str],
    outside: Sequence[str] = (),
    accepted: Accepted = Accepted(),  # noqa: B008  # a frozen value
) -> Judgement:
    """Account for each expected case on each adapter.

    `packages` are the folders that must have run; `outside` says what is
    known of the run from elsewhere (it was interrupted, the stream is
    damaged), as sentences; `accepted` is what the adapters may lack.
    """
    finished: dict[tuple[str, str], list[Finished]] = defaultdict(list)
    started: dict[tuple[str, str], str] = {}
    capabilities: dict[str, set[str]] = {}
    for event in events:
        match event:
            case Finished():
                finished[event.adapter, event.case].append(event)
            case Started():
                started[event.adapter, event.case] = event.worker
            case Opened():
                capabilities.setdefault(event.adapter, set()).update(event.capabilities)
            case _:
                pass
    heard = announced([event for event in events if isinstance(event, Opened)])
    infos = _infos(events)
    results = tuple(
        _result(
            entry,
            adapter,
            runs=finished.get((adapter, entry.id), []),
            infos=infos.get((adapter, entry.id), []),
            worker=started.get((adapter, entry.id)),
            has=capabilities.get(adapter, set()),
            lack=partial(_lack, heard.get(adapter), accepted.operations),
        )
        for adapter in adapters
        for entry in expected
    )
    ran = [run for runs in finished.values() for run in runs]
    lacks = gaps.lacks(heard, ran, accepted)
    total = len(expected) * len(adapters)
    known = {(adapter, entry.id) for adapter in adapters for entry in expected}
    reasons = [
        *stops(events, len(finished), total),
        *outside,
        *strangers(events, known),
        *troubles(events, packages),
        *gaps.sentences(heard, lacks),
    ]
    seconds: dict[str, float] = defaultdict(float)
    for run in ran:
        seconds[run.adapter] += run.seconds
    return Judgement(results=results, reasons=tuple(dict.fromkeys(reasons)), seconds=seconds, lacks=lacks)


def _lack(heard: Announced | None, accepted: frozenset[str], lacks: Sequence[str]) -> tuple[Kind, str]:
    """What follows from operations that a case did not find: no worker may have heard of any of them."""
    if heard is None or heard.by_any.intersection(lacks):
        named = ", ".join(lacks)
        return Kind.UNCHECKED, f"it did not find operation {named}, although the adapter announced it"
    unexcused = [operation for operation in lacks if operation not in accepted]
    if unexcused:
        return Kind.UNCHECKED, f"{_LACKS}{', '.join(unexcused)}"
    return Kind.EXEMPT, f"{EXEMPT}{lacks[0]}"


def _infos(events: Sequence[Event]) -> Mapping[tuple[str, str], list[CaseInfo]]:
    """The cases that one worker collected: all workers collect the same, or xdist refuses."""
    infos: dict[tuple[str, str], list[CaseInfo]] = defaultdict(list)
    for event in events:
        if isinstance(event, Collected):
            for info in event.cases:
                infos[info.adapter, info.id].append(info)
            break
    return infos


def _result(  # noqa: PLR0911  # one sentence each
    entry: Entry,
    adapter: str,
    *,
    runs: Sequence[Finished],
    infos: Sequence[CaseInfo],
    worker: str | None,
    has: set[str],
    lack: Callable[[Sequence[str]], tuple[Kind, str]],
) -> CaseResult:
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
    (run,) = runs
    if not infos or (infos[0].level, infos[0].needs) != (entry.level, entry.needs):
        return result(
            Kind.UNCHECKED, "its level or needs differ from the manifest: run python -m contracts.manifest"
        )
    if run.spoilt is not None:
        return result(Kind.UNCHECKED, run.spoilt)
    if run.exempt is not None:
        return result(*_exempt(run.exempt, entry, has))
    if run.lacks and run.down is None:
        return result(*lack(run.lacks))
    reason = _why_not_passed(run)
    return result(Kind.PASSED) if reason is None else result(Kind.UNCHECKED, reason)


def _diverged(run: Finished) -> bool:
    """True if the adapter did something else than the case states, and nothing else explains that.

    What a case makes of an operation that is not there is no statement about the others.
    """
    is_explained = run.down is not None or run.spoilt is not None or bool(run.lacks)
    return run.problem is not None and run.problem.divergence and not is_explained


def _exempt(capability: str, entry: Entry, has: set[str]) -> tuple[Kind, str]:
    if capability in entry.needs and capability not in has:
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
