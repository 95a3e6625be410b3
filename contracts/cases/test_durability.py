"""Durability: what was acknowledged is there after the servers and the application were restarted."""

from functools import partial

import pytest

from contracts.builders import COORDINATOR, a_request, created
from contracts.case import fault, needs
from contracts.entities import QUEUES, ROWS, queue, repository
from contracts.flows import a_booked
from contracts.stored import everything
from contracts.subject import Server, Subject
from contracts.workers import patiently
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.models import Row

pytestmark = needs(Capability.DURABLE)


def furnish(store: Store) -> dict[type[Row], Row]:
    """Leave rows in every state: created, claimed, completed, booked and cancelled."""
    made: dict[type[Row], Row] = {row: created(row, store) for row in ROWS}
    for row in QUEUES:
        created(row, store)
        first, _ = queue(store, row).claim(limit=2)
        queue(store, row).complete(first.id, first.attempts)
    a_booked(store)
    store.cancel(a_booked(store).id, reason="ill", actor=COORDINATOR)
    return {row: value for row in ROWS if (value := repository(store, row).get(made[row].id)) is not None}


def test_rows_outlive_their_client(subject: Subject) -> None:
    """What one client stored is there for the next, after the first has ended."""
    with subject.another_client() as first:
        made = furnish(first)
    with subject.another_client() as second:
        for row, value in made.items():
            assert repository(second, row).get(value.id) == value
    assert len(made) == len(ROWS)


@fault
@needs(Capability.SERVER)
@pytest.mark.parametrize("end", ["stopped", "killed"])
@pytest.mark.parametrize("server", Server, ids=lambda server: server.value)
def test_rows_outlive_a_server(subject: Subject, server: Server, end: str) -> None:
    """All rows are there, unchanged, after a server was restarted, and its clients go on."""
    with subject.own_servers() as own:
        store = own.subject.store
        made = furnish(store)
        before = everything(own.subject)
        with own.without(server, abruptly=end == "killed"):
            pass
        assert everything(own.subject) == before
        for row, value in made.items():
            assert patiently(partial(repository(store, row).get, value.id)) == value
        request = patiently(partial(store.scheduling_requests.create, a_request()))
        with own.subject.another_client() as other:
            assert patiently(partial(other.scheduling_requests.get, request.id)) == request
