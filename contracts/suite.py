"""`ContractSuite`: every case of the contract as a test class that other projects run on their own store.

In the project's top-level ``conftest.py``::

    pytest_plugins = ["contracts.pytest_suite"]

and in one of its test files::

    class TestParity(ContractSuite):
        @pytest.fixture
        def open_store(self):
            rows = ...  # empty
            return lambda: MyStore(rows)
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import FunctionType
from typing import Any, ClassVar

import pytest

# Before the first case is imported: without it, a failing assert shows no values.
pytest.register_assert_rewrite("contracts.cases")

from contracts.manifest import CASES  # noqa: E402
from contracts.plan import Adapter, Level, Plan  # noqa: E402
from contracts.pytest_suite import opened_for  # noqa: E402
from contracts.subject import Subject  # noqa: E402
from contracts.subjects.store import Rows  # noqa: E402
from harness.adapters.protocol import Store  # noqa: E402

__all__ = ["ContractSuite"]


@cache
def _cases() -> Mapping[str, Callable[..., Any]]:
    """All test functions, by the names that they have in the class: ``test_crud__delete_is_true_once``."""
    found: dict[str, Callable[..., Any]] = {}
    for name in sorted(module.name for module in iter_modules([str(CASES)])):
        module = import_module(f"contracts.cases.{name}")
        of_all = getattr(module, "pytestmark", [])
        marks = of_all if isinstance(of_all, list) else [of_all]
        for case, value in vars(module).items():
            if case.startswith("test_") and isinstance(value, FunctionType):
                found[f"{name}__{case.removeprefix('test_')}"] = _marked(value, marks)
    return found


def _marked(case: FunctionType, marks: list[pytest.MarkDecorator]) -> Callable[..., Any]:
    """Copy a case with the marks of its module, which do not hold for the class that it becomes a part of."""
    method = FunctionType(case.__code__, case.__globals__, case.__name__, case.__defaults__, case.__closure__)
    method.__dict__.update(case.__dict__)
    method.__kwdefaults__, method.__doc__ = case.__kwdefaults__, case.__doc__
    method.__annotations__, method.__module__ = case.__annotations__, case.__module__
    own = getattr(case, "pytestmark", [])
    vars(method)["pytestmark"] = [*own, *(mark.mark for mark in marks)]
    return method


class ContractSuite:
    """The contract on the store of the fixture `open_store`; subclass it under a name that begins with Test.

    Each case is a test method, with its parameters and its marks: ``-k
    queues``, ``-m "not strict"`` and ``-n 4`` select and distribute them as
    any others. Cases for which the store declares no capability are skipped,
    with the reason. At the end of the session the plugin
    ``contracts.pytest_suite`` accounts for every case of the manifest: if one
    neither ran nor was exempt, the session fails, unless it was told to run
    a part only.
    """

    level: ClassVar[Level] = "strict"
    """``core`` leaves out input hygiene, exact names and precedence."""

    def __init_subclass__(cls) -> None:
        """Leave the strict cases out of a class that asks for the core."""
        super().__init_subclass__()
        if cls.level == "core":
            for name, case in _cases().items():
                if any(mark.name == "strict" for mark in getattr(case, "pytestmark", [])):
                    setattr(cls, name, None)

    @pytest.fixture
    def open_store(self) -> Callable[[], Store] | Rows:
        """Return the function that opens one more client on the same rows, which are empty at first.

        It is asked once per case. Return `contracts.subjects.Rows` instead if
        there is a way to the rows past the store.
        """
        raise NotImplementedError("define the fixture open_store in your test class")

    @pytest.fixture
    def subject(self, open_store: Callable[[], Store] | Rows, request: pytest.FixtureRequest) -> Any:
        """The store under test and the ways to look at it."""
        yield from opened_for(request.node, open_store, type(self).level)

    @pytest.fixture
    def contract_adapter(self) -> str:
        """The name of the store in what the contract reports."""
        return type(self).__name__

    @pytest.fixture
    def contract_plan(self, contract_adapter: str) -> Plan:
        """What the cases that ask for the run itself are told of it."""
        adapter = Adapter(name=contract_adapter, subject=f"{type(self).__module__}:subject")
        return Plan(events=None, adapters=(adapter,), level=self.level)

    @pytest.fixture
    def store(self, subject: Subject) -> Store:
        """The store under test, on empty rows."""
        return subject.store


for _name, _case in _cases().items():
    setattr(ContractSuite, _name, staticmethod(_case))
