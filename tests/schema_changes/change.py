"""One harmful change of a schema, and who must find it."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Change", "Tool"]

Tool = Literal["check", "lint", "security", "contract"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """SQL that does harm when it is applied after all migrations, by hand or in a later file."""

    name: str
    sql: str
    """One or more statements; applied as the role ``postgres`` in one transaction."""
    object: str
    """What a finding must name: the text stands in its id, its place, its sentence or in what was found."""
    found_by: tuple[Tool, ...] = ("check",)
    """Each of these must find it, and name the object."""
    case: str = ""
    """The case of the contract that fails, if the contract is among those who find it."""
    is_advice: bool = False
    """It does harm only together with something else that is a finding: it is said, and fails nothing."""
    superuser: bool = False
    """Only the cluster's superuser may do it."""
