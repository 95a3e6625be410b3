"""The generator's processes: what they send together, and that none of them is ever left."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from loadtests.errors import LoadError
from loadtests.generation.arrivals import needs
from loadtests.generation.generator import Generator
from loadtests.generation.plan import Plan, paired_plan
from loadtests.generation.process import WorkerProcess
from loadtests.records import Arm
from tests.integration.loadtests.generation.moody_server import MoodyServer
from tests.integration.loadtests.generation.pinging import Spec
from tests.integration.loadtests.generation.sending import total

FACTORY = "pinging:open_workload"
DEADLINE_S = 60.0


def a_plan(pairs: int = 2) -> Plan:
    return paired_plan(pairs=pairs, rate_per_s=100, weights={"ping": 1}, seed=1, window_s=0.3)


def gone(pids: Sequence[int]) -> bool:
    """Wait until none of the processes runs."""
    deadline = time.monotonic() + DEADLINE_S
    while any(map(runs, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(runs, pids))


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def children() -> list[int]:
    return [child.pid for child in psutil.Process().children(recursive=True)]


@contextmanager
def driven(
    server: MoodyServer, log: Path, workers: int
) -> Iterator[tuple["subprocess.Popen[str]", list[int]]]:
    """A parent in the midst of a run, and the processes that it started."""
    script = Path(__file__).with_name("driving.py")
    command = [sys.executable, str(script), server.host, str(workers), str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        try:
            _, *pids = parent.stdout.readline().split()
            assert parent.stdout.readline().startswith("window 0")
            yield parent, [int(pid) for pid in pids]
        finally:
            parent.kill()


def test_one_process_sends_each_arm_its_requests_and_is_gone_at_the_end(
    server: MoodyServer, log: Path
) -> None:
    before = set(children())
    plan, long, ended = a_plan(), a_plan(pairs=20), list[int]()

    def enough(_: int) -> None:
        raise LoadError("enough")

    with MoodyServer() as other:
        hosts: dict[Arm, str] = {"a": server.host, "b": other.host}
        with Generator.start(Spec(), hosts, log=log, factory=FACTORY) as generator:
            started = set(children()) - before
            generator.prepare(plan)
            records = generator.run(plan, progress=ended.append)
            expected = needs(plan)
            asked = {"a": server.asked["GET /ping"], "b": other.asked["GET /ping"]}
            assert asked == {arm: counts["ping"] for arm, counts in expected.items()}
            assert generator.clean() == ()

            generator.prepare(long)
            with pytest.raises(LoadError, match="enough"):
                generator.run(long, progress=enough)
            assert generator.clean()  # calls that were prepared, and not made
            assert server.asked["DELETE /made"] == server.asked["POST /made"] > 0

            generator._process._process.kill()
            with pytest.raises(
                LoadError,
                match=r"ended with signal 9; the last line of .*generator\.log is: .",
            ):
                generator.run(plan)
    assert sum(total((record,), "ping") for record in records if record.arm == "a") == asked["a"]
    assert [record.index for record in records] == ended == [0, 1, 2, 3]
    assert all(record.complete and 0 < record.generator_cpu <= 1 for record in records)
    assert len(started) == 1
    assert gone(sorted(started))


def test_two_workers_from_elsewhere_send_the_sum_and_a_lost_one_is_an_error(
    server: MoodyServer, log: Path
) -> None:
    plan = a_plan()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["harness", "load", "worker", "--master-host", "127.0.0.1", "--master-port", str(port)]
    elsewhere, told = list["subprocess.Popen[bytes]"](), list[str]()

    def tell(words: str) -> None:
        told.append(words)
        with log.open("ab") as errors:
            elsewhere.extend(subprocess.Popen(command, stderr=errors) for _ in range(2))

    hosts: dict[Arm, str] = {"a": server.host, "b": server.host}
    try:
        with Generator.start(
            Spec(), hosts, log=log, external_workers=2, port=port, tell=tell, factory=FACTORY
        ) as generator:
            generator.prepare(plan, plan)
            records = generator.run(plan)
            shares = [sum(needs(plan, worker, 2)[arm]["ping"] for arm in plan.arms) for worker in (0, 1)]
            assert min(shares) > 0
            assert server.asked["GET /ping"] == total(records, "ping") == sum(shares)
            elsewhere[0].kill()
            with pytest.raises(LoadError, match="was lost: nothing was measured that can be used"):
                generator.run(plan)
        assert elsewhere[1].wait(DEADLINE_S) == 0  # nobody needs it any more
    finally:
        for process in elsewhere:
            process.kill()
            process.wait()
    assert told == [f"waiting for 2 workers from elsewhere on 127.0.0.1:{port}"]


def test_a_worker_of_this_machine_that_died_is_an_error() -> None:
    with subprocess.Popen([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]) as process:
        process.wait(DEADLINE_S)
    with pytest.raises(LoadError, match=f"worker process {process.pid} ended with signal 9"):
        WorkerProcess(process).check()


def test_a_parent_that_is_killed_leaves_no_process(server: MoodyServer, log: Path) -> None:
    with driven(server, log, workers=1) as (parent, pids):
        assert len(pids) == 2
        assert all(map(runs, pids))
        parent.kill()
        assert gone(pids)


def test_ctrl_c_returns_what_was_measured_and_leaves_no_process(server: MoodyServer, log: Path) -> None:
    with driven(server, log, workers=0) as (parent, pids):
        parent.send_signal(signal.SIGINT)
        said, _ = parent.communicate(timeout=DEADLINE_S)
        assert parent.returncode == 0
        assert gone(pids)
    interrupted = next(line.split() for line in said.splitlines() if line.startswith("interrupted"))
    count, complete = int(interrupted[1]), interrupted[2:]
    assert 0 < count == len(complete) < 200
    assert set(complete[:-1]) <= {"True"}
    assert server.asked["DELETE /made"] == server.asked["POST /made"] > 0


def test_the_parent_is_not_changed_by_locust() -> None:
    code = "import sys, loadtests.generation.generator; print({'locust', 'gevent'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "set()\n"
