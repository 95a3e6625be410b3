"""A sequence that fails loses what it does not need, and keeps what refers to what."""

from collections.abc import Callable, Sequence
from uuid import UUID

from contracts.agreement.shortest import Found, shortest
from contracts.agreement.steps import Assigned, Step
from contracts.expect import Divergence
from harness.adapters.queries import Condition
from harness.models import BookingPatch

ANY = Divergence("one", "two")
BOOK = "book"


def step(name: str, *args: object, client: int = 0) -> Step:
    return Step(name, args, client=client)


def found(steps: Sequence[Step]) -> Found:
    """Describe steps in which each booking makes one id."""
    before, made = [], 0
    for one in steps:
        before.append((made, 0))
        made += one.operation == BOOK
    return Found(steps=tuple(steps), divergence=ANY, before=(*before, (made, 0)))


def failing(needed: Callable[[Sequence[Step]], bool]) -> Callable[[Sequence[Step]], Found | None]:
    return lambda steps: found(steps) if needed(steps) else None


def test_only_the_needed_steps_remain() -> None:
    steps = [step(str(number)) for number in range(40)]
    short = shortest(
        found(steps), failing(lambda kept: {"3", "17", "39"} <= {one.operation for one in kept}), 60.0
    )
    assert [one.operation for one in short.steps] == ["3", "17", "39"]


def test_symbols_are_numbered_anew_and_orphans_leave() -> None:
    steps = [
        step(BOOK, "first"),
        step("cancel", Assigned(0)),
        step(BOOK, "second"),
        step("get", Assigned(1)),
    ]
    short = shortest(found(steps), failing(lambda kept: len(kept) > 1), 60.0)
    assert short.steps == (step(BOOK, "second"), step("get", Assigned(0)))


def test_columns_arguments_and_clients_that_do_not_matter_leave() -> None:
    patch = BookingPatch(calendar_event_id="a", status="cancelled", booked_by="b")
    steps = [
        step("bookings.update", UUID(int=1), patch, client=1),
        Step(
            "bookings.list", kwargs={"where": [Condition("status", "eq", "confirmed")], "limit": 2}, client=1
        ),
    ]

    def needed(kept: Sequence[Step]) -> bool:
        return len(kept) == 2 and "status" in kept[0].args[1].values

    short = shortest(found(steps), failing(needed), 60.0)
    assert short.steps == (
        step("bookings.update", UUID(int=1), BookingPatch(status="cancelled")),
        Step("bookings.list", kwargs={"limit": 2}),
    )


def test_without_time_it_stays_as_it_is() -> None:
    whole = found([step(str(number)) for number in range(4)])
    assert shortest(whole, failing(lambda _: True), -1.0) == whole
