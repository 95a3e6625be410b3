"""How a copy is done: what two runs must agree on to be the same run."""

import json
from dataclasses import dataclass
from hashlib import sha256

from migrations.sources.source import SEGMENT_ROWS

__all__ = ["LoadPlan"]

_FORM = 1
"""Of what a checkpoint means; another number is another plan."""


@dataclass(frozen=True, kw_only=True)
class LoadPlan:
    """The options of a copy."""

    rows_per_segment: int = SEGMENT_ROWS
    mapping_sha256: str | None = None
    """Of the file with renamed columns and transforms, in hexadecimal."""
    dry_run: bool = False
    allow_triggers: bool = False

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of what decides which rows are in which segment, and how they are sent."""
        parts = {
            "form": _FORM,
            "rows_per_segment": self.rows_per_segment,
            "mapping": self.mapping_sha256,
        }
        return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
