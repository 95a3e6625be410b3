"""The stack that the adapters of a run need: that of the caller, or one of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import ConfigurationError
from harness.settings import Settings, StackKind
from harness.stack.opening import attach, start

__all__ = ["Stack", "open_stack"]


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The servers of one run; without any, memory alone is judged."""

    record: Path | None = None
    target: dict[str, str] = field(default_factory=dict)
    migrations_hash: str | None = None


@contextmanager
def open_stack(kind: StackKind, settings: Settings) -> Iterator[Stack]:
    """Join the stack of HARNESS_STACK_FILE, or start one that ends with the run.

    Raises ConfigurationError for a kind that cannot be judged, before anything is written anywhere.
    """
    if kind == "external":
        raise ConfigurationError(
            "Judging an external project is not supported yet: the contract empties all tables between its "
            "cases. Nothing was read or written. Use --stack embedded."
        )
    with attach(settings.stack_file) if settings.stack_file else start(settings, kind) as stack:
        yield Stack(record=stack.record, target=stack.target, migrations_hash=stack.migrations_hash)
