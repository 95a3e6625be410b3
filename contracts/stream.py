"""Reads the events of a run while they are written."""

from collections.abc import Iterator
from pathlib import Path

from contracts.events import Event, loads

__all__ = ["Stream"]


class Stream:
    """The events that have arrived so far."""

    def __init__(self, path: Path) -> None:
        self.events: list[Event] = []
        self.damaged: str | None = None
        """Why a line is no event; nothing after it is believed."""
        self._path = path
        self._position = 0

    def read(self) -> Iterator[Event]:
        """Yield the events that are new. A line that is still being written comes next time."""
        if self.damaged is not None or not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._position)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._position += len(line)
                try:
                    event = loads(line)
                except (ValueError, KeyError, TypeError) as error:
                    self.damaged = f"a line of the event stream cannot be read: {error}"
                    return
                self.events.append(event)
                yield event
