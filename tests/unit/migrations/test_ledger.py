import pytest

from migrations.errors import MigrationError
from migrations.files import Migration
from migrations.ledger import Entry, plan

ONE = Migration("001_a.sql", "001", "a", "SELECT 1;")
TWO = Migration("002_b.sql", "002", "b", "SELECT 2;")


def applied(migration: Migration) -> Entry:
    return Entry(migration.version, migration.name, ["SELECT 1"], migration.sha256)


def test_what_is_not_in_the_ledger_is_pending() -> None:
    assert plan([ONE, TWO], [applied(ONE)]).pending == (TWO,)
    assert plan([ONE, TWO], [applied(ONE), applied(TWO)]).pending == ()


def test_a_change_of_one_character_is_drift() -> None:
    changed = Migration(ONE.file, ONE.version, ONE.name, ONE.text + " ")
    with pytest.raises(MigrationError, match=r"001_a\.sql was changed") as caught:
        plan([changed, TWO], [applied(ONE)])
    assert ONE.sha256 in str(caught.value)
    assert changed.sha256 in str(caught.value)


def test_the_ledger_of_another_tool_is_adopted() -> None:
    result = plan([ONE, TWO], [Entry("001", "a", ["SELECT 1"], None)])
    assert (result.adopted, result.pending, result.notes) == ((ONE,), (TWO,), ())


def test_a_file_before_an_applied_one_is_refused() -> None:
    with pytest.raises(MigrationError, match="comes before"):
        plan([ONE, TWO], [applied(TWO)])
    assert plan([ONE, TWO], [applied(TWO)], include_all=True).pending == (ONE,)
