"""Harmful changes that arrive as a file: what lint must find, it finds, and names the object."""

from dataclasses import replace

import pytest

from migrations.files import PACKAGED, Migration
from migrations.linting.directory import read_for_lint
from migrations.linting.lint import lint
from migrations.linting.squawk import SquawkFinding, find_squawk, run_squawk
from tests.schema_changes.harmful import HARMFUL, Change

MUST = {change.name: change for change in HARMFUL if "lint" in change.found_by}
OURS = read_for_lint(PACKAGED)


def as_file(change: Change) -> Migration:
    """Return a change as the next migration."""
    return Migration("012_change.sql", "012", "change", change.sql)


@pytest.fixture(scope="module")
def squawk() -> dict[str, tuple[SquawkFinding, ...]]:
    """What squawk says of each change, by its name: all of them in one run."""
    files = {f"{number}_change.sql": name for number, name in enumerate(MUST)}
    asked = [replace(as_file(MUST[name]), file=file) for file, name in files.items()]
    found = run_squawk(find_squawk(), asked)
    return {
        name: tuple(replace(one, file="012_change.sql") for one in found if one.file == file)
        for file, name in files.items()
    }


def test_our_own_files_have_no_finding() -> None:
    result = lint(OURS, run_squawk(find_squawk(), OURS.migrations))
    assert (result.hits, result.notes) == ((), ())


@pytest.mark.parametrize("name", MUST)
def test_it_is_found_by_its_name(name: str, squawk: dict[str, tuple[SquawkFinding, ...]]) -> None:
    change = MUST[name]
    directory = replace(
        OURS,
        migrations=(*OURS.migrations, as_file(change)),
        files=(*OURS.files, "012_change.sql"),
    )
    result = lint(directory, squawk[name], after=11)
    said = [f"{hit.rule} {hit.about}: {hit.what}" for hit in result.hits if not hit.is_unchecked]
    assert any(change.object in text for text in said), said
