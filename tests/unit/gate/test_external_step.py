"""A gate says what a contract that was ended has left in a given project."""

from pathlib import Path

from harness.gate.external_step import left_behind
from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.external.journal import Journal
from harness.stack.home import Home


def test_what_a_killed_contract_left_is_named_until_it_is_removed(tmp_path: Path) -> None:
    settings = Settings.from_environ({"HARNESS_HOME": str(tmp_path)})
    assert left_behind(settings, "run-1") is None
    journal = Journal.create(Home.of(settings, Account.current()).path, run="run-1", url="u")
    journal.close()
    assert str(left_behind(settings, "run-1")).endswith("Remove them: harness stack clean --run run-1")
    assert left_behind(settings, "run-2") is None
    journal.path.unlink()
    assert left_behind(settings, "run-1") is None
