"""What a place must be able to do so that a copy can write to it."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from migrations.loading.account import Account
from migrations.loading.ledger import RuleCount
from migrations.loading.plan import LoadPlan
from migrations.sources.segment import Refused, Segment
from migrations.sources.source import Inventory, Source

__all__ = ["Loading", "Target", "TargetFacts"]


@dataclass(frozen=True, kw_only=True)
class TargetFacts:
    """What the target says about itself, for the receipt."""

    kind: str
    """``postgres`` or ``rest``."""
    version: str
    """Of the server."""
    database: str
    system_identifier: str | None
    """Of the cluster; None where nobody tells."""
    ledger: str | None = None
    """The file with what the copy did; None where the target keeps that itself."""
    schema_fingerprint: str
    """SHA-256 of the columns, constraints, unique indexes and triggers of the tables, in hexadecimal."""


class Loading(Protocol):
    """A run that is open on its target."""

    @property
    def run_id(self) -> str:
        """The name of the run, a uuid."""

    @property
    def resumed(self) -> bool:
        """True if it goes on with a run that was not finished."""

    @property
    def facts(self) -> TargetFacts:
        """What is known of the target."""

    def done(self, table: str) -> Mapping[int, Account]:
        """The segments of a table that are committed already, by number."""

    def submit(self, executor: Executor, segment: Segment) -> "Future[Account | None]":
        """Have a segment loaded; None if the segment before it must be loaded first."""

    def cancel(self) -> None:
        """Have what is being executed cancelled; its segments are rolled back."""

    def finish(self) -> None:
        """Write down that the run is complete. Raises HarnessError if it cannot be."""

    def rules(self) -> tuple[RuleCount, ...]:
        """How many rows are in quarantine, by table and reason."""

    def refused(self, table: str) -> Iterator[Refused]:
        """The rows of a table that are in quarantine, in the order of the source."""


class Target(Protocol):
    """A place that rows can be written to."""

    def open(self, plan: LoadPlan, source: Source, inventory: Inventory) -> AbstractContextManager[Loading]:
        """Check that everything can be written, then begin a run or go on with one that was interrupted.

        Raises HarnessError, with the remedy, before anything is written.
        """
