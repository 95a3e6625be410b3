"""What goes wrong with a migration."""

from harness.errors import HarnessError

__all__ = ["MigrationError"]


class MigrationError(HarnessError):
    """The migrations and the database do not fit: the message names the file and what to do next."""
