"""A memory store whose clock and ids the test decides."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest

from harness.adapters.memory import MemoryDatabase, MemoryStore


class Clock:
    """Stands still until it is told to move."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 15, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> datetime:
        self.time += timedelta(seconds=seconds)
        return self.time


def numbers() -> Iterator[UUID]:
    return (UUID(int=number) for number in count(1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database() -> MemoryDatabase:
    return MemoryDatabase()


@pytest.fixture
def store(clock: Clock, database: MemoryDatabase) -> MemoryStore:
    return MemoryStore(database=database, now=clock, new_id=numbers().__next__)
