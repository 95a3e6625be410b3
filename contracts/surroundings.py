"""Looks for a ``conftest.py`` that asks for what the contract will not do.

No conftest of the user's is ever loaded. One that only brings fixtures is
none of our business. But one that decides which tests run, or how they end,
was put there by somebody who expects it to count: a verdict beside it would
mean something else than they think.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.errors import ConfigurationError

__all__ = ["Interference", "check_directory", "interferences"]

_DECIDING = (
    "pytest_collect",
    "pytest_collection",
    "pytest_deselected",
    "pytest_fixture_setup",
    "pytest_generate_tests",
    "pytest_ignore_collect",
    "pytest_itemcollected",
    "pytest_make_collect",
    "pytest_pycollect",
    "pytest_pyfunc_call",
    "pytest_report_teststatus",
    "pytest_runtest",
    "pytest_runtestloop",
    "pytest_sessionfinish",
    "pytest_sessionstart",
)
_VARIABLES = ("collect_ignore", "collect_ignore_glob")


@dataclass(frozen=True)
class Interference:
    """One definition that would change which tests run or how they end."""

    name: str
    line: int


def check_directory(directory: Path) -> None:
    """Raise ConfigurationError if the directory's ``conftest.py`` would decide on tests."""
    path = directory / "conftest.py"
    if not path.is_file():
        return
    try:
        found = next(interferences(path.read_bytes()), None)
    except (OSError, SyntaxError, ValueError) as error:
        raise ConfigurationError(
            f"{path} cannot be read ({error}), so what it does to tests is unknown; run elsewhere."
        ) from error
    if found is not None:
        raise ConfigurationError(
            f"{path}, line {found.line}: {found.name} decides on tests, and no verdict may depend on that. "
            "Run from another directory."
        )


def interferences(source: bytes) -> Iterator[Interference]:
    """Yield what a conftest defines that decides on tests. Raises SyntaxError."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if node.name.startswith(_DECIDING):
                yield Interference(node.name, node.lineno)
            case ast.FunctionDef() | ast.AsyncFunctionDef() if any(map(_autouse, node.decorator_list)):
                yield Interference(f"the autouse fixture {node.name}", node.lineno)
            case ast.Assign(targets=targets) if (name := _variable(targets)) is not None:
                yield Interference(name, node.lineno)
            case ast.AnnAssign(target=target) if (name := _variable([target])) is not None:
                yield Interference(name, node.lineno)
            case ast.Call() if any(_is_true(keyword, "allow_module_level") for keyword in node.keywords):
                yield Interference("a skip of the whole module", node.lineno)
            case _:
                pass


def _autouse(decorator: ast.expr) -> bool:
    """Anything but ``autouse=False`` counts: what is computed may be true."""
    return isinstance(decorator, ast.Call) and any(
        _is_true(keyword, "autouse") for keyword in decorator.keywords
    )


def _is_true(keyword: ast.keyword, name: str) -> bool:
    return keyword.arg == name and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value)


def _variable(targets: list[ast.expr]) -> str | None:
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return next((name for name in names if name in _VARIABLES), None)
