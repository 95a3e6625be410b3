"""The runs of a copy as the database remembers them, and which of them is meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from harness.errors import ConfigurationError
from migrations.catalog import query

__all__ = ["CopyRun", "all_runs", "chosen"]

ROLLED_BACK = "rolled_back"
_SHOWN = 5
_LEAST_BEGINNING = 4


@dataclass(frozen=True, kw_only=True)
class CopyRun:
    """One run of ``harness migrate copy``."""

    run_id: str
    state: str
    """``running``, ``finished`` or ``rolled_back``."""
    started_at: datetime
    ended_at: datetime | None
    source: str
    """Where its rows came from, without a password."""
    source_fingerprint: str
    rows_per_segment: int
    system_identifier: str | None
    """Of the cluster in which it ran; None where it could not ask."""
    database_oid: int
    age: int
    """How many transactions lie between its farthest segment and now."""

    inserted: int
    """Rows that its segments inserted, without those that were undone whole."""

    def __str__(self) -> str:
        began = self.started_at.isoformat(timespec="seconds")
        return f"{self.run_id} ({self.state.replace('_', ' ')}, began {began}, from {self.source})"


def all_runs(connection: psycopg.Connection) -> tuple[CopyRun, ...]:
    """Read the runs, the newest first."""
    with connection.cursor(row_factory=class_row(CopyRun)) as cursor:
        return tuple(cursor.execute(query("rollback_runs")).fetchall())


def chosen(runs: Sequence[CopyRun], run_id: str | None) -> CopyRun:
    """Return the run with this id or a unique beginning of it, or the only one that is left to roll back.

    Raises ConfigurationError that lists what there is.
    """
    if run_id is not None:
        # An empty word, of a shell's variable that is not set perhaps, begins every id.
        long_enough = len(run_id) >= _LEAST_BEGINNING
        found = [run for run in runs if long_enough and run.run_id.startswith(run_id.lower())]
        if len(found) == 1:
            return found[0]
        raise ConfigurationError(
            f"This database knows {'no run' if not found else 'more than one run'} {run_id!r}, by its id or "
            f"at least {_LEAST_BEGINNING} characters of its beginning. {_listed(runs)}"
        )
    # A copy that found all rows there already has nothing to undo.
    left = [run for run in runs if run.state != ROLLED_BACK and run.inserted]
    if len(left) == 1:
        return left[0]
    raise ConfigurationError(
        f"{len(left)} runs are left to roll back here: name one. {_listed(left)}"
        if left
        else f"No run is left to roll back here. {_listed(runs)}"
    )


def _listed(runs: Sequence[CopyRun]) -> str:
    if not runs:
        return "It knows of no copy at all: check that it is the database that was copied to."
    more = f", and {len(runs) - _SHOWN} more" if len(runs) > _SHOWN else ""
    return f"There are: {', '.join(map(str, runs[:_SHOWN]))}{more}."
