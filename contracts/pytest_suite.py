"""The pytest plugin behind `contracts.suite.ContractSuite`: skips by capability, and accounts for every case.

It is loaded by name (``pytest_plugins = ["contracts.pytest_suite"]``) and not
by an entry point: an entry point would import a package called `contracts`
in every run of pytest of every project beside which this one is installed.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, cast

import pytest

from contracts.accounts import Account, Class, rendered
from contracts.capable import lacking, reason, tried
from contracts.collected import first_sentence
from contracts.manifest import Manifest
from contracts.marks import register_marks
from contracts.plan import Level
from contracts.recording import Log, RecordedSubject
from contracts.subject import Subject
from contracts.subjects.store import Rows, StoreSubject
from harness.adapters.protocol import Store
from harness.errors import HarnessError

__all__ = ["opened_for"]

_PLUGIN = "contract-suite"
_CASE = "parity-case"
_LEVEL = "parity-level"
_EXEMPT = "parity-exempt"
_PASSABLE = "parity-would-pass"
_LOG = pytest.StashKey[Log]()
_TRIED = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks of the cases, and begin to count."""
    register_marks(config)
    config.pluginmanager.register(_Session(config), _PLUGIN)


def opened_for(item: pytest.Item, open_store: Callable[[], Store] | Rows, level: Level) -> Iterator[Subject]:
    """Open the store for one case, and skip the case if the store lacks what it needs.

    A lack that can be tried out (see `contracts.capable.TRIED`) does not keep
    the case from running, only from counting.
    """
    if not item.config.pluginmanager.has_plugin(_PLUGIN):
        raise HarnessError(
            "The plugin of the contract is not loaded: nothing would notice cases that do not run. Write "
            'pytest_plugins = ["contracts.pytest_suite"] into the top-level conftest.py.'
        )
    item.user_properties += [(_CASE, _case_id(item)), (_LEVEL, level)]
    subject = StoreSubject(lambda: open_store, item.nodeid.split("::")[-2], begins_anew=False)
    try:
        needs = [one for mark in item.iter_markers("needs") for one in mark.args]
        missing = lacking(needs, subject.capabilities)
        if missing:
            item.user_properties.append((_EXEMPT, missing[0].value))
            if not tried(missing):
                pytest.skip(reason(missing[0]))
            item.stash[_TRIED] = reason(missing[0])
        log = item.stash[_LOG] = Log()
        yield cast("Subject", RecordedSubject(subject, log))
    finally:
        subject.close()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """See to it that a case that passes has asked the store something, and that a trial counts as a skip."""
    why = pyfuncitem.stash.get(_TRIED, None)
    try:
        result = yield
    except (Exception, pytest.fail.Exception):
        if why is None:
            raise
        pytest.skip(why)
    log = pyfuncitem.stash.get(_LOG, None)
    if why is not None:
        pyfuncitem.user_properties.append((_PASSABLE, "yes"))
        pytest.skip(f"{why}; yet it would pass")
    if log is not None and log.calls == 0:
        raise HarnessError("The case passed without calling the store, so it says nothing.")
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what the case proves and what it asked of the store."""
    report = yield
    log = item.stash.get(_LOG, None)
    if report.failed and log is not None:
        proves = first_sentence(getattr(getattr(item, "function", None), "__doc__", None))
        calls = [f"{one.step:>3}  {one.call} -> {one.answer}" for one in log.describe()]
        report.sections.append(("contract", "\n".join([f"proves: {proves}", *calls])))
        script = getattr(None if call.excinfo is None else call.excinfo.value, "script", None)
        if script is not None:
            report.sections.append(("script", script))
    return report


def _case_id(item: pytest.Item) -> str:
    """``crud.missing_get_is_none[bookings]`` for the item of a case."""
    name = str(getattr(item, "originalname", item.name)).removeprefix("test_").replace("__", ".", 1)
    callspec = getattr(item, "callspec", None)
    return name if callspec is None else f"{name}[{callspec.id}]"


class _Session:
    """Counts in the process that hears of all results: the only one, or the controller of the workers."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._controls = not hasattr(config, "workerinput")
        self._classes: dict[str, Class] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how one phase of a case ended."""
        properties = dict(cast("Sequence[tuple[str, Any]]", report.user_properties))
        if self._controls and _CASE in properties:
            name = report.nodeid.rpartition("::")[0]
            level = cast("Level", properties[_LEVEL])
            self._classes.setdefault(name, Class(name, level)).note(
                str(properties[_CASE]),
                phase=report.when,
                outcome="xfailed" if hasattr(report, "wasxfail") else report.outcome,
                exempt=properties.get(_EXEMPT),
                would_pass=_PASSABLE in properties,
            )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Fail the session if a case of the manifest is not accounted for, unless a part was asked for."""
        result = yield
        if self._controls and not self._selection() and any(not one.complete for one in self._accounts()):
            session.testsfailed += 1
        return result

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what became of the contract."""
        if not self._controls or self._config.option.collectonly:
            return
        terminalreporter.section("parity contract")
        for line in rendered(self._accounts(), self._selection()):
            terminalreporter.write_line(line)

    def _accounts(self) -> list[Account]:
        if not self._classes:
            return []
        manifest = Manifest.packaged()
        return [one.account(manifest.at(one.level)) for one in self._classes.values()]

    def _selection(self) -> list[str]:
        """Name the options that leave tests out on purpose."""
        option = self._config.option
        named = {
            "-k": option.keyword,
            "-m": option.markexpr,
            "--deselect": option.deselect,
            "--lf": getattr(option, "lf", None),
            "--stepwise": getattr(option, "stepwise", None),
        }
        found = [name for name, value in named.items() if value]
        return [*found, *(arg for arg in self._config.args if "::" in arg)]
