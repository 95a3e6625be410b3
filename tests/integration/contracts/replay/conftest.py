"""Replays a recording on memory, or on a store that is made wrong on purpose."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.plan import Level
from contracts.replay.clock import Clock
from contracts.replay.found import Replayed
from contracts.replay.player import Player
from contracts.replay.reader import Recording
from contracts.subjects.memory import MemorySubject
from harness.adapters.memory import MemoryStore
from tests.recorder import Recorder

Break = Callable[[Any], None]
"""Changes a store so that it answers wrongly."""


class Hasty(Clock):
    """Waits for nothing, and remembers until when it should have."""

    def __init__(self) -> None:
        self.moments: list[int] = []

    def wait_until(self, moment: int) -> None:
        self.moments.append(moment)


class Replay:
    """Replays on memory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.clock = Hasty()

    def __call__(
        self, record: Recorder, spoil: Break | None = None, *, level: Level = "strict", pace: bool = False
    ) -> Replayed:
        """Replay what was recorded; `spoil` makes the store wrong."""
        recording = Recording.read(record.write(self._directory / "recording"))
        subject = MemorySubject()
        if spoil is not None:
            store = MemoryStore(database=subject._database)
            spoil(store)
            subject.store = store
        done = Replayed(adapter="memory", calls=len(recording))
        Player(recording, subject, done, level=level, pace=pace, clock=self.clock).play()
        return done


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    return Replay(tmp_path)
