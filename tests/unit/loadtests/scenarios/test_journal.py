"""A journal holds what was created, whatever became of the run."""

import json
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from loadtests.scenarios.call import Answer, Call, Send, one_by_one
from loadtests.scenarios.journal import Journal, read
from tests.unit.loadtests.scenarios.conftest import Open


def test_what_is_created_is_written_at_once(send: Send, opened: Open, tmp_path: Path) -> None:
    workload = opened(journal=str(tmp_path / "journal"), host="http://api", rows=0)
    path = tmp_path / "journal.a0"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    workload.prepare({"book": 1}, one_by_one(send))
    for endpoint in ("create_request", "book", "receive_webhook"):
        call = workload.next(endpoint)
        assert call.check(send(call)) is None
    created = read(path)  # as another process would, without the run having ended
    assert (created.mark, created.host, created.api) == ("r1-a0", "http://api", "reference")
    assert {kind: len(ids) for kind, ids in created.kinds.items()} == {
        "request": 2,
        "booking": 1,
        "event": 1,
        "audit_entry": 0,
    }


def test_what_is_removed_is_written(send: Send, opened: Open, tmp_path: Path) -> None:
    workload = opened(journal=str(tmp_path / "journal"), rows=3)
    workload.prepare({}, one_by_one(send))
    assert workload.clean(one_by_one(send)) == ()
    assert not any(read(tmp_path / "journal.a0").kinds.values())


def test_a_refused_removal_stays_in_the_journal(send: Send, opened: Open, tmp_path: Path) -> None:
    workload = opened(journal=str(tmp_path / "journal"), rows=3)
    workload.prepare({}, one_by_one(send))

    def broken(calls: Sequence[Call]) -> list[Answer]:
        return [send(calls[0]), *(Answer(500, {}, b"") for _ in calls[1:])]

    assert workload.clean(broken) == ("2 scheduling requests: the API refused to delete them (status 500)",)
    assert len(read(tmp_path / "journal.a0").requests) == 2


def test_rows_that_are_gone_already_are_no_failure(send: Send, opened: Open) -> None:
    workload = opened(rows=2)
    workload.prepare({}, one_by_one(send))
    assert workload.clean(lambda calls: [Answer(404, {}, b"") for _ in calls]) == ()


def test_a_dead_server_is_told(send: Send, opened: Open) -> None:
    workload = opened(rows=2)
    workload.prepare({}, one_by_one(send))

    def dead(_: Sequence[Call]) -> list[Answer]:
        raise ConnectionResetError

    (left,) = workload.clean(dead)
    assert left.startswith("2 scheduling requests: The server did not answer DELETE")


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "j", mark="m", host="h", api="reference")
    journal.write({"request": "one"})
    journal.close()
    with (tmp_path / "j").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"request": "two"})[:-3])
    assert read(tmp_path / "j").requests == {"one"}


def test_a_journal_is_never_overwritten(opened: Open, tmp_path: Path) -> None:
    opened(journal=str(tmp_path / "journal"))
    with pytest.raises(ConfigurationError, match="harness load clean"):
        opened(journal=str(tmp_path / "journal"))


def test_each_arm_and_worker_writes_its_own(opened: Open, tmp_path: Path) -> None:
    for arm in ("a", "b"):
        for worker in range(2):
            opened(arm=arm, worker=worker, workers=2, journal=str(tmp_path / "j"))
    assert {path.name for path in tmp_path.iterdir()} == {"j.a0", "j.a1", "j.b0", "j.b1"}
