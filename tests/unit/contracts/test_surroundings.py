"""Which conftest of the user's asks for what the contract will not do."""

from pathlib import Path

import pytest

from contracts.surroundings import check_directory, interferences
from harness.errors import ConfigurationError

DECIDING = {
    "modifyitems": (
        "def pytest_collection_modifyitems(items):\n    items.clear()\n",
        "pytest_collection_modifyitems",
        1,
    ),
    "call": ("\ndef pytest_runtest_call(item):\n    return None\n", "pytest_runtest_call", 2),
    "report": ("def pytest_runtest_makereport(item, call): ...\n", "pytest_runtest_makereport", 1),
    "pyfunc": ("def pytest_pyfunc_call(pyfuncitem):\n    return True\n", "pytest_pyfunc_call", 1),
    "ignore": ("def pytest_ignore_collect():\n    return True\n", "pytest_ignore_collect", 1),
    "generate": ("def pytest_generate_tests(metafunc): ...\n", "pytest_generate_tests", 1),
    "finish": ("def pytest_sessionfinish(session):\n    session.exitstatus = 0\n", "pytest_sessionfinish", 1),
    "in_a_branch": ("if True:\n    def pytest_runtest_setup(): ...\n", "pytest_runtest_setup", 2),
    "collect_ignore": ('collect_ignore = ["x.py"]\n', "collect_ignore", 1),
    "collect_ignore_glob": ('collect_ignore_glob: list[str] = ["*"]\n', "collect_ignore_glob", 1),
    "autouse": (
        "import pytest\n\n@pytest.fixture(autouse=True)\ndef skip_all():\n    pytest.skip()\n",
        "the autouse fixture skip_all",
        4,
    ),
    "module_skip": (
        'import pytest\npytest.skip("no", allow_module_level=True)\n',
        "a skip of the whole module",
        2,
    ),
}
HARMLESS = {
    "empty": "",
    "fixture": "import pytest\n\n@pytest.fixture\ndef client():\n    return 1\n",
    "autouse_false": "import pytest\n\n@pytest.fixture(autouse=False)\ndef client(): ...\n",
    "header": "def pytest_report_header():\n    return 'x'\n",
    "options": "def pytest_addoption(parser): ...\n",
    "mention": "# def pytest_runtest_call(item): ...\n",
}


@pytest.mark.parametrize(("source", "name", "line"), DECIDING.values(), ids=DECIDING)
def test_deciding_conftest_is_named_with_its_line(tmp_path: Path, source: str, name: str, line: int) -> None:
    (tmp_path / "conftest.py").write_text(source)
    with pytest.raises(ConfigurationError) as refused:
        check_directory(tmp_path)
    assert f"{tmp_path / 'conftest.py'}, line {line}: {name} decides on tests" in str(refused.value)
    assert "Run from another directory" in str(refused.value)


@pytest.mark.parametrize("source", HARMLESS.values(), ids=HARMLESS)
def test_other_conftest_is_none_of_our_business(tmp_path: Path, source: str) -> None:
    (tmp_path / "conftest.py").write_text(source)
    check_directory(tmp_path)


def test_conftest_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("def broken(:\n")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        check_directory(tmp_path)


def test_no_conftest_is_fine(tmp_path: Path) -> None:
    check_directory(tmp_path)


def test_computed_autouse_counts() -> None:
    source = b"@fixture(autouse=FLAG)\ndef f(): ...\n"
    assert [found.name for found in interferences(source)] == ["the autouse fixture f"]
