"""What is wrong with a types file that cannot be compared."""

from harness.errors import HarnessError
from migrations.typescript.syntax import Place

__all__ = ["TypesFileError"]


class TypesFileError(HarnessError):
    """A types file could not be read, or not as a ``Database`` type: nothing was compared, exit status 2.

    The message starts with file, line and column.
    """

    def __init__(self, file: str, place: Place | None, reason: str) -> None:
        super().__init__(f"{file}:{place or Place(1, 1)}: {reason}")
