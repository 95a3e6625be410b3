"""Roles in a statement, and which of them anybody can get."""

from migrations.linting.schema import PUBLIC
from migrations.linting.tree import Node
from migrations.requirements import OUTSIDERS

__all__ = ["OPEN_TO_ALL", "outsiders", "role_of", "roles"]

OPEN_TO_ALL = frozenset({PUBLIC, "anon"})
"""Nobody has to sign in for these."""


def role_of(spec: Node) -> str:
    """Return the name of a role; PUBLIC, and words such as CURRENT_USER, in capitals."""
    kind = spec.text("roletype")
    if kind == "ROLESPEC_CSTRING":
        return spec.text("rolename")
    return kind.removeprefix("ROLESPEC_")


def roles(specs: tuple[Node, ...]) -> tuple[str, ...]:
    """Return the names of a list of roles."""
    return tuple(map(role_of, specs))


def outsiders(named: tuple[str, ...]) -> tuple[str, ...]:
    """Return those that anybody can get: PUBLIC, and the roles of the public key."""
    return tuple(role for role in named if role == PUBLIC or role in OUTSIDERS)
