"""What goes wrong with a migration."""

from harness.errors import HarnessError

__all__ = ["MigrationError"]


class MigrationError(HarnessError):
    """The migrations and the database do not fit: the message names the file and what to do next.

    This is a result, not a failure to look: `harness schema apply` exits with 1 for it.
    """

    def __init__(self, message: str, *, file: str, line: int | None = None) -> None:
        super().__init__(message)
        self.file = file
        self.line = line
