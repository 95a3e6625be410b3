"""One self-check: the cases on the broken adapters, and on the correct ones beside them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from contracts.events import Event
from contracts.incidents import troubles
from contracts.manifest import CASES, Manifest
from contracts.plan import MEMORY, SUPABASE, Adapter, Plan
from contracts.runner import DEADLINE_S, Pytest, observe
from contracts.selfcheck.catalog import address
from contracts.selfcheck.kills import KillTable, Tally
from contracts.selfcheck.mutant import Mutant
from contracts.session import PACKAGES, outside
from harness.errors import ConfigurationError

__all__ = ["SelfCheck"]

_BATCH = 12
"""Broken adapters per run in which all cases run: each multiplies the collected cases."""
_OPEN = "contracts.selfcheck.catalog:open_mutant"

Watch = Callable[[Event], None]


@dataclass(frozen=True, kw_only=True)
class SelfCheck:
    """What to check."""

    mutants: tuple[Mutant, ...]
    folder: Path
    """Where they are described: each worker reads it anew."""
    manifest: Manifest
    stack: Path | None
    seed: int
    workers: int
    exhaustive: bool
    """Run all cases on every broken adapter, in place of ending each at the first that rejects it."""
    cases: Path = CASES
    deadline_s: float = DEADLINE_S

    def run(self, watch: Watch = lambda _: None) -> KillTable:
        """Run it: the declared killers, then all cases where those did not reject, each beside controls.

        A kill counts only if the same case accepts the correct adapter that
        the broken one was made of. Raises ConfigurationError if a broken
        adapter names a killer that does not exist.
        """
        everything = frozenset(entry.id for entry in self.manifest.entries)
        for mutant in self.mutants:
            if mutant.killer not in everything:
                raise ConfigurationError(
                    f"{mutant.id} names the killer {mutant.killer!r}: no case has this id."
                )
        tally = Tally()
        declared = [(mutant, mutant.killer) for mutant in self.mutants]
        killing = [replace(self._adapter(mutant), cases=(killer,)) for mutant, killer in declared]
        reasons = self._controlled(tally, declared, killing, watch)
        left = [mutant for mutant in self.mutants if self.exhaustive or not tally.killers(mutant.id)]
        for batch in _batches(left):
            if not reasons:
                reasons += self._observed(tally, [self._adapter(mutant) for mutant in batch], watch)
        if not reasons:
            found = [(mutant, killer) for mutant in left for killer in tally.killers(mutant.id)]
            reasons = self._controlled(tally, [pair for pair in found if pair not in declared], [], watch)
        return KillTable(
            fates=tuple(tally.fate(mutant, everything) for mutant in self.mutants),
            reasons=tuple(reasons),
            idle=tally.idle(sorted(everything)) if self.exhaustive and not reasons else None,
        )

    def _controlled(
        self, tally: Tally, pairs: Sequence[tuple[Mutant, str]], others: Sequence[Adapter], watch: Watch
    ) -> list[str]:
        """Run the cases of these pairs on the correct adapters, and others beside them."""
        controls = list(_controls(pairs))
        if not controls and not others:
            return []
        reasons = self._observed(tally, [*controls, *others], watch)
        return reasons + tally.distrust({adapter.name: frozenset(adapter.cases) for adapter in controls})

    def _observed(self, tally: Tally, adapters: Sequence[Adapter], watch: Watch) -> list[str]:
        seen = observe(
            Pytest(
                cases=self.cases,
                plan=Plan(
                    events=None,
                    adapters=tuple(adapters),
                    stack=self.stack,
                    one_by_one=True,
                    until_failure=not self.exhaustive,
                ),
                workers=self.workers,
                seed=self.seed,
                deadline_s=self.deadline_s,
            ),
            watch,
        )
        tally.take(seen.events)
        stopped = [*outside(seen), *troubles(seen.events, PACKAGES)]
        # What went wrong with one adapter explains more than the status that pytest ended with.
        why = tally.troubles([adapter.name for adapter in adapters])
        return [*why, *stopped] if stopped and seen.cut_short is None else stopped

    def _adapter(self, mutant: Mutant) -> Adapter:
        argument = address(self.folder, mutant.id)
        return Adapter(name=mutant.id, subject=_OPEN, argument=argument, needs_stack=mutant.needs_stack)


def _controls(pairs: Iterable[tuple[Mutant, str]]) -> Iterator[Adapter]:
    """Yield the correct adapters that broken ones were made of, with the cases that reject those."""
    for adapter in (MEMORY, SUPABASE):
        killers = {killer for mutant, killer in pairs if mutant.needs_stack is adapter.needs_stack}
        if killers:
            yield replace(adapter, cases=tuple(sorted(killers)))


def _batches(mutants: Sequence[Mutant]) -> Iterator[Sequence[Mutant]]:
    for start in range(0, len(mutants), _BATCH):
        yield mutants[start : start + _BATCH]
