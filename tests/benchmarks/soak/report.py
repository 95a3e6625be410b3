"""What a soak found, for people and for scripts. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.benchmarks.soak.account import Verdict
from tests.benchmarks.soak.gauges import JUDGED_FROM_S, MOST_GROWTH, Held, Steadiness
from tests.benchmarks.soak.said import Outcome

__all__ = ["Report"]

_FEWEST = 0.8
"""The part of the faults that must have been met: one a second was promised."""
_AT_ONCE = 2
"""Times what may be kept: a pool gives the place of a broken connection away before that is closed."""
_SHOWN = 20
_MB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that is known at the end."""

    seconds: float
    most_connections: int
    """TCP connections that the process under test may keep, a listening one included."""
    most_sessions: int
    """Sessions that PostgREST may have at the end: its pool, and one that listens."""
    calls: Mapping[str, Counter[Outcome]]
    faults: Counter[str]
    verdict: Verdict
    held: Steadiness
    gateway: Steadiness
    before: Held
    """Before the store was opened."""
    idle: Held
    """After the last call."""
    closed: Held | None
    """After the store was closed; None where it was not closed while its process lived."""
    sessions: int

    @property
    def findings(self) -> tuple[str, ...]:
        """What should not be, a sentence each."""
        found = self.verdict
        return (
            *(f"lost: {one}" for one in found.lost),
            *(f"doubled: {one}" for one in found.doubled),
            *(f"wrong: {one}" for one in found.wrong),
            *self._leaks(),
        )

    @property
    def unchecked(self) -> str | None:
        """Why nothing was proved; None if something was."""
        if not self.done:
            return "No call was ever done."
        if self.faults.total() < self.seconds * _FEWEST:
            return f"Only {self.faults.total()} faults were met in {self.seconds:.0f} s."
        return None

    @property
    def done(self) -> int:
        """How many calls were acknowledged."""
        return sum(outcomes[Outcome.DONE] for outcomes in self.calls.values())

    @property
    def exit_status(self) -> int:
        """0 if all is well, 1 if something was found, 2 if nothing was proved."""
        return 1 if self.findings else 0 if self.unchecked is None else 2

    def rendered(self) -> str:
        """Return the report, its verdict in the last line."""
        return "\n".join([*self._calls(), "", *self._faults(), "", *self._gauges(), "", *self._ending()])

    def _leaks(self) -> Iterator[str]:
        if self.held.is_judged and self.held.growth > MOST_GROWTH:
            yield f"memory: it grew by {self.held.growth:.1%}, more than {MOST_GROWTH:.0%}"
        for number, most, when in (
            (self.held.most_connections, _AT_ONCE * self.most_connections, "at once"),
            (self.idle.connections, self.most_connections, "after the last call"),
        ):
            if number > most:
                yield f"connections: {number} {when}, more than {most}"
        for when, held in (("after the last call", self.idle), ("after the store was closed", self.closed)):
            if held is not None and held.others > self.before.others:
                yield f"descriptors: {self.before.others} before, {held.others} {when}, sockets not counted"
        if self.closed is not None and self.closed.connections > self.before.connections:
            yield f"connections: {self.closed.connections} are open after the store was closed"
        if self.sessions > self.most_sessions:
            yield f"sessions: {self.sessions} at the end, more than the {self.most_sessions} of PostgREST"

    def _calls(self) -> Iterator[str]:
        names = [outcome.value for outcome in Outcome]
        yield f"{'calls':<24}" + "".join(f"{name:>13}" for name in names)
        for what in sorted(self.calls):
            numbers = [self.calls[what][outcome] for outcome in Outcome]
            yield f"{what:<24}" + "".join(f"{number or '':>13}" for number in numbers)
        totals = [sum(outcomes[outcome] for outcomes in self.calls.values()) for outcome in Outcome]
        yield f"{'all':<24}" + "".join(f"{number:>13}" for number in totals)

    def _faults(self) -> Iterator[str]:
        for name, number in self.faults.most_common():
            yield f"{number:>6}  {name}"
        yield f"{self.faults.total():>6}  faults in {self.seconds:.0f} s"

    def _gauges(self) -> Iterator[str]:
        for name, held in (("under test", self.held), ("gateway", self.gateway)):
            early, late = (f"{number / _MB:.1f} MB" for number in held.memory)
            yield (
                f"memory, {name}: {early} after the warm-up, {late} at the end "
                f"({held.growth:+.1%} in {held.over_s:.0f} s)"
            )
            if course := held.course:
                yield f"  by tenths of the time: {', '.join(f'{number / _MB:.1f}' for number in course)}"
        if not self.held.is_judged:
            yield f"Growth is not judged in less than {JUDGED_FROM_S:.0f} s."
        closed = "" if self.closed is None else f", {self.closed.connections} closed"
        yield (
            f"connections: {self.before.connections} before, at most {self.held.most_connections}, "
            f"{self.idle.connections} idle{closed}"
        )
        closed = "" if self.closed is None else f", {self.closed.others} closed"
        yield f"other descriptors: {self.before.others} before, {self.idle.others} idle{closed}"
        yield f"sessions of PostgREST at the end: {self.sessions}"

    def _ending(self) -> Iterator[str]:
        findings = self.findings
        yield from findings[:_SHOWN]
        if len(findings) > _SHOWN:
            yield f"and {len(findings) - _SHOWN} more"
        numbers = f"{len(self.verdict.lost)} lost, {len(self.verdict.doubled)} doubled"
        match self.exit_status:
            case 0:
                yield f"STEADY: {self.done} calls done, {self.faults.total()} faults, {numbers}"
            case 1:
                yield f"NOT STEADY: {len(findings)} findings, {numbers}"
            case _:
                yield f"COULD NOT CHECK: {self.unchecked}"
