"""The stack that the adapters of a run need: that of the caller, or one of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import ConfigurationError
from harness.settings import Settings, StackKind
from harness.stack.external.consent import Consent
from harness.stack.opening import attach, start

__all__ = ["Stack", "open_stack"]


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The servers of one run; without any, memory alone is judged."""

    record: Path | None = None
    target: dict[str, str] = field(default_factory=dict)
    migrations_hash: str | None = None
    run: str | None = None
    """Under which name the rows of this run are noted, where a project is given."""


@contextmanager
def open_stack(kind: StackKind, settings: Settings, consent: Consent | None = None) -> Iterator[Stack]:
    """Join the stack of HARNESS_STACK_FILE, or start one that ends with the run.

    A given project is used within `consent`; None: for nothing. Raises
    ConfigurationError for a kind that cannot be judged, before anything is
    written anywhere.
    """
    if kind == "external":
        if consent is None:
            raise ConfigurationError(
                "This does not run on a given project. Nothing was read or written. Use --stack embedded."
            )
        from harness.stack.external.visit import visit  # noqa: PLC0415  # its client is for such runs alone

        with visit(settings, consent) as visited:
            yield Stack(record=visited.record, target=visited.target, run=visited.run)
        return
    with attach(settings.stack_file) if settings.stack_file else start(settings, kind) as stack:
        yield Stack(record=stack.record, target=stack.target, migrations_hash=stack.migrations_hash)
