"""A journal says after any end what may be there."""

import os
import stat
from pathlib import Path

import pytest

from harness.errors import ConfigurationError, StackError
from harness.stack.external.journal import Journal, Left, place_of, read, unfinished

URL = "https://abc.supabase.co"
A, B, C = (f"0000a1b2-0000-4000-8000-00000000000{n}" for n in range(3))


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.create(tmp_path, run="run-1", url=URL)


def test_what_was_added_and_not_removed_is_read_back(journal: Journal, tmp_path: Path) -> None:
    journal.add({"bookings": [A, B], "audit_logs": [C]})
    journal.add({"bookings": [B]})
    journal.forget({"bookings": [A], "sync_jobs": [C]})
    noted = read(place_of(tmp_path, "run-1"))
    assert (noted.run, noted.url, noted.count) == ("run-1", URL, 2)
    assert (noted.rows["bookings"], noted.rows["audit_logs"]) == ({B}, {C})
    assert journal.rows == noted.rows


def test_it_is_on_the_way_to_the_disk_before_add_returns(journal: Journal) -> None:
    journal.add({"bookings": [A]})
    assert A in journal.path.read_text()


def test_a_line_that_was_cut_off_announces_nothing(journal: Journal) -> None:
    journal.add({"bookings": [A]})
    whole = journal.path.read_bytes()
    journal.add({"bookings": [B]})
    journal.path.write_bytes(journal.path.read_bytes()[:-1])
    assert read(journal.path).rows["bookings"] == {A}
    journal.path.write_bytes(whole)
    assert read(journal.path).rows["bookings"] == {A}


def test_it_can_be_gone_on_with(journal: Journal) -> None:
    journal.add({"bookings": [A]})
    again = Journal.reopen(journal.path)
    again.add({"bookings": [B]})
    again.close()
    assert read(journal.path).rows["bookings"] == {A, B}


def test_nobody_else_may_read_it(journal: Journal) -> None:
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


def test_a_run_that_left_rows_is_not_run_again_under_the_same_name(journal: Journal, tmp_path: Path) -> None:
    del journal
    with pytest.raises(ConfigurationError, match="harness stack clean --run run-1"):
        Journal.create(tmp_path, run="run-1", url=URL)


@pytest.mark.parametrize("name", ["", "../run", "a/b", ".hidden", "a\nb"])
def test_a_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="no name of a run"):
        place_of(tmp_path, name)


@pytest.mark.parametrize("text", ["", "{}\n", '{"schema":"parity-load-journal/1"}\n', "[1]\n", "x\n"])
def test_another_file_is_no_journal(tmp_path: Path, text: str) -> None:
    path = tmp_path / "external" / "other.jsonl"
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(ConfigurationError, match="is no journal of a run"):
        read(path)
    assert unfinished(tmp_path, URL) == Left()


def test_runs_that_left_rows_are_named_by_project(journal: Journal, tmp_path: Path) -> None:
    assert unfinished(tmp_path, URL) == Left(going_on=("run-1",))
    assert unfinished(tmp_path, URL, but="run-1") == Left()
    journal.add({"bookings": [A]})
    journal.close()
    assert unfinished(tmp_path, URL) == Left(over=("run-1",))
    assert unfinished(tmp_path, "https://other.supabase.co") == Left()


def test_the_journal_of_a_run_that_goes_on_is_not_taken_over(journal: Journal) -> None:
    journal.add({"bookings": [A]})
    Journal.reopen(journal.path).close()  # a worker of the same run that ends
    with pytest.raises(ConfigurationError, match="Run run-1 is still under way"):
        Journal.take_over(journal.path)
    journal.close()
    taken = Journal.take_over(journal.path)
    assert taken.has("bookings", A)
    taken.close()


def test_rows_that_cannot_be_noted_are_an_error_and_not_noted(journal: Journal) -> None:
    reader = Journal(journal.path, os.open(journal.path, os.O_RDONLY), read(journal.path))
    with pytest.raises(StackError, match="cannot be written: Bad file descriptor"):
        reader.add({"bookings": [A]})
    assert not reader.has("bookings", A)
    reader.close()
