"""What one run of the contract is to do: a value that the command hands to pytest as a file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Self

from contracts.opening import locate, open_subject, takes_a_stack
from contracts.subject import Subject

__all__ = ["BUDGETED", "BUDGET_S", "MEMORY", "SUPABASE", "Adapter", "Level", "Plan"]

Level = Literal["core", "strict"]
BUDGET_S = 10.0
"""Default time for the search for a disagreement with the reference."""
BUDGETED = "agreement.adapter_answers_as_the_reference"
"""The case that searches."""
_SELF_SHARE = 0.1
"""What the reference gets of it: against another one of its own, it can differ by accident only."""


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """One adapter to judge."""

    name: str
    """How reports call it."""
    subject: str
    """``module:attribute`` of a function that `contracts.opening` can open."""
    needs_stack: bool = False
    argument: str | None = None
    """What the function takes besides the stack, if anything."""
    cases: tuple[str, ...] = ()
    """Run these ids only; none means all."""
    directory: str | None = None
    """Where modules are found that are not installed."""

    @property
    def is_foreign(self) -> bool:
        """True for the name of another project's adapter that nobody looked for yet."""
        return self.name == self.subject and self.directory is None

    @classmethod
    def named(cls, spec: str, directory: Path) -> Self:
        """Find the adapter of another project. Raises ConfigurationError if it cannot be imported."""
        needs_stack = takes_a_stack(locate(spec, directory))
        return cls(name=spec, subject=spec, needs_stack=needs_stack, directory=str(directory))

    def runs(self, case: str) -> bool:
        """Say whether a case is to run on this adapter."""
        return not self.cases or case in self.cases

    def open(self, stack: Path | None) -> Subject:
        """Make the subject of one worker."""
        opener = locate(self.subject, _path(self.directory))
        return open_subject(self.name, opener, stack, self.argument)


MEMORY = Adapter(name="memory", subject="contracts.subjects.memory:MemorySubject.open")
SUPABASE = Adapter(name="supabase", subject="contracts.subjects.external:open_supabase", needs_stack=True)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The part of a run that its workers must know."""

    events: Path | None
    """The file that the plugin appends its events to; None to report nowhere."""
    adapters: tuple[Adapter, ...] = (MEMORY,)
    stack: Path | None = None
    """The record of the running stack."""
    level: Level = "strict"
    """``core`` leaves the strict cases out."""
    seed: int = 0
    """What is random follows from this number."""
    budget_s: float = BUDGET_S
    """Time for the search for a disagreement with the reference, over all adapters, in seconds."""
    examples: Path | None = None
    """Where the sequences that failed are kept for the next run; None to keep nothing."""
    one_by_one: bool = False
    """Close each adapter before the next is opened: for runs with more adapters than a machine can hold."""
    until_failure: bool = False
    """Leave the remaining cases of an adapter out once one of them failed."""
    gaps: tuple[str, ...] = ()
    """Operations whose absence is accepted: what is random leaves them out where they are missing."""
    owner_fd: int | None = None
    """The reading end of a pipe that the command holds: it closes when the command ends, and so must we."""

    def adapter(self, name: str) -> Adapter:
        """Return the adapter of a name."""
        (found,) = (adapter for adapter in self.adapters if adapter.name == name)
        return found

    def share_s(self, name: str) -> float:
        """Return an adapter's part of the budget: a tenth for the reference, the same for all others."""
        others = sum(adapter.name != MEMORY.name for adapter in self.adapters)
        if name == MEMORY.name:
            return self.budget_s * (_SELF_SHARE if others else 1.0)
        return self.budget_s * (1.0 if others == len(self.adapters) else 1.0 - _SELF_SHARE) / others

    def dumps(self) -> str:
        """Return the plan as JSON."""
        paths = {"events": self.events, "stack": self.stack, "examples": self.examples}
        return json.dumps({**asdict(self), **{name: _text(path) for name, path in paths.items()}})

    @classmethod
    def loads(cls, text: str) -> Self:
        """Read a plan back."""
        data = json.loads(text)
        adapters = tuple(
            Adapter(**{**adapter, "cases": tuple(adapter["cases"])}) for adapter in data.pop("adapters")
        )
        paths = {name: _path(data.pop(name)) for name in ("events", "stack", "examples")}
        gaps = tuple(data.pop("gaps"))
        return cls(**{**data, **paths, "adapters": adapters, "gaps": gaps})


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
