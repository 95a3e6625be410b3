"""Nothing is written before it is shown that it may be, and can be removed."""

from pathlib import Path
from typing import cast

import pytest

from harness.errors import ConfigurationError
from harness.models import ENTITIES
from harness.stack.external.api import Api
from harness.stack.external.door import Door
from harness.stack.external.journal import Ids, Journal, Left, read
from harness.stack.external.preflight import require_consent, require_empty, require_one_database
from harness.stack.external.project import Project
from harness.stack.external.rules import Scope

PROJECT = Project(url="https://abc", anon_key="a", service_key="s", database_url="postgresql://abc/db")
NOTHING = dict.fromkeys(ENTITIES, 0)


class Rest:
    """The API of a project, on rows in memory."""

    def __init__(self, counts: dict[str, int], rows: set[str]) -> None:
        self.counts = counts
        self.rows = rows
        self.added: list[str] = []

    def count(self, table: str) -> int:
        return self.counts[table]

    def add(self, _table: str, row: dict[str, str]) -> None:
        self.added.append(row["id"])
        self.rows.add(row["id"])

    def remove(self, _table: str, id_: str) -> None:
        self.rows.discard(id_)


class Sql:
    """Its database, or another one."""

    def __init__(self, counts: dict[str, int], rows: set[str]) -> None:
        self._counts = counts
        self._rows = rows

    def counts(self) -> dict[str, int]:
        return self._counts

    def present(self, ids: Ids) -> dict[str, list[str]]:
        return {
            table: some for table, asked in ids.items() if (some := sorted(self._rows.intersection(asked)))
        }


def empty(rest: dict[str, int], sql: dict[str, int], left: Left = Left()) -> None:  # noqa: B008  # frozen
    require_empty(PROJECT, cast("Api", Rest(rest, set())), cast("Door", Sql(sql, set())), left)


def test_without_consent_nothing_is_even_read() -> None:
    with pytest.raises(ConfigurationError, match=r"Nothing was read or written\. Add --allow-writes"):
        require_consent(PROJECT, allow_writes=False)
    assert require_consent(PROJECT, allow_writes=True) == PROJECT.database_url


def test_empty_is_what_both_ways_call_empty() -> None:
    empty(NOTHING, NOTHING)
    with pytest.raises(
        ConfigurationError, match=r"counted by the service role, there are rows in bookings \(2\)\."
    ):
        empty({**NOTHING, "bookings": 2}, NOTHING)
    with pytest.raises(
        ConfigurationError, match=r"counted by DATABASE_URL, there are rows in audit_logs \(1,234\)\."
    ):
        empty(NOTHING, {**NOTHING, "audit_logs": 1_234})


def test_rows_of_a_run_that_was_broken_off_are_told_from_those_of_others() -> None:
    with pytest.raises(ConfigurationError, match="harness stack clean --run run-2"):
        empty({**NOTHING, "bookings": 2}, NOTHING, Left(over=("run-1", "run-2")))
    with pytest.raises(
        ConfigurationError, match=r"Run run-2 is under way in https://abc\. Nothing was written"
    ):
        empty(NOTHING, NOTHING, Left(over=("run-1",), going_on=("run-2",)))
    with pytest.raises(ConfigurationError, match="Use an empty project"):
        empty({**NOTHING, "bookings": 2}, NOTHING)


@pytest.mark.parametrize("scope", list(Scope))
def test_one_database_is_shown_by_a_row_that_is_gone_afterwards(tmp_path: Path, scope: Scope) -> None:
    rows: set[str] = set()
    rest = Rest(NOTHING, rows)
    journal = Journal.create(tmp_path, run="r", url="u")
    require_one_database(cast("Api", rest), cast("Door", Sql(NOTHING, rows)), journal, scope)
    assert (len(rest.added), rows, read(journal.path).count) == (1, set(), 0)
    assert rest.added[0] in journal.path.read_text()


def test_two_databases_are_told_apart_and_nothing_is_left_in_either(tmp_path: Path) -> None:
    rest = Rest(NOTHING, set())
    journal = Journal.create(tmp_path, run="r", url="u")
    with pytest.raises(ConfigurationError, match="are not one database"):
        require_one_database(cast("Api", rest), cast("Door", Sql(NOTHING, set())), journal, Scope.ALL)
    assert (len(rest.added), rest.rows, read(journal.path).count) == (1, set(), 0)
