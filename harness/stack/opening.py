"""Starting a stack of a kind, and joining one that runs."""

from pathlib import Path

from harness.errors import StackError
from harness.settings import Settings, StackKind
from harness.stack.protocol import Stack
from harness.stack.running import RunningStack
from harness.stack.template import Prepare

__all__ = ["attach", "own_kind", "start"]


def own_kind(settings: Settings) -> StackKind:
    """The kind of stack to start where a given project may not be used: embedded, unless docker is wished."""
    return "docker" if settings.stack == "docker" else "embedded"


def start(settings: Settings, kind: StackKind, *, prepare: Prepare | None = None) -> Stack:
    """Start a stack of a kind; what it needs is installed or pulled first.

    `prepare` applies the migrations to the database of a URL and returns their hash; default: what the
    installed packages register. Raises StackError, and whatever `prepare` raises.
    """
    if kind == "embedded":
        from harness.stack.embedded import EmbeddedStack  # noqa: PLC0415  # one kind does not load the others

        return EmbeddedStack.start(settings, prepare=prepare)
    if kind == "docker":
        from harness.stack.docker.stack import DockerStack  # noqa: PLC0415  # as above

        return DockerStack.start(settings, prepare=prepare)
    raise StackError(f"A stack of kind {kind} cannot be started; use --stack embedded or docker.")


def attach(record: Path) -> Stack:
    """Join a stack that another process owns; `close` ends its own databases only. Raises StackError."""
    return RunningStack.attach(record)
