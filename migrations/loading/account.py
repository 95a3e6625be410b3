"""What became of the rows of one segment, counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from harness.errors import HarnessError

__all__ = ["Account", "AccountingError", "total"]


class AccountingError(HarnessError):
    """Rows are in none of the three heaps, or in two: the segment is rolled back, and the run ends."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """Rows read = inserted + identical + quarantined; anything else is refused."""

    table: str
    number: int
    """Of the segment; -1 for a sum."""
    read: int
    inserted: int
    identical: int
    """Rows that were in the target before, equal in all columns."""
    quarantined: int

    def checked(self) -> Self:
        """Return it if it adds up. Raises AccountingError."""
        if self.read != self.inserted + self.identical + self.quarantined:
            raise AccountingError(
                f"Segment {self.number} of {self.table} does not add up: {self.read} rows read, but "
                f"{self.inserted} inserted, {self.identical} identical and {self.quarantined} quarantined. "
                "It was rolled back, and the copy stops: a trigger or a rule that leaves rows out does this, "
                "and so does a writer who changes the same rows. Find it, then run the same command again."
            )
        return self


def total(table: str, accounts: Iterable[Account]) -> Account:
    """Add up the segments of a table."""
    all_of_them = tuple(accounts)
    return Account(
        table=table,
        number=-1,
        read=sum(one.read for one in all_of_them),
        inserted=sum(one.inserted for one in all_of_them),
        identical=sum(one.identical for one in all_of_them),
        quarantined=sum(one.quarantined for one in all_of_them),
    )
