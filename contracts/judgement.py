"""From what was expected and what was observed to a result per case. Pure.

A case counts only if it was seen to run, and an adapter only if each of its
cases counts. Whatever is missing is unchecked, never passed.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contracts import gaps
from contracts.events import CaseInfo, Collected, Event, Finished, Opened, Started
from contracts.gaps import Accepted, Announced, Lack, announced
from contracts.incidents import stops, strangers, troubles
from contracts.manifest import Entry
from contracts.results import CaseResult, Heard, Kind, result_of
from harness.models.outcome import Counts, Status

__all__ = ["CaseResult", "Judgement", "Kind", "judge", "unchecked"]


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
    heard: Mapping[str, Announced] = field(default_factory=dict)
    """What each adapter behind a bridge announced."""
    excuses: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For each adapter the capabilities that it says it lacks, with its reasons."""

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
    excuses = {event.adapter: event.lacks for event in events if isinstance(event, Opened) and event.lacks}
    said = announced([event for event in events if isinstance(event, Opened)])
    heard = {adapter: said[adapter] for adapter in adapters if adapter in said}
    infos = _infos(events)
    results = tuple(
        result_of(
            entry,
            adapter,
            runs=finished.get((adapter, entry.id), []),
            infos=infos.get((adapter, entry.id), []),
            worker=started.get((adapter, entry.id)),
            heard=Heard(
                capabilities=frozenset(capabilities.get(adapter, ())),
                announced=heard.get(adapter),
                accepted=accepted.operations,
            ),
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
    return Judgement(
        results=results,
        reasons=tuple(dict.fromkeys(reasons)),
        seconds=seconds,
        lacks=lacks,
        heard=heard,
        excuses=excuses,
    )


def _infos(events: Sequence[Event]) -> Mapping[tuple[str, str], list[CaseInfo]]:
    """The cases that one worker collected: all workers collect the same, or xdist refuses."""
    infos: dict[tuple[str, str], list[CaseInfo]] = defaultdict(list)
    for event in events:
        if isinstance(event, Collected):
            for info in event.cases:
                infos[info.adapter, info.id].append(info)
            break
    return infos
