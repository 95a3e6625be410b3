"""The pytest plugin of the contract: runs each case on each adapter and tells what happened.

It decides nothing about the verdict. `contracts.plan` says what to run,
`contracts.events` is what comes out.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Generator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

import contracts
import harness
from contracts.capable import lacking, reason, tried
from contracts.collected import case_info, function_id
from contracts.events import Begun, Broke, CaseInfo, Collected, Ended, Event, Lost, Opened, Writer
from contracts.expect import comparisons
from contracts.explain import compared
from contracts.marks import register_marks
from contracts.plan import Plan
from contracts.recording import Log, RecordedSubject
from contracts.run import CaseRun
from contracts.subject import Subject
from contracts.workers import started
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store

ADAPTER = "contract_adapter"
_PREFIX = "on:"
_PLUGIN = "contract-session"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the plan of the run as a file."""
    group = parser.getgroup("contract", "parity contract")
    group.addoption("--contract-plan", metavar="FILE", help="what to run, as contracts.plan writes it")


def pytest_configure(config: pytest.Config) -> None:
    """Read the plan; without one, the cases run on memory and report to pytest alone."""
    register_marks(config)
    path = config.getoption("contract_plan")
    plan = Plan(events=None) if path is None else Plan.loads(Path(path).read_text(encoding="utf-8"))
    config.pluginmanager.register(ContractSession(config, plan), _PLUGIN)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each case on each adapter of the plan."""
    if ADAPTER in metafunc.fixturenames:
        # What no adapter is to run is not multiplied by all of them first.
        function = function_id(metafunc.definition)
        adapters = [
            adapter
            for adapter in _session(metafunc.config).plan.adapters
            if not adapter.cases or any(case.partition("[")[0] == function for case in adapter.cases)
        ]
        metafunc.parametrize(
            ADAPTER,
            [adapter.name for adapter in adapters],
            ids=[_PREFIX + adapter.name for adapter in adapters],
        )


@pytest.fixture
def subject(contract_adapter: str, request: pytest.FixtureRequest) -> Subject:
    """The adapter under test on empty tables. Its stores note what they are asked."""
    session = _session(request.config)
    opened = session.open(contract_adapter)
    opened.reset()
    session.prepare(opened)
    return cast("Subject", RecordedSubject(opened, session.log))


@pytest.fixture
def contract_plan(request: pytest.FixtureRequest) -> Plan:
    """What the run is to do."""
    return _session(request.config).plan


@pytest.fixture
def store(subject: Subject) -> Store:
    """The store under test, on empty tables."""
    return subject.store


def _session(config: pytest.Config) -> "ContractSession":
    return cast("ContractSession", config.pluginmanager.get_plugin(_PLUGIN))


class ContractSession:
    """The state of one process of the run: the controller, or a worker."""

    def __init__(self, config: pytest.Config, plan: Plan) -> None:
        self.plan = plan
        self.log = Log()
        self._config = config
        workerinput: dict[str, Any] | None = getattr(config, "workerinput", None)
        self._worker = "main" if workerinput is None else str(workerinput["workerid"])
        self._controls = workerinput is None
        self._writer = None if plan.events is None else Writer(plan.events)
        self._subjects: dict[str, Subject] = {}
        self._opening: dict[str, Future[Subject]] = {}
        self._running: CaseRun | None = None
        self._failed: set[str] = set()
        self._stop: str | None = None
        if self._controls and plan.owner_fd is not None:
            threading.Thread(target=_end_with_owner, args=(plan.owner_fd,), daemon=True).start()

    def emit(self, event: Event) -> None:
        """Append an event to the stream, if there is one."""
        if self._writer is not None:
            self._writer(event)

    def open(self, name: str) -> Subject:
        """Return this worker's subject of an adapter, made when it is first needed."""
        if name not in self._subjects:
            begun = time.perf_counter()
            try:
                subject = self._opening.pop(name).result() if name in self._opening else self._open(name)
            except Exception as error:
                # Every case on this adapter would end the same way.
                self._stop = f"{name} of worker {self._worker} could not be opened: {error}"
                raise
            self._subjects[name] = subject
            capabilities = tuple(sorted(capability.value for capability in subject.capabilities))
            self.emit(
                Opened(
                    worker=self._worker,
                    adapter=name,
                    capabilities=capabilities,
                    seconds=time.perf_counter() - begun,
                    operations=_announced(subject),
                    lacks=getattr(subject, "lacks", {}),
                )
            )
        return self._subjects[name]

    def prepare(self, subject: Subject) -> None:
        """Let an adapter in another process treat its values as the case treats those in this one."""
        spoil = getattr(subject, "spoil", None)
        if spoil is not None and self._running is not None:
            spoil(values=Capability.SHARED_VALUES.value in self._running.info.needs)

    def _open(self, name: str) -> Subject:
        return self.plan.adapter(name).open(self.plan.stack)

    def pytest_collection(self) -> None:
        """Start what the adapters need while the cases are collected: servers take as long as that."""
        distributes = self._controls and bool(self._config.getoption("numprocesses", None))
        if not (distributes or self.plan.one_by_one or self._config.option.collectonly):
            for adapter in self.plan.adapters:
                if adapter.needs_stack:
                    self._opening[adapter.name] = started(partial(self._open, adapter.name))

    def pytest_sessionstart(self) -> None:
        """Say which packages run, so that a folder of the same name cannot take their place."""
        if self._controls:
            self.emit(Begun(packages=tuple(_folder(package.__file__) for package in (contracts, harness))))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what the plan names. Everything else that disappears is missed by the verdict."""
        adapters = {adapter.name: adapter for adapter in self.plan.adapters}
        partial = any(adapter.cases for adapter in self.plan.adapters)

        def is_planned(info: CaseInfo) -> bool:
            adapter = adapters.get(info.adapter)
            # A case that takes no adapter is reported as such; in a part of a run, nobody asked for it.
            chosen = not partial if adapter is None else adapter.runs(info.id)
            return chosen and (self.plan.level == "strict" or info.level == "core")

        items[:] = [item for item in items if is_planned(self._info(item))]
        if self.plan.one_by_one:
            places = {name: place for place, name in enumerate(adapters)}
            items.sort(key=lambda item: places[self._info(item).adapter])

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell which cases will run."""
        infos = tuple(self._info(item) for item in session.items)
        self.emit(Collected(worker=self._worker, cases=infos))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Tell that a module could not be imported."""
        if report.failed:
            self.emit(Broke(what=report.nodeid, text=report.longreprtext[-2000:]))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        """Follow one case from its setup to its teardown."""
        info = self._info(item)
        if self.plan.until_failure and info.adapter in self._failed:
            result = yield
        else:
            # A thread that a case left behind goes on writing to the log of that case.
            self.log = Log()
            comparisons.clear()
            run = self._running = CaseRun(item, info, self._worker)
            self.emit(run.started())
            result = yield
            run.spoilt = run.spoilt or self._trouble(info.adapter)
            self.emit(run.finished(self.log))
            self._running = None
            if run.problem is not None:
                self._failed.add(info.adapter)
            stop = run.stop if run.down is None else run.down
            if stop is not None:
                item.session.shouldstop = stop
        if self.plan.one_by_one and (nextitem is None or self._info(nextitem).adapter != info.adapter):
            self._close(info.adapter)
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        """Exempt an adapter that lacks what the case needs."""
        run = self._running
        if run is None:
            pytest.skip("enough is known of its adapter")
        if run.info.adapter:
            subject = self.open(run.info.adapter)
            missing = lacking(map(Capability, run.info.needs), subject.capabilities)
            if missing:
                run.exempt = missing[0].value
                if not tried(missing) or getattr(subject, "impossible", frozenset()).intersection(missing):
                    pytest.skip(f"{run.info.adapter} {reason(missing[0])}")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_pyfunc_call(self) -> Generator[None, object, object]:
        """Let no exempt case count that is run to see whether it would pass."""
        run = self._running
        try:
            result = yield
        except (Exception, pytest.fail.Exception):
            if run is None or run.exempt is None:
                raise
            pytest.skip(f"{run.info.adapter} lacks {run.exempt}")
        if run is not None and run.exempt is not None:
            run.would_pass = True
            pytest.skip(f"{run.info.adapter} lacks {run.exempt}, and would pass")
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note how a phase ended, and ask the servers if it ended badly."""
        report = yield
        run = self._running
        if run is not None:
            was_well = run.problem is None
            run.note(call, report)
            run.spoilt = run.spoilt or self._trouble(run.info.adapter)
            if run.problem is not None and run.down is None:
                down = self._stop or self._probe(run.info.adapter)
                run.take_probe(down, is_partial=bool(self.log.lacks))
                if was_well and down is None:
                    run.quote(self._said(run.info.adapter, run.begun_at))
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_assertrepr_compare(self, op: str, left: object, right: object) -> None:
        """Keep the two sides of the comparison that failed, while they are as they were compared."""
        if self._running is not None:
            self._running.comparison = compared(op, left, right)
            comparisons[:] = [self._running.comparison]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object | None) -> None:
        """Tell that a worker ended without a word."""
        if error:
            self.emit(Lost(worker=str(node.gateway.id), reason=str(error)))

    def pytest_internalerror(self, excrepr: object) -> None:
        """Tell that pytest itself failed."""
        self.emit(Broke(what="pytest", text=str(excrepr)[-2000:]))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> Generator[None]:
        """Close the subjects, and end the stream once all workers are gone."""
        for name, opening in self._opening.items():
            # What no case asked for was still started.
            if opening.exception() is None:
                self._subjects[name] = opening.result()
        self._opening.clear()
        for name in tuple(self._subjects):
            self._close(name)
        yield
        if self._controls:
            self.emit(Ended(exit_status=int(exitstatus)))

    def _close(self, name: str) -> None:
        subject = self._subjects.pop(name, None)
        try:
            if subject is not None:
                subject.close()
        except Exception as error:  # noqa: BLE001 - the verdict does not depend on it; the log shows it
            print(f"closing {name}: {error}", file=sys.__stderr__)

    def _probe(self, adapter: str) -> str | None:
        subject = self._subjects.get(adapter)
        down = None if subject is None else subject.probe()
        return None if down is None else f"{adapter} of worker {self._worker}: {' '.join(down.split())}"

    def _said(self, adapter: str, since: float) -> str | None:
        """Ask a subject whose servers are containers what these have said since a time."""
        said = getattr(self._subjects.get(adapter), "servers_said", None)
        return None if said is None else said(since)

    def _trouble(self, adapter: str) -> str | None:
        """Ask a subject that may have trouble of its own, as one behind a bridge, if it had any."""
        trouble = getattr(self._subjects.get(adapter), "trouble", None)
        return None if trouble is None else trouble()

    def _info(self, item: pytest.Item) -> CaseInfo:
        return case_info(item, ADAPTER, _PREFIX)


def _announced(subject: Subject) -> tuple[str, ...] | None:
    operations = getattr(subject, "operations", None)
    return None if operations is None else tuple(sorted(operations))


def _folder(file: str | None) -> str:
    return "" if file is None else str(Path(file).resolve().parent)


def _end_with_owner(owner_fd: int) -> None:
    """Wait until the command is gone, however it went, and take the whole run along."""
    while os.read(owner_fd, 1):
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)
