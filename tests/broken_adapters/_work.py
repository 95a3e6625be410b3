"""A queue worked by hand: looking for rows, and taking them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from harness.adapters.queries import Order, where
from harness.models import Patch


def patch_of(repository: Any, **changes: Any) -> Any:
    """Build a patch of the rows of a repository."""
    patches = {kind.entity.table: kind for kind in Patch.__subclasses__()}
    return patches[repository._table](**changes)


def due(repository: Any, limit: int, *, order: str = "run_after", states: Any = None) -> Any:
    """Look which rows wait and are due, as a client does that claims by itself."""
    waiting = states or [repository._queue.waiting, "processing"]
    conditions = [where("status", "in", waiting), where("run_after", "lte", datetime.now(UTC))]
    rows = repository.iterate(where=conditions, order=Order(order))
    return [row for row in rows if row.attempts < row.max_attempts][:limit]


def taken(repository: Any, row: Any, lease_s: float, attempts: int) -> Any:
    """Write that a row is being processed."""
    until = datetime.now(UTC) + timedelta(seconds=lease_s)
    changes = {"status": "processing", "attempts": attempts, "run_after": until}
    return repository.update(row.id, patch_of(repository, **changes))
