"""From ``bridge:"CMD"`` to an adapter that a run can open."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from contracts.plan import Adapter
from harness.adapters.bridge.bridge import CALL_S
from harness.errors import ConfigurationError
from harness.settings import DbMode, inherited

__all__ = ["BridgeCommand", "is_bridge"]

_PREFIXES: Mapping[str, DbMode | None] = {
    "bridge": None,
    "bridge-memory": "memory",
    "bridge-supabase": "supabase",
}
_SUBJECT = "contracts.subjects.bridged:open_bridge"
_CHANGED = ("PYTHONPATH", "PYTHONSAFEPATH", "PYTHONOPTIMIZE", "PYTHONUNBUFFERED")
"""Variables that a run sets for itself; the user's program gets back what it would have had."""


def is_bridge(spec: str) -> bool:
    """Tell whether the name of an adapter has the form ``bridge:"CMD"``, its mode before the colon or not."""
    prefix, colon, _ = spec.partition(":")
    return bool(colon) and prefix in _PREFIXES


@dataclass(frozen=True, kw_only=True)
class BridgeCommand:
    """How to start an adapter that speaks ``parity-bridge/1``."""

    command: str
    """For the shell."""
    mode: DbMode
    """What it finds in DB_MODE: ``supabase`` gives it a database, ``memory`` none."""
    directory: str
    """Where it runs."""
    call_s: float = CALL_S
    """Seconds that it may take to answer, beyond which it is killed."""
    restored: Mapping[str, str | None] = field(default_factory=dict)

    @classmethod
    def parse(cls, spec: str, directory: Path, db_mode: DbMode | None) -> Self:
        """Read ``bridge:"CMD"``: the mode is its prefix's, else `db_mode`, else the one that goes live.

        Raises ConfigurationError if there is no command.
        """
        prefix, _, command = spec.partition(":")
        return cls.of(command, _PREFIXES[prefix] or db_mode or "supabase", directory)

    @classmethod
    def of(cls, command: str, mode: DbMode, directory: Path, call_s: float = CALL_S) -> Self:
        """Describe a command. Raises ConfigurationError if there is none."""
        if not command.strip() or "\0" in command:
            raise ConfigurationError(f'{command!r} is no command; write the adapter as bridge:"CMD".')
        environ = inherited({})
        return cls(
            command=command.strip(),
            mode=mode,
            directory=str(directory.absolute()),
            call_s=call_s,
            restored={name: environ.get(name) for name in _CHANGED},
        )

    def adapter(self, name: str | None = None) -> Adapter:
        """Return the adapter, called ``bridge-memory`` or ``bridge-supabase`` if it has no other name."""
        return Adapter(
            name=name or f"bridge-{self.mode}",
            subject=_SUBJECT,
            needs_stack=self.mode == "supabase",
            argument=self.dumps(),
        )

    def environ(self, changes: Mapping[str, str | None]) -> Mapping[str, str]:
        """Return the environment of its process: the user's own, DB_MODE, and `changes`."""
        return inherited(
            {
                **self.restored,
                "HARNESS_STACK_FILE": None,
                "HARNESS_RUN_ID": None,
                "DB_MODE": self.mode,
                **changes,
            }
        )

    def dumps(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str) -> Self:
        """Read it back."""
        return cls(**json.loads(text))
