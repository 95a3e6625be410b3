"""Where sequences that failed are kept, so that the next run tries them first."""

import tempfile
from pathlib import Path

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase, InMemoryExampleDatabase

from contracts.scripts import script_name

__all__ = ["examples"]


def examples(directory: Path | None, adapter: str) -> tuple[ExampleDatabase, str | None]:
    """Open the place for one adapter; where nothing can be kept, one in memory, and a note that says so."""
    if directory is None:
        return InMemoryExampleDatabase(), None
    place = directory / script_name(adapter).removesuffix(".py")
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        return (
            InMemoryExampleDatabase(),
            f"{place}: {error.strerror or error}; failing sequences are not kept",
        )
    return DirectoryBasedExampleDatabase(place), None
