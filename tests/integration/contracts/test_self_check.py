"""The self-check on tiny contracts: what is rejected, what gets through, and when nothing can be said."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.manifest import Entry, Manifest
from contracts.selfcheck.catalog import catalog
from contracts.selfcheck.check import SelfCheck
from contracts.selfcheck.kills import KillTable
from contracts.selfcheck.table import last_line, render
from harness.errors import ConfigurationError, HarnessError
from harness.models.outcome import Status

CASES = """
def test_missing_get_is_none(store):
    assert store.bookings.get("00000000-0000-4000-8000-000000000000") is None

def test_nothing_is_counted(store):
    assert store.bookings.count() == 0

def test_list_is_empty(store):
    assert store.bookings.list().rows == ()
"""
ALL = ("missing_get_is_none", "nothing_is_counted", "list_is_empty")
HEAD = """
from contracts.selfcheck.wrapping import broken
"""
GET_RAISES = """
@broken(killer="x.missing_get_is_none", source="a test")
def get_raises(store):
    \"\"\"get raises for a missing row.\"\"\"
    def get(id):
        raise AssertionError("no such row")
    store.bookings.get = get
"""
COUNTS_WRONG = """
@broken(killer="x.missing_get_is_none", source="a test")
def counts_wrong(store):
    \"\"\"count is one too many.\"\"\"
    store.bookings.count = lambda: 1
"""
HARMLESS = """
@broken(killer="x.missing_get_is_none", source="a test")
def closes_late(store):
    \"\"\"close does nothing.\"\"\"
    store.close = lambda: None
"""
UNOPENED = """
@broken(killer="x.missing_get_is_none", source="a test")
def never_opens(store):
    \"\"\"Its store cannot be opened.\"\"\"
    raise OSError("no such store")
"""

Check = Callable[..., KillTable]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Write broken adapters and cases, and judge the cases by them."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        monkeypatch.delenv(name, raising=False)

    def check(
        *mutants: str, cases: str = CASES, ids: tuple[str, ...] = ALL, exhaustive: bool = False
    ) -> KillTable:
        folder = tmp_path / "broken"
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "tiny.py").write_text("\n".join([HEAD, *mutants]), encoding="utf-8")
        (tmp_path / "test_x.py").write_text(cases, encoding="utf-8")
        entries = [Entry(id=f"x.{name}", level="core", needs=(), heading="") for name in ids]
        return SelfCheck(
            mutants=tuple(catalog(folder).values()),
            folder=folder,
            manifest=Manifest(tuple(entries)),
            stack=None,
            seed=1,
            workers=1,
            exhaustive=exhaustive,
            cases=tmp_path / "test_x.py",
            deadline_s=60.0,
        ).run()

    return check


def killers(table: KillTable) -> dict[str, tuple[str, ...]]:
    return {fate.mutant.id: fate.killers for fate in table.fates}


def test_rejected_by_the_declared_killer(check: Check) -> None:
    table = check(GET_RAISES)
    assert table.status is Status.PASSED
    assert killers(table) == {"tiny.get_raises": ("x.missing_get_is_none",)}
    assert last_line(table) == "REJECTED: all 1 broken adapters"


def test_survivor_is_named(check: Check) -> None:
    table = check(GET_RAISES, HARMLESS)
    assert (table.status, table.status.exit_status) == (Status.FAILED, 1)
    assert last_line(table) == "SURVIVED: 1 of 2 broken adapters"
    assert "SURVIVOR tiny.closes_late\n  mistake    close does nothing." in render(table)


def test_another_killer_is_found_and_said(check: Check) -> None:
    table = check(COUNTS_WRONG)
    assert table.status is Status.PASSED
    assert killers(table) == {"tiny.counts_wrong": ("x.nothing_is_counted",)}
    assert "x.nothing_is_counted (and not by x.missing_get_is_none, as it claims)" in render(table)


def test_exhaustive_finds_every_killer_and_idle_cases(check: Check) -> None:
    table = check(COUNTS_WRONG.replace("x.missing_get_is_none", "x.nothing_is_counted"), exhaustive=True)
    assert killers(table) == {"tiny.counts_wrong": ("x.nothing_is_counted",)}
    assert table.idle == ("x.list_is_empty", "x.missing_get_is_none")


def test_unknown_killer_is_refused(check: Check) -> None:
    with pytest.raises(ConfigurationError, match=r"tiny\.get_raises names the killer 'x\.nothing'"):
        check(GET_RAISES.replace("x.missing_get_is_none", "x.nothing"))


def test_module_that_cannot_be_imported(check: Check) -> None:
    with pytest.raises(HarnessError, match=r"tiny\.py cannot be imported: ModuleNotFoundError"):
        check("import nowhere")


def test_nothing_to_judge_by(check: Check) -> None:
    with pytest.raises(HarnessError, match="holds no broken adapter"):
        check()


def test_broken_adapter_that_cannot_be_opened(check: Check) -> None:
    table = check(UNOPENED)
    assert (table.status, table.status.exit_status) == (Status.UNCHECKED, 2)
    assert last_line(table).startswith("COULD NOT CHECK: ")
    assert "no such store" in last_line(table)


def test_killer_that_rejects_the_correct_adapter(check: Check) -> None:
    table = check(GET_RAISES, cases=CASES.replace("is None", "is not None"))
    assert table.status is Status.UNCHECKED
    assert "x.missing_get_is_none rejects the correct adapter memory" in last_line(table)


def test_other_killer_that_rejects_the_correct_adapter(check: Check) -> None:
    table = check(HARMLESS, cases=CASES.replace("count() == 0", "count() == 1"))
    assert table.status is Status.UNCHECKED
    assert "x.nothing_is_counted rejects the correct adapter memory" in last_line(table)


def test_killer_that_does_not_run(check: Check) -> None:
    head = "import pytest\n"
    table = check(GET_RAISES, cases=head + CASES.replace("\ndef", "\n@pytest.mark.skip(reason='x')\ndef", 1))
    assert table.status is Status.UNCHECKED
    assert "x.missing_get_is_none was skipped: " in last_line(table)


def test_case_of_the_manifest_that_is_missing(check: Check) -> None:
    table = check(HARMLESS, ids=(*ALL, "gone"))
    assert table.status is Status.UNCHECKED
    assert "1 of 4 cases did not run on it, such as x.gone" in last_line(table)
