"""What a partial adapter lacks, and which of it is accepted on the day of a run. Pure.

An operation that is not announced leaves the cases that call it unchecked,
unless a gap accepts it: then they are exempt. A gap excuses nothing after its
last day, and nothing that the adapter announces.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from contracts.events import Finished, Opened
from harness.models.operations import required
from harness.settings.gaps import Gap

__all__ = ["EXEMPT", "Accepted", "Announced", "Lack", "State", "announced", "lacks", "sentences"]

EXEMPT = "gap:"
"""Begins the reason of a case that an accepted gap exempts: ``gap:claimSyncJobs``."""
_NAMED = 5
"""Operations that a sentence names; the report lists all."""


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The gaps of a configuration, on the day of a run in UTC."""

    gaps: tuple[Gap, ...] = ()
    today: date = date.min

    @property
    def operations(self) -> frozenset[str]:
        """What may be missing today."""
        return frozenset(gap.operation for gap in self.gaps if gap.is_in_force(self.today))


class State(Enum):
    """What is to be said about an operation that is missing, or that a gap names."""

    MISSING = "missing"
    EXPIRED = "expired"
    """Missing, and a gap accepted it until a day that is past."""
    ACCEPTED = "accepted"
    WORKS = "works"
    """Announced by every adapter, so that the gap is of no use any more."""


@dataclass(frozen=True, kw_only=True)
class Lack:
    """One such operation."""

    operation: str
    state: State
    gap: Gap | None
    blocked: Mapping[str, int]
    """For each adapter that lacks it, how many cases met that."""


@dataclass(frozen=True, kw_only=True)
class Announced:
    """What the workers heard of the operations of one adapter."""

    by_all: frozenset[str]
    by_any: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        """The needed operations that some worker did not hear of, in the order of the protocol."""
        return tuple(name for name in required() if name not in self.by_all)


def announced(opened: Sequence[Opened]) -> Mapping[str, Announced]:
    """Gather what was announced, for each adapter that announces anything: the others have everything."""
    heard: dict[str, list[frozenset[str]]] = {}
    for event in opened:
        if event.operations is not None:
            heard.setdefault(event.adapter, []).append(frozenset(event.operations))
    return {
        adapter: Announced(by_all=frozenset.intersection(*sets), by_any=frozenset.union(*sets))
        for adapter, sets in heard.items()
    }


def lacks(heard: Mapping[str, Announced], runs: Collection[Finished], accepted: Accepted) -> tuple[Lack, ...]:
    """Say what is missing or accepted, in the order of the protocol. `runs` are the cases that ran."""
    met = Counter((run.adapter, operation) for run in runs for operation in run.lacks)
    gaps = {gap.operation: gap for gap in accepted.gaps}
    found = []
    for operation in required():
        without = [adapter for adapter, one in heard.items() if operation in one.missing]
        gap = gaps.get(operation)
        if heard and (without or gap is not None):
            found.append(
                Lack(
                    operation=operation,
                    state=_state(gap, accepted, is_missing=bool(without)),
                    gap=gap,
                    blocked={adapter: met[adapter, operation] for adapter in without},
                )
            )
    return tuple(found)


def _state(gap: Gap | None, accepted: Accepted, *, is_missing: bool) -> State:
    if not is_missing:
        return State.WORKS
    if gap is None:
        return State.MISSING
    return State.ACCEPTED if gap.operation in accepted.operations else State.EXPIRED


def sentences(heard: Mapping[str, Announced], found: Sequence[Lack]) -> Iterator[str]:
    """Say why the run is not whole, if what is missing is the reason."""
    for adapter, one in heard.items():
        if not one.by_all.intersection(required()):
            yield f"{adapter} announced no operation that is needed, so nothing of it can be examined."
        differing = sorted(one.by_any - one.by_all)
        if differing:
            yield (
                f"{adapter} announced {_listed(differing)} to some workers and not to others; "
                "it must announce the same each time it is started."
            )
    missing = [lack for lack in found if lack.state is State.MISSING]
    if missing:
        yield (
            f"The adapter lacks {_listed([_counted(lack) for lack in missing])}: implement what is missing, "
            "or accept it in parity.toml with [[gaps]]."
        )
    expired = [lack for lack in found if lack.state is State.EXPIRED]
    if expired:
        names = [f"{_counted(lack)} on {lack.gap.expires}" for lack in expired if lack.gap is not None]
        yield (
            f"Accepted gaps expired: {_listed(names)}. Implement what is missing, or decide anew until when "
            "it is accepted."
        )


def _counted(lack: Lack) -> str:
    most = max(lack.blocked.values(), default=0)
    return f"{lack.operation} ({most} case{'' if most == 1 else 's'})"


def _listed(names: Sequence[str]) -> str:
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    shown = [*names[:_NAMED], *more]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
