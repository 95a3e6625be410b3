"""An old schema cache is noticed, and reloaded where that can be."""

from dataclasses import replace

import pytest

from harness.errors import StackError
from harness.models import ENTITIES
from harness.stack.external.api import Described
from harness.stack.external.cache import require_known, unknown
from harness.stack.external.rules import FUNCTIONS

WHOLE = Described(
    version="12.0.2",
    columns={table: frozenset(entity.by_name) for table, entity in ENTITIES.items()},
    functions=frozenset(FUNCTIONS),
)
OLD = replace(
    WHOLE,
    columns={**WHOLE.columns, "bookings": WHOLE.columns["bookings"] - {"status"}},
    functions=WHOLE.functions - {"book"},
)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_everything_that_is_not_known_is_named() -> None:
    assert unknown(WHOLE) == ()
    assert unknown(OLD) == ("bookings.status", "book()")
    assert unknown(replace(WHOLE, columns={}))[: len(ENTITIES)] == tuple(ENTITIES)


def test_what_is_known_needs_no_reload() -> None:
    assert require_known(lambda: WHOLE, pytest.fail) == "12.0.2"


def test_a_cache_is_reloaded_and_waited_for() -> None:
    seen = [OLD, OLD, OLD, WHOLE]
    told: list[bool] = []
    clock = Clock()
    version = require_known(lambda: seen.pop(0), lambda: told.append(True), clock=clock, sleep=clock.sleep)
    assert (version, told, seen) == ("12.0.2", [True], [])


def test_a_cache_that_does_not_change_is_an_error_that_names_the_objects() -> None:
    clock = Clock()
    with pytest.raises(StackError, match=r"does not know bookings\.status, book\(\)\. .*told to reload"):
        require_known(lambda: OLD, lambda: None, clock=clock, sleep=clock.sleep)
    assert clock.now >= 20


def test_without_a_way_to_tell_it_the_user_is_told_how() -> None:
    with pytest.raises(StackError, match="NOTIFY pgrst, 'reload schema'"):
        require_known(lambda: OLD, None)


def test_who_does_not_describe_itself_has_no_version() -> None:
    assert require_known(lambda: None, pytest.fail) == "unknown"
