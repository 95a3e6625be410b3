"""What a broken-off run still sends is removed, too, and nothing is called gone that is not."""

from pathlib import Path
from typing import cast

import pytest

from harness.errors import StackError
from harness.stack.external.api import Api
from harness.stack.external.door import Door
from harness.stack.external.journal import Ids, Journal, read
from harness.stack.external.removal import finish, remove, remove_late, strangers_beside

A, B, C = (f"0000a1b2-0000-4000-8000-00000000000{n}" for n in range(3))


class Database:
    """A door to rows in memory; `late` rows appear at their times."""

    def __init__(self, late: dict[float, str] | None = None) -> None:
        self.rows: set[str] = set()
        self.now = 0.0
        self._late = late or {}

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for at in [at for at in self._late if at <= self.now]:
            self.rows.add(self._late.pop(at))

    def present(self, ids: Ids) -> dict[str, list[str]]:
        found = {table: sorted(self.rows.intersection(some)) for table, some in ids.items()}
        return {table: some for table, some in found.items() if some}

    def remove(self, ids: Ids) -> dict[str, list[str]]:
        for some in ids.values():
            self.rows.difference_update(some)
        return {table: list(some) for table, some in ids.items()}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal.create(tmp_path, run="r", url="u")
    made.add({"bookings": [A, B]})
    return made


def late(database: Database, journal: Journal) -> int:
    return remove_late(cast("Door", database), journal, clock=database.clock, sleep=database.sleep)


def test_rows_are_removed_and_noted_as_gone(journal: Journal) -> None:
    database = Database()
    database.rows = {A, B}
    assert remove(cast("Door", database), journal) == 2
    assert database.rows == set()
    assert read(journal.path).count == 0
    assert remove(cast("Door", database), journal) == 0


def test_rows_that_come_late_are_waited_for(journal: Journal) -> None:
    database = Database(late={0.5: A, 1.2: B})
    assert late(database, journal) == 2
    assert database.rows == set()
    assert database.now >= 2.2
    assert read(journal.path).count == 0


def test_a_run_that_goes_on_is_noticed(journal: Journal) -> None:
    database = Database(late={n / 2: A for n in range(1, 200)})
    with pytest.raises(StackError, match="does it still run somewhere"):
        late(database, journal)
    assert read(journal.path).count == 2


def test_nothing_noted_is_nothing_to_wait_for(tmp_path: Path) -> None:
    database = Database()
    assert late(database, Journal.create(tmp_path, run="empty", url="u")) == 0
    assert database.now == 0


class StillThere:
    """The same rows, seen by a URL that leads to another database."""

    def present(self, _table: str, ids: list[str]) -> list[str]:
        return ids


def test_rows_that_the_other_way_still_sees_are_not_gone(journal: Journal) -> None:
    database = Database()
    with pytest.raises(StackError, match=r"2 rows of bookings are still there .* not one database"):
        finish(
            cast("Api", StillThere()),
            cast("Door", database),
            journal,
            clock=database.clock,
            sleep=database.sleep,
        )
    assert read(journal.path).count == 2


class Crowd:
    """A door to rows of several: one hangs on a row of this run."""

    def __init__(self, **rows: list[str]) -> None:
        self._rows = rows

    def ids(self) -> dict[str, list[str]]:
        return self._rows

    def children(self, ids: Ids) -> dict[str, list[str]]:
        return {"audit_logs": [C]} if A in ids["bookings"] else {}


def test_rows_of_others_are_told_from_those_of_this_run_and_what_hangs_on_them(journal: Journal) -> None:
    def beside(**rows: list[str]) -> str | None:
        return strangers_beside(cast("Door", Crowd(**rows)), journal)

    assert beside(bookings=[A, B], audit_logs=[C]) is None
    assert beside() is None
    assert beside(bookings=[A, C]) == (
        "bookings of the project has rows that this run did not make: somebody else writes there."
    )
    journal.forget({"bookings": [A]})
    assert str(beside(bookings=[B], audit_logs=[C])).startswith("audit_logs of the project has rows")
