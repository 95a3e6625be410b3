"""Flows that would work, for cases about what breaks them."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.builders import COORDINATOR, NOON, a_booking, a_request
from harness.adapters.protocol import Actor, Id, Store
from harness.models import Booking

__all__ = ["a_booked", "arranged", "each_flow", "run"]

each_flow = pytest.mark.parametrize("flow", ["book", "reschedule", "cancel"])
"""The case holds for the three flows; it takes the name as ``flow``."""


def a_booked(store: Store) -> Booking:
    """Book a new request."""
    return store.book(a_booking(store.scheduling_requests.create(a_request())), actor=COORDINATOR)


def arranged(store: Store, flow: str) -> Id:
    """Create what a flow needs, and return its id: a pending request for book, else a booking."""
    if flow == "book":
        return store.scheduling_requests.create(a_request()).id
    return a_booked(store).id


def run(store: Store, flow: str, subject: Any, *, actor: Actor = COORDINATOR) -> Booking:
    """Run a flow on what `arranged` created."""
    start = NOON + timedelta(days=1)
    end = start + timedelta(hours=1)
    if flow == "book":
        return store.book(a_booking(subject, scheduled_start=start, scheduled_end=end), actor=actor)
    if flow == "reschedule":
        return store.reschedule(subject, scheduled_start=start, scheduled_end=end, actor=actor)
    return store.cancel(subject, reason="ill", actor=actor)
