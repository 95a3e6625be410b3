"""What squawk says becomes findings that name the object."""

from migrations.linting.squawk import LEFT_OUT, SquawkFinding
from tests.unit.migrations.linting.judged import FILE, judged


def said(rule: str, line: int = 1, message: str = "It locks.") -> SquawkFinding:
    return SquawkFinding(file=FILE, line=line, rule=rule, message=message, help="Do not.")


def test_a_finding_names_the_column() -> None:
    (hit,) = judged(
        "SELECT 1;\nALTER TABLE bookings\n  RENAME COLUMN note TO text;", squawk=[said("renaming-column", 3)]
    ).hits
    assert (hit.rule, hit.about, str(hit.where)) == (
        "renaming-column",
        "public.bookings.note",
        "002_next.sql, line 3",
    )
    assert hit.fix == "Add a column of the new name, write both, and drop the old one in a later file."


def test_a_rule_that_nobody_knows_yet_is_a_finding_with_its_own_advice() -> None:
    (hit,) = judged("CREATE INDEX i ON notes (id);", squawk=[said("some-new-rule")]).hits
    assert (hit.rule, hit.about, hit.fix) == ("some-new-rule", "i on public.notes", "Do not.")


def test_a_finding_is_ignored_by_its_name() -> None:
    sql = "-- parity:ignore renaming-table because no code uses it\nALTER TABLE notes RENAME TO texts;"
    result = judged(sql, squawk=[said("renaming-table", 2)])
    assert result.hits == ()
    assert [one.hit.about for one in result.ignored] == ["public.notes"]


def test_what_only_squawk_cannot_read_was_not_examined() -> None:
    (hit,) = judged("SELECT 1;", squawk=[said("syntax-error", 1, "expected a name")]).hits
    assert (hit.rule, hit.is_unchecked) == ("PH051", True)


def test_what_neither_can_read_is_said_once() -> None:
    (hit,) = judged("SELEC 1;", squawk=[said("syntax-error", 1, "expected a name")]).hits
    assert 'syntax error at or near "SELEC"' in hit.what


def test_each_rule_that_is_left_out_has_a_reason() -> None:
    assert all(len(reason) > 10 for reason in LEFT_OUT.values())
