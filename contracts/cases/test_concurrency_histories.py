"""Concurrency: some order of what clients did at once explains all that they were answered."""

import random
from collections.abc import Callable
from typing import Any

from contracts.builders import a_request, created
from contracts.entities import each_queue
from contracts.histories.model import Model
from contracts.histories.models.event import EventModel
from contracts.histories.models.interview import InterviewModel
from contracts.histories.models.job import JobModel
from contracts.histories.models.record import RecordModel
from contracts.histories.programs.event import DELIVERIES, DISPUTED, EventProgram
from contracts.histories.programs.interview import FLOWS, REMOVAL, interview_program
from contracts.histories.programs.job import WORK, job_program
from contracts.histories.programs.record import EDITS, RecordProgram
from contracts.histories.recorder import Notebook, Program, explained, record
from contracts.subject import Subject
from contracts.workers import races
from harness.adapters.protocol import Store
from harness.models import Row

WORKERS, LENGTH = 5, 4
Start = Callable[[Store, Notebook], Program]


def check(
    subject: Subject, steps: dict[str, int], scene: Callable[[Store], tuple[Start, Model[Any]]]
) -> None:
    """Record some rounds, each on empty rows, and explain each."""
    seed = random.getrandbits(32)
    rng = random.Random(seed)  # noqa: S311  # repeatable: --seed of the run decides it
    with races(subject, WORKERS) as (stores, rounds):
        for number in rounds:
            start, model = scene(subject.store)
            operations = record(stores, start, steps, length=LENGTH, rng=rng)
            explained(operations, model, heading=f"round {number}, programs of seed {seed}")


def test_deliveries_and_deletes_of_one_event(subject: Subject) -> None:
    """Deliveries, deletes and reads of one event at once are answered as if they came one by one."""
    check(subject, DELIVERIES, lambda _: (EventProgram, EventModel()))


def test_deliveries_of_two_payloads_under_one_key(subject: Subject) -> None:
    """Deliveries of different payloads under one key at once are answered as if they came one by one."""
    check(subject, DISPUTED, lambda _: (EventProgram, EventModel()))


@each_queue
def test_claims_of_one_job(subject: Subject, row: type[Row]) -> None:
    """Claims, completions, failures and updates of one job at once are answered as if one by one."""
    check(subject, WORK, lambda store: a_job(store, row))


@each_queue
def test_removal_of_one_job(subject: Subject, row: type[Row]) -> None:
    """A job that is deleted while it is worked on is gone for everybody at one moment."""
    check(subject, {**WORK, "delete": 1}, lambda store: a_job(store, row))


def a_job(store: Store, row: type[Row]) -> tuple[Start, Model[Any]]:
    """Create a job that may be tried four times."""
    return job_program(row, created(row, store, max_attempts=4)), JobModel(max_attempts=4)


def test_flows_of_one_request(subject: Subject) -> None:
    """Bookings, reschedules and cancellations of one request at once are answered as if one by one."""
    check(subject, FLOWS, an_interview)


def test_removal_of_one_request(subject: Subject) -> None:
    """A request that is deleted among flows is gone for everybody at one moment, bookings included."""
    check(subject, REMOVAL, an_interview)


def an_interview(store: Store) -> tuple[Start, Model[Any]]:
    """Create a request that may be booked."""
    return interview_program(store.scheduling_requests.create(a_request())), InterviewModel()


def test_patches_and_deletes_of_one_row(subject: Subject) -> None:
    """Creates, patches, deletes and reads of one row at once are answered as if they came one by one."""
    check(subject, EDITS, lambda _: (RecordProgram, RecordModel()))
