"""What is missing, doubled, selected away or shadowed is noticed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.manifest import CASES, Manifest, collect
from contracts.plan import MEMORY, Adapter
from harness.models.outcome import Status

Judge = Callable[..., tuple[Status, str]]
TWO_CASES = """
import pytest

def test_a(store):
    assert store.bookings.count() == 0

@pytest.mark.parametrize("n", [1, 2])
def test_b(store, n):
    assert store.bookings.count() == 0
"""
ALL = ("a", "b[1]", "b[2]")


def test_cases_are_named_without_their_adapter(judge: Judge) -> None:
    other = Adapter(name="other", subject=MEMORY.subject)
    assert judge(TWO_CASES, *ALL, adapters=(MEMORY, other), workers=2) == (Status.PASSED, "PARITY")


def test_missing_case_is_unchecked(judge: Judge) -> None:
    assert judge(TWO_CASES, *ALL, "c") == (
        Status.UNCHECKED,
        "COULD NOT CHECK: 1 of 4 cases did not run; a verdict needs all of them.",
    )


def test_unknown_case_is_unchecked(judge: Judge) -> None:
    status, line = judge(TWO_CASES, "a", "b[1]")
    assert status is Status.UNCHECKED
    assert "1 cases ran that the manifest lacks, such as x.b[2]" in line


def test_doubled_id_is_unchecked(judge: Judge, tiny: Any) -> None:
    (tiny.cases / "more").mkdir()
    (tiny.cases / "more" / "test_x.py").write_text(TWO_CASES)
    status, line = judge(TWO_CASES, *ALL)
    assert status is Status.UNCHECKED
    assert "2 cases have this id" in line


def test_case_without_the_adapter_is_unchecked(judge: Judge) -> None:
    status, line = judge(TWO_CASES + "\ndef test_lone(): ...\n", *ALL)
    assert status is Status.UNCHECKED
    assert "x.lone takes neither the fixture subject nor store" in line


def test_module_that_cannot_be_imported_is_unchecked(judge: Judge, tiny: Any) -> None:
    status, _ = judge("import nowhere\n" + TWO_CASES, *ALL)
    assert status is Status.UNCHECKED
    assert any("No module named 'nowhere'" in reason for reason in tiny.reasons)


def test_part_of_the_cases_is_never_parity(judge: Judge) -> None:
    status, line = judge(TWO_CASES, *ALL, only=("x.a",))
    assert status is Status.UNCHECKED
    assert (
        line
        == "COULD NOT CHECK: 2 of 3 cases did not run (--case runs a part only); a verdict needs all of them."
    )


def test_part_that_fails_is_a_divergence(judge: Judge) -> None:
    source = TWO_CASES.replace("== 0", "== 1", 1)
    assert judge(source, *ALL, only=("x.a",))[0] is Status.FAILED


def test_exempt_by_a_capability(judge: Judge) -> None:
    head = "from contracts.case import needs\nfrom harness.adapters.capabilities import Capability\n"
    marked = f"{head}\n@needs(Capability.SERVER)\ndef test_s(subject):\n    subject.connect()\n"
    status, line = judge(marked, "s", needs=["server"])
    # All cases exempt: nothing was executed, and that is no parity.
    assert (status, line) == (Status.UNCHECKED, "COULD NOT CHECK: no case was executed.")
    assert judge(marked, "s")[0] is Status.UNCHECKED


@pytest.mark.parametrize(
    "options", ["-q", "--color=yes", "-v -rA", "--durations=3", "-p no:warnings", "-n0", "-s"]
)
def test_harmless_options_in_the_environment_change_nothing(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, options: str
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", options)
    assert judge(TWO_CASES, *ALL) == (Status.PASSED, "PARITY")


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ("-k nothing", 3),
        ("-k test_a", 2),
        ("-m strict", 3),
        ("--collect-only", 3),
        ("--deselect cases/test_x.py::test_a", 1),
    ],
)
def test_selection_in_the_environment_is_named(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, options: str, missing: int
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", options)
    status, line = judge(TWO_CASES, *ALL)
    assert status is Status.UNCHECKED
    assert f"{missing} of 3 cases did not run (PYTEST_ADDOPTS={options!r} is set)" in line


@pytest.mark.parametrize(
    "options", ["--bogus", "-p no:contracts.plugin", "-p nowhere", "--setup-only", "--version"]
)
def test_options_that_stop_pytest_end_unchecked(
    judge: Judge, monkeypatch: pytest.MonkeyPatch, options: str
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", options)
    failing = TWO_CASES.replace("== 0", "== 1")
    status, line = judge(failing, *ALL)
    assert status is not Status.PASSED
    assert line != "PARITY"


@pytest.mark.parametrize(
    "options", ["--assert=plain", "-W ignore", "--runxfail", "--no-summary", "-p no:terminal"]
)
def test_options_never_hide_a_failure(judge: Judge, monkeypatch: pytest.MonkeyPatch, options: str) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", options)
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    assert judge(TWO_CASES.replace("== 0", "== 1"), *ALL) == (Status.FAILED, "DIVERGENCE: 3 cases")


PLUGINS = {
    "passes_all": "@pytest.hookimpl(wrapper=True)\ndef pytest_runtest_makereport():\n    report = yield\n"
    "    report.outcome = 'passed'\n    return report\n",
    "calls_nothing": "@pytest.hookimpl(tryfirst=True)\ndef pytest_pyfunc_call():\n    return True\n",
    "swallows": "@pytest.hookimpl(wrapper=True)\ndef pytest_runtest_call():\n    try:\n        yield\n"
    "    except AssertionError:\n        pass\n",
    "deselects": "def pytest_collection_modifyitems(items):\n    items.clear()\n",
    "ends_well": "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n",
    "skips": "def pytest_runtest_setup():\n    pytest.skip('no')\n",
}


@pytest.mark.parametrize("source", PLUGINS.values(), ids=PLUGINS)
def test_plugin_in_the_environment_never_makes_parity(
    judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    (tmp_path / "foreign.py").write_text(f"import pytest\n{source}")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTEST_PLUGINS", "foreign")
    assert judge(TWO_CASES.replace("== 0", "== 1"), *ALL)[0] is not Status.PASSED


def test_harmless_plugin_in_the_environment_changes_nothing(
    judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "foreign.py").write_text("def pytest_report_header():\n    return 'hello'\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTEST_PLUGINS", "foreign")
    assert judge(TWO_CASES, *ALL) == (Status.PASSED, "PARITY")


@pytest.mark.parametrize("relative", [True, False])
def test_folders_of_our_names_are_not_imported(
    judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, relative: bool
) -> None:
    for name in ("contracts", "harness", "xdist", "execnet"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('impostor')\n")
    for name in ("xdist", "execnet"):
        (tmp_path / name / "__init__.py").unlink()
        (tmp_path / name).rmdir()
    (tmp_path / "conftest.py").write_text("raise SystemExit('conftest')\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --bogus\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "." if relative else str(tmp_path))
    assert judge(TWO_CASES, *ALL) == (Status.PASSED, "PARITY")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "cases",
        "conftest.py",
        "contracts",
        "harness",
        "pytest.ini",
    ]


def test_manifest_is_what_is_collected() -> None:
    """If this fails, the cases changed: run ``python -m contracts.manifest``."""
    found, packaged = set(collect(CASES).entries), set(Manifest.packaged().entries)
    assert found - packaged == set()
    assert packaged - found == set()
