"""What one run of the contract is to do: a value that the command hands to pytest as a file."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Self, cast

from contracts.subject import Subject

__all__ = ["MEMORY", "SUPABASE", "Adapter", "Level", "Plan"]

Level = Literal["core", "strict"]


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """One adapter to judge."""

    name: str
    """How reports call it."""
    subject: str
    """``module:attribute`` of a function from the record of a stack, or None, to a `Subject`."""
    needs_stack: bool = False
    argument: str | None = None
    """What the function takes besides the stack, if anything."""
    cases: tuple[str, ...] = ()
    """Run these ids only; none means all."""

    def runs(self, case: str) -> bool:
        """Say whether a case is to run on this adapter."""
        return not self.cases or case in self.cases

    def open(self, stack: Path | None) -> Subject:
        """Make the subject of one worker."""
        module, _, path = self.subject.partition(":")
        found: Any = import_module(module)
        for name in path.split("."):
            found = getattr(found, name)
        arguments = () if self.argument is None else (self.argument,)
        return cast("Callable[..., Subject]", found)(stack, *arguments)


MEMORY = Adapter(name="memory", subject="contracts.subjects.memory:MemorySubject.open")
SUPABASE = Adapter(
    name="supabase", subject="contracts.subjects.supabase:SupabaseSubject.open", needs_stack=True
)


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
    one_by_one: bool = False
    """Close each adapter before the next is opened: for runs with more adapters than a machine can hold."""
    until_failure: bool = False
    """Leave the remaining cases of an adapter out once one of them failed."""
    owner_fd: int | None = None
    """The reading end of a pipe that the command holds: it closes when the command ends, and so must we."""

    def dumps(self) -> str:
        """Return the plan as JSON."""
        return json.dumps({**asdict(self), "events": _text(self.events), "stack": _text(self.stack)})

    @classmethod
    def loads(cls, text: str) -> Self:
        """Read a plan back."""
        data = json.loads(text)
        adapters = tuple(
            Adapter(**{**adapter, "cases": tuple(adapter["cases"])}) for adapter in data.pop("adapters")
        )
        events, stack = (_path(data.pop(name)) for name in ("events", "stack"))
        return cls(adapters=adapters, events=events, stack=stack, **data)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
