"""What the workers of a run must know of the project, as a file that only its owner may read."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from harness.stack.external.rules import Scope
from harness.stack.records import write_private

__all__ = ["ExternalRecord"]

_SCHEMA = "parity-external/1"


@dataclass(frozen=True, kw_only=True)
class ExternalRecord:
    """One run in a given project."""

    url: str
    anon_key: str = field(repr=False)
    service_key: str = field(repr=False)
    database_url: str = field(repr=False)
    journal: str
    """The file in which the run's rows are noted."""
    scope: str
    """The name of a `Scope`."""
    schema: str = _SCHEMA

    @property
    def meets(self) -> Scope:
        """Which rows the run may meet."""
        return Scope[self.scope]

    def write(self, path: Path) -> None:
        """Store the record."""
        write_private(path, json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read a record; None for that of another kind of stack, whose maker judges what cannot be read."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(content, dict) or content.get("schema") != _SCHEMA:
            return None
        return cls(**content)
