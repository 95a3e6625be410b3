"""One self-check: the cases on the broken adapters, and on the correct ones beside them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from contracts.events import Event
from contracts.incidents import troubles
from contracts.manifest import CASES, Manifest
from contracts.plan import MEMORY, SUPABASE, Adapter, Plan
from contracts.runner import DEADLINE_S, Pytest, observe
from contracts.selfcheck.kills import KillTable, Tally
from contracts.selfcheck.mutant import Mutant
from contracts.session import PACKAGES, outside
from harness.errors import ConfigurationError

__all__ = ["SelfCheck"]

_BATCH = 12
"""Broken adapters per run in which all cases run: each multiplies the collected cases."""
_OPEN = "contracts.selfcheck.catalog:open_mutant"


@dataclass(frozen=True, kw_only=True)
class SelfCheck:
    """What to check."""

    mutants: tuple[Mutant, ...]
    manifest: Manifest
    stack: Path | None
    seed: int
    workers: int
    exhaustive: bool
    """Run all cases on every broken adapter, in place of ending each at the first that rejects it."""

    def run(self, watch: Callable[[Event], None] = lambda _: None) -> KillTable:
        """Run it. Raises ConfigurationError if a broken adapter names a killer that does not exist."""
        everything = frozenset(entry.id for entry in self.manifest.entries)
        for mutant in self.mutants:
            if mutant.killer not in everything:
                raise ConfigurationError(
                    f"{mutant.id} names the killer {mutant.killer!r}: no case has this id."
                )
        tally = Tally()
        first = self._first()
        reasons = self._observed(tally, first, watch)
        reasons += tally.distrust({adapter.name: frozenset(adapter.cases) for adapter in first[:2]})
        left = [mutant for mutant in self.mutants if self.exhaustive or not tally.killers(mutant.id)]
        for batch in _batches(left):
            if not reasons:
                reasons += self._observed(tally, [_adapter(mutant) for mutant in batch], watch)
        return KillTable(
            fates=tuple(tally.fate(mutant, everything) for mutant in self.mutants),
            reasons=tuple(reasons),
            idle=tally.idle(sorted(everything)) if self.exhaustive and not reasons else None,
        )

    def _first(self) -> list[Adapter]:
        """The killer of each broken adapter on it, and all of these on the correct adapters."""
        killers = tuple(sorted({mutant.killer for mutant in self.mutants}))
        controls = [replace(adapter, cases=killers) for adapter in (MEMORY, SUPABASE)]
        return [*controls, *(replace(_adapter(mutant), cases=(mutant.killer,)) for mutant in self.mutants)]

    def _observed(
        self, tally: Tally, adapters: Sequence[Adapter], watch: Callable[[Event], None]
    ) -> list[str]:
        seen = observe(
            Pytest(
                cases=CASES,
                plan=Plan(
                    events=None,
                    adapters=tuple(adapters),
                    stack=self.stack,
                    one_by_one=True,
                    until_failure=not self.exhaustive,
                ),
                workers=self.workers,
                seed=self.seed,
                deadline_s=DEADLINE_S,
            ),
            watch,
        )
        tally.take(seen.events)
        return [*outside(seen), *troubles(seen.events, PACKAGES)]


def _adapter(mutant: Mutant) -> Adapter:
    return Adapter(name=mutant.id, subject=_OPEN, argument=mutant.id, needs_stack=mutant.needs_stack)


def _batches(mutants: Sequence[Mutant]) -> Iterator[Sequence[Mutant]]:
    for start in range(0, len(mutants), _BATCH):
        yield mutants[start : start + _BATCH]
