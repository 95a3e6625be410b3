"""A given project, whose part the embedded stack takes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.adapters.supabase import SupabaseStore
from harness.settings import Settings
from harness.stack.coordinates import Coordinates
from harness.stack.external.door import Door
from harness.stack.external.guard import Guard
from harness.stack.external.journal import Journal
from harness.stack.external.rules import Scope
from harness.stack.opening import start
from harness.stack.protocol import Stack


@dataclass(frozen=True, kw_only=True)
class Guest:
    """A run in the project, with an adapter behind the guard."""

    guard: Guard
    door: Door
    journal: Journal
    store: SupabaseStore


Invite = Callable[[Coordinates, Scope], Guest]


@pytest.fixture(scope="session")
def servers() -> Iterator[Stack]:
    with start(Settings.from_environ(), "embedded") as running:
        yield running


@pytest.fixture
def project(servers: Stack) -> Iterator[Coordinates]:
    with servers.clone() as database:
        yield database.coordinates


@pytest.fixture
def invite(tmp_path: Path) -> Iterator[Invite]:
    with ExitStack() as at_end:

        def invite(project: Coordinates, scope: Scope) -> Guest:
            door = Door(project.database_url)
            at_end.callback(door.close)
            journal = Journal.create(tmp_path, run="run", url=project.supabase_url)
            at_end.callback(journal.close)
            guard = at_end.enter_context(Guard(project.supabase_url, door, journal, scope).start())
            store = at_end.enter_context(SupabaseStore(guard.url, project.service_role_key))
            return Guest(guard=guard, door=door, journal=journal, store=store)

        yield invite
