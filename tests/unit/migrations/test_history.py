from dataclasses import replace

import pytest

from migrations.files import Migration
from migrations.history import judge_history
from migrations.ledger import Entry

ONE = Migration("001_a.sql", "001", "a", "SELECT 1;")
TWO = Migration("002_b.sql", "002", "b", "SELECT 2;")


def applied(migration: Migration) -> Entry:
    return Entry(migration.version, migration.name, ["SELECT 1"], migration.sha256)


def test_the_ledger_of_these_files_has_no_finding() -> None:
    history = judge_history([ONE, TWO], [applied(ONE), applied(TWO)], named=False)
    assert (history.findings, history.notes, history.compared) == ((), (), 2)


def test_everything_that_is_wrong_is_named_at_once() -> None:
    changed = replace(applied(ONE), sha256="0" * 64)
    gone = Entry("003", "c", ["SELECT 3"], "1" * 64)
    findings = judge_history([ONE, TWO], [changed, gone], named=True).findings
    assert [finding.id for finding in findings] == [
        "migration.001_a.sql",
        "migration.002_b.sql",
        "migration.003_c.sql",
    ]
    assert "was changed after it was applied" in findings[0].message
    assert "goes on to version 3" in findings[1].actual
    assert "its file is gone" in findings[2].message


def test_a_file_after_all_others_is_simply_not_applied() -> None:
    (finding,) = judge_history([ONE, TWO], [applied(ONE)], named=False).findings
    assert finding.actual == "not in the ledger"
    assert "run `harness schema apply` first" in finding.message


def test_other_statements_of_another_tool_are_a_change() -> None:
    other = Entry("001", "a", ["SELECT 7"], None)
    (finding,) = judge_history([ONE], [other], named=False).findings
    assert finding.actual == "other statements, recorded by another tool"
    assert not judge_history([ONE], [replace(other, statements=["SELECT 1"])], named=False).findings


def test_a_ledger_that_does_not_say_is_noted() -> None:
    history = judge_history([ONE], [Entry("001", "a", None, None)], named=False)
    assert history.findings == ()
    assert "001_a.sql" in history.notes[0]


@pytest.mark.parametrize("ledger", [None, [], [Entry("001", "users", ["SELECT 1"], None)]])
def test_the_ledger_of_others_is_compared_only_if_the_files_were_named(ledger: list[Entry] | None) -> None:
    unnamed = judge_history([ONE], ledger, named=False)
    assert (unnamed.findings, unnamed.compared) == ((), 0)
    assert "was not compared" in unnamed.notes[0]
    named = judge_history([ONE, TWO], ledger, named=True)
    assert "migration.002_b.sql" in {finding.id for finding in named.findings}


def test_migrations_beyond_the_packaged_ones_are_noted() -> None:
    own = Entry("20260101", "users", ["SELECT 3"], None)
    history = judge_history([ONE], [applied(ONE), own], named=False)
    assert history.findings == ()
    assert "20260101_users" in history.notes[0]
