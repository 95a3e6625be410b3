"""What a copy did: the value that its receipt is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from migrations.loading.account import Account
from migrations.loading.ledger import RuleCount
from migrations.loading.plan import LoadPlan
from migrations.loading.target import TargetFacts
from migrations.sources.location import Location
from migrations.sources.source import Inventory

__all__ = ["CopyResult"]


@dataclass(frozen=True, kw_only=True)
class CopyResult:
    """A run that has ended: each row of the source is in the target, or in quarantine."""

    run_id: str
    resumed: bool
    """True if an earlier process began it."""
    started_at: datetime
    """When this process began; UTC."""
    ended_at: datetime
    plan: LoadPlan
    source: Location
    inventory: Inventory
    target: Location
    facts: TargetFacts
    tables: Mapping[str, Account]
    """What became of the rows of each table."""
    rules: tuple[RuleCount, ...]
    """The reasons of the rows in quarantine, counted."""
    quarantine: Path | None
    """The file with them; None where there are none."""

    @property
    def quarantined(self) -> int:
        """Rows of the source that are not in the target."""
        return sum(account.quarantined for account in self.tables.values())

    @property
    def read(self) -> int:
        """All rows of the source."""
        return sum(account.read for account in self.tables.values())

    @property
    def inserted(self) -> int:
        """Rows that this run wrote."""
        return sum(account.inserted for account in self.tables.values())

    @property
    def identical(self) -> int:
        """Rows that were there before."""
        return sum(account.identical for account in self.tables.values())
