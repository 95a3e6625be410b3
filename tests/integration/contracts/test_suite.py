"""`ContractSuite` in the pytest of another project: what it runs, skips, and refuses to be silent about."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.manifest import Manifest

CASES = len(Manifest.packaged().entries)
CONFTEST = 'pytest_plugins = ["contracts.pytest_suite"]\n'
MODULE = """
import pytest

from contracts.suite import ContractSuite
from harness.adapters.capabilities import Capability
from harness.adapters.memory import MemoryDatabase, MemoryStore
{store}

class TestParity(ContractSuite):
{body}
    @pytest.fixture
    def open_store(self):
        database = MemoryDatabase()
        return lambda: OurStore(database=database)
"""
RIGHT = "\nclass OurStore(MemoryStore): ...\n"
WRONG = """
class OurStore(MemoryStore):
    def book(self, new, *, actor):
        return self.bookings.create(new)
"""
MODEST = """
class OurStore(MemoryStore):
    def __init__(self, **given):
        super().__init__(**given)
        self.capabilities = self.capabilities - {Capability.PYTHON_VALUES}
"""
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Write a project of two files, and run its tests."""

    def run(
        *arguments: str, store: str = RIGHT, body: str = "", conftest: str = CONFTEST, module: str = MODULE
    ) -> "subprocess.CompletedProcess[str]":
        (tmp_path / "conftest.py").write_text(conftest)
        (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\nfilterwarnings = error\n")
        (tmp_path / "test_ours.py").write_text(module.format(store=store, body=body))
        return subprocess.run(
            [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
            cwd=tmp_path,
            env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def ends(done: "subprocess.CompletedProcess[str]", verdict: str) -> bool:
    return any(line.strip() == verdict for line in done.stdout.splitlines())


def test_every_case_runs_or_is_exempt_by_name(run: Run) -> None:
    done = run("-n", "2", "-rs")
    assert done.returncode == 0, done.stdout
    assert ends(done, "PARITY at level strict")
    lacks = {"durable", "emptied", "server", "whole_rows"}
    missing = [sorted(lacks & set(entry.needs)) for entry in Manifest.packaged().entries]
    counts = Counter(names[0] for names in missing if names)
    assert set(counts) == lacks
    for lack, exempt in counts.items():
        assert f"lacks {lack}: {exempt} exempt" in done.stdout
    assert "lacks server: no server is known whose sessions could be observed" in done.stdout


def test_wrong_store_fails_with_what_it_was_asked(run: Run) -> None:
    done = run("-k", "test_flows__book_changes_the_request", store=WRONG)
    assert done.returncode == 1
    assert "proves: The request is booked, and nothing else of it changes." in done.stdout
    assert "book(NewBooking{" in done.stdout
    # The assertions are rewritten, so that both sides are shown.
    assert "assert 'pending' == 'booked'" in done.stdout


def test_part_that_was_asked_for_is_said_to_be_one(run: Run) -> None:
    done = run("-k", "test_errors")
    assert done.returncode == 0
    assert f"of {CASES} cases did not run (a part was asked for: -k)." in done.stdout
    assert "PARITY" not in done.stdout


MARKED = """
import pytest

def pytest_collection_modifyitems(items):
    for item in items[:-20]:
        item.add_marker(pytest.mark.{mark})
"""
CONFTESTS = {
    "deselects": "\ndef pytest_collection_modifyitems(items):\n    del items[20:]\n",
    "skips": MARKED.format(mark="skip('no')"),
    "expects_failures": MARKED.format(mark="xfail(run=False)"),
}


@pytest.mark.parametrize("source", CONFTESTS.values(), ids=CONFTESTS)
def test_session_fails_if_cases_are_missing(run: Run, source: str) -> None:
    done = run(conftest=CONFTEST + source)
    assert done.returncode == 1
    assert f"of {CASES} cases did not run (" in done.stdout


def test_core_leaves_out_the_strict_cases_and_nothing_else(run: Run) -> None:
    done = run("-n", "2", body='    level = "core"\n    test_crud__chosen_ids_differ = None\n')
    core = len(Manifest.packaged().at("core"))
    assert done.returncode == 1
    assert ends(done, f"COULD NOT CHECK: 1 of {core} cases did not run (crud.chosen_ids_differ).")


def test_case_that_asks_nothing_fails(run: Run) -> None:
    body = "    def test_crud__chosen_ids_differ(self, store):\n        pass\n"
    done = run("-k", "chosen_ids_differ", body=body)
    assert done.returncode == 1
    assert "The case passed without calling the store, so it says nothing." in done.stdout


def test_suite_without_its_plugin_fails(run: Run) -> None:
    done = run("-k", "chosen_ids_differ", "-o", "addopts=", "-W", "default", conftest="")
    assert done.returncode == 1
    assert 'Write pytest_plugins = ["contracts.pytest_suite"] into the top-level conftest.py.' in done.stdout


def test_plugin_without_a_suite_says_so(run: Run) -> None:
    done = run(module="def test_ours():\n    pass\n")
    assert done.returncode == 0
    assert "No case of the contract was run" in done.stdout


def test_lack_that_is_not_one_is_reported(run: Run) -> None:
    done = run("-k", "test_values_scalars or test_flows_arguments", store=MODEST)
    assert done.returncode == 0
    assert "would pass: is it really lacking?" in done.stdout
