"""What can go wrong with a bridge itself: never a statement about the adapter behind it."""

from harness.errors import HarnessError

__all__ = ["BridgeError", "MissingOperation", "NoJsonForm"]


class BridgeError(HarnessError):
    """The adapter's process broke the protocol, ended, or did not answer: what it does cannot be examined."""


class MissingOperation(HarnessError):
    """The adapter did not announce an operation that was asked for."""

    def __init__(self, operation: str) -> None:
        super().__init__(
            f"the adapter has no operation {operation}: implement it, or accept the gap in parity.toml "
            f'([[gaps]] operation = "{operation}", with reason, owner and expires)'
        )
        self.operation = operation


class NoJsonForm(HarnessError):
    """A value cannot travel as JSON, so the adapter behind a bridge can never meet it."""
