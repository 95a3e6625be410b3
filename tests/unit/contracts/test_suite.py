"""`ContractSuite` is whole: each case has in it what it has in the plugin of the command."""

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from contracts import plugin
from contracts.manifest import Manifest
from contracts.suite import ContractSuite

OF_PYTEST = {"record_property", "request"}
CASES: dict[str, Callable[..., Any]] = {
    name.removeprefix("test_").replace("__", ".", 1): value
    for name, value in vars(ContractSuite).items()
    if name.startswith("test_")
    for value in [value.__func__]
}


def marks(case: Callable[..., Any], name: str) -> Iterator[pytest.Mark]:
    return (mark for mark in getattr(case, "pytestmark", []) if mark.name == name)


def fixtures(place: object) -> set[str]:
    """Return the names of the fixtures that a module or a class defines."""
    kind = type(plugin.store)
    return {name for name, value in vars(place).items() if isinstance(value, kind)}


def asked_for(case: Callable[..., Any]) -> set[str]:
    """Return the names of the fixtures that a case takes."""
    given: set[str] = set()
    for mark in marks(case, "parametrize"):
        names = mark.args[0]
        given |= {name.strip() for name in (names.split(",") if isinstance(names, str) else names)}
    return set(inspect.signature(case).parameters) - given


def test_suite_has_the_fixtures_of_the_plugin() -> None:
    assert fixtures(plugin) - fixtures(ContractSuite) == set()


@pytest.mark.parametrize("place", [plugin, ContractSuite], ids=["plugin", "suite"])
def test_no_case_asks_for_a_fixture_that_is_not_there(place: object) -> None:
    known = fixtures(place) | {plugin.ADAPTER} | OF_PYTEST
    missing = {name: asked_for(case) - known for name, case in CASES.items()}
    assert {name: names for name, names in missing.items() if names} == {}


def test_suite_holds_the_functions_of_the_manifest() -> None:
    assert set(CASES) == {entry.id.partition("[")[0] for entry in Manifest.packaged().entries}


def test_cases_keep_levels_and_needs() -> None:
    """What a module declares for all of its cases holds in the class, too."""
    for entry in Manifest.packaged().entries:
        case = CASES[entry.id.partition("[")[0]]
        needs = {one.value for mark in marks(case, "needs") for one in mark.args}
        assert needs <= set(entry.needs), entry.id
        level = "strict" if any(marks(case, "strict")) else "core"
        assert level in {entry.level, "core"}, entry.id
        if not any(marks(case, "parametrize")):
            assert (level, needs) == (entry.level, set(entry.needs)), entry.id


def test_marks_of_a_module_stay_out_of_its_functions() -> None:
    own = import_module("contracts.cases.test_faults_restarts")
    functions = [value for name, value in vars(own).items() if name.startswith("test_")]
    assert functions
    assert [case.__name__ for case in functions if any(marks(case, "fault"))] == []
