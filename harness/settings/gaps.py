"""``[[gaps]]`` of parity.toml: operations that an adapter may lack, why, by whose leave, and until when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from harness.models.operations import OPERATIONS, OPTIONAL, required
from harness.settings.toml_reader import KeyPath, Reader, suggestion

__all__ = ["LONGEST_DAYS", "Gap", "read_gaps"]

LONGEST_DAYS = 366
"""How far away an expiry may be: what is accepted for longer is no gap, but a decision about the product."""


@dataclass(frozen=True, kw_only=True)
class Gap:
    """One operation whose absence is accepted."""

    operation: str
    reason: str
    owner: str
    expires: date
    """The last day, in UTC, on which it is accepted."""

    def is_in_force(self, today: date) -> bool:
        """Say whether it excuses anything on this day."""
        return today <= self.expires


def read_gaps(reader: Reader, data: Mapping[str, Any], today: date) -> tuple[Gap, ...]:
    """Read the array; `today` limits how far away an expiry may be. Raises ConfigurationError."""
    found: dict[str, Gap] = {}
    for table, path in reader.tables(data, "gaps"):
        reader.only(table, path, ("operation", "operations", "reason", "owner", "expires"))
        reason, owner = reader.line(table, path, "reason"), reader.line(table, path, "owner")
        expires = _expiry(reader, table, path, today)
        for operation, place in _operations(reader, table, path):
            if operation in found:
                reader.fail(place, f"names {operation!r}, which another gap names, too; remove one")
            found[operation] = Gap(operation=operation, reason=reason, owner=owner, expires=expires)
    return tuple(found.values())


def _operations(reader: Reader, table: Mapping[str, Any], path: KeyPath) -> Iterator[tuple[str, KeyPath]]:
    given = [key for key in ("operation", "operations") if key in table]
    if len(given) != 1:
        problem = "has both 'operation' and 'operations'; keep" if given else "needs"
        reader.fail(path, f"{problem} one of the keys 'operation' and 'operations'")
    (key,) = given
    place = (*path, key)
    names = [table[key]] if key == "operation" else table[key]
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        kind = "the name of an operation" if key == "operation" else "a list of names of operations"
        reader.fail(place, f"must be {kind}")
    for name in names:
        if name in OPTIONAL:
            reader.fail(place, f"names {name!r}, which an adapter may leave out without a gap; remove it")
        if name not in OPERATIONS:
            hint = suggestion(name, required()) or "; harness bridge schema lists them"
            reader.fail(place, f"names {name!r}, which is no operation{hint}")
        yield name, place


def _expiry(reader: Reader, table: Mapping[str, Any], path: KeyPath, today: date) -> date:
    if "expires" not in table:
        reader.fail(path, "needs the key 'expires', the last day on which the gap is accepted")
    expires = table["expires"]
    if not isinstance(expires, date) or isinstance(expires, datetime):
        reader.fail((*path, "expires"), "must be a date without quotes and time, such as 2026-12-31")
    if (expires - today).days > LONGEST_DAYS:
        reader.fail(
            (*path, "expires"),
            f"is {expires}, more than a year after {today}; accept it for a year at most, then decide again",
        )
    return expires
