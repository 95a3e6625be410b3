"""Which processes a server has, while they come and go."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from harness.stack.processes import ProcessId, children


@pytest.fixture
def child() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_children_are_those_that_run(child: "subprocess.Popen[bytes]") -> None:
    assert ProcessId.of(child.pid) in children(os.getpid())


def test_child_that_ends_while_they_are_listed_is_left_out(
    child: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = psutil.Process(child.pid)
    child.kill()
    child.wait()
    monkeypatch.setattr(psutil.Process, "children", lambda _: [listed])
    assert children(os.getpid()) == []


def test_parent_that_ended_has_none(child: "subprocess.Popen[bytes]") -> None:
    child.kill()
    child.wait()
    assert children(child.pid) == []
