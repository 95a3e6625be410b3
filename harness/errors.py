"""The errors of the harness, in two families.

`StoreError` and its children are what a `Store` may raise. They are neutral
to the adapter: the contract compares their kind and their `constraint` or
`field`, never their text. They carry names of tables, columns and
constraints, and never the contents of a row: those end up in logs.

`HarnessError` and its children mean that the harness could not do its own
work: the message names what happened and what to do next, and the command
line turns each into exit status 2.
"""

from typing import ClassVar

__all__ = [
    "ConfigurationError",
    "Conflict",
    "HarnessError",
    "InvalidValue",
    "MissingReference",
    "NotFound",
    "OutcomeUnknown",
    "StackError",
    "StoreError",
    "Unauthorized",
    "Unavailable",
    "UnexpectedResponse",
]


class StoreError(Exception):
    """Base of everything that a store raises on purpose."""

    kind: ClassVar[str]
    """The name of this kind of error in reports and on the bridge."""

    @property
    def subject(self) -> str | None:
        """The table, field or constraint that the error names, if any: the part that stores must agree on."""
        return None


class NotFound(StoreError):
    """The row that an operation should change does not exist."""

    kind = "not_found"

    def __init__(self, table: str) -> None:
        super().__init__(f"{table}: no row with this id")
        self.table = table

    @property
    def subject(self) -> str:
        """The table that was searched."""
        return self.table


class Conflict(StoreError):
    """The operation contradicts the stored state: a unique key, or a rule of a flow."""

    kind = "conflict"

    def __init__(self, constraint: str) -> None:
        super().__init__(f"conflicts with {constraint}")
        self.constraint = constraint

    @property
    def subject(self) -> str:
        """The violated constraint or rule."""
        return self.constraint


class InvalidValue(StoreError):
    """A value that no row may hold, or an argument that no operation accepts."""

    kind = "invalid_value"

    def __init__(self, name: str, reason: str = "violates the constraint") -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name

    @property
    def subject(self) -> str:
        """The field, the argument or the check constraint."""
        return self.name


class MissingReference(StoreError):
    """A foreign key points to a row that does not exist."""

    kind = "missing_reference"

    def __init__(self, constraint: str) -> None:
        super().__init__(f"{constraint}: the referenced row does not exist")
        self.constraint = constraint

    @property
    def subject(self) -> str:
        """The violated foreign key constraint."""
        return self.constraint


class Unauthorized(StoreError):
    """The key is wrong, or its role may not do this."""

    kind = "unauthorized"


class Unavailable(StoreError):
    """The store did nothing and says so: the call is safe to repeat."""

    kind = "unavailable"


class OutcomeUnknown(StoreError):
    """The call may or may not have happened: read before you repeat it."""

    kind = "outcome_unknown"


class UnexpectedResponse(StoreError):
    """The server answered something that the adapter does not understand."""

    kind = "unexpected"


class HarnessError(Exception):
    """The harness could not do its work; the message says why and what to do next. Exit status 2."""


class ConfigurationError(HarnessError):
    """An option, an environment variable or parity.toml holds a value that cannot be used."""


class StackError(HarnessError):
    """The servers could not be installed, started or reached."""
