"""Adapters that break the protocol: one sentence each, with the last words, and nothing left behind."""

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from harness.adapters.bridge import bridge as bridge_module
from harness.adapters.bridge import child
from harness.adapters.bridge.bridge import Bridge
from harness.adapters.bridge.errors import BridgeError, MissingOperation
from harness.errors import Conflict

HOSTILE = Path(__file__).with_name("hostile.py")
OWNER = """
import os, pathlib, time
from harness.adapters.bridge.bridge import Bridge

bridge = Bridge({command!r}, environ=dict(os.environ), cwd=pathlib.Path({cwd!r}))
bridge.call("getBooking", ["x"])
print("ready", flush=True)
time.sleep(600)
"""


def command(way: str) -> str:
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(HOSTILE))} {way}"


@contextmanager
def opened(line: str, *, hello_s: float = 20.0, call_s: float = 20.0) -> Iterator[Bridge]:
    bridge = Bridge(line, environ=dict(os.environ), cwd=HOSTILE.parent, hello_s=hello_s, call_s=call_s)
    try:
        yield bridge
    finally:
        bridge.close()


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("chatter_first", "'Server started on port 3000' as its first line, and it is no JSON"),
        ("stack_trace", "Error: Cannot find package 'tsx'"),
        ("ends_at_once", "ended with exit status 3 before its hello"),
        ("other_protocol", "its protocol is 'parity-bridge/9'"),
        ("closes_stdout", "closed its stdout and went on running before its hello"),
        ("nested_hello", "as its first line, and it is no JSON"),
    ],
)
def test_no_hello(way: str, said: str) -> None:
    with pytest.raises(BridgeError) as caught, opened(command(way)):
        pass
    assert said in str(caught.value)
    assert f"Its last words on stderr: about to misbehave: {way}" in str(caught.value)


def test_silence_is_ended() -> None:
    with (
        pytest.raises(BridgeError, match=r"said nothing on its stdout for 0\.5 s"),
        opened(command("says_nothing"), hello_s=0.5),
    ):
        pass


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("no-such-command-at-all --flag", "ended with exit status 127 (the command was not found)"),
        ("exit 0", "ended with exit status 0 before its hello"),
        ("/dev/null", "exit status 126 (it is not executable)"),
    ],
)
def test_command_that_is_none(line: str, said: str) -> None:
    with pytest.raises(BridgeError) as caught, opened(line):
        pass
    assert said in str(caught.value)


def test_directory_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(BridgeError, match="cannot be started in"):
        Bridge("true", environ=dict(os.environ), cwd=tmp_path / "gone")


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("chatter_later", "printed 'GET /bookings 200 in 3 ms' on stdout, which is no JSON"),
        ("cut_line", "which is no JSON"),
        ("wrong_id", "answered a request with id '1001', which nobody waits for"),
        ("no_id", "which is no reply"),
        ("both", "a reply has either a result or an error"),
        ("neither", "a reply has either a result or an error"),
        ("unknown_kind", "its kind is 'weird'"),
        ("error_is_text", "its kind is None"),
        ("crash", "ended with exit status 1"),
        ("killed", "was killed by SIGKILL"),
    ],
)
def test_broken_answer(way: str, said: str) -> None:
    with opened(command(way)) as bridge:
        with pytest.raises(BridgeError) as caught:
            bridge.call("getBooking", ["x"])
        assert said in str(caught.value)
        assert bridge.broken == str(caught.value)
        with pytest.raises(BridgeError) as again:
            bridge.call("getBooking", ["x"])
        assert str(again.value) == bridge.broken


def test_second_answer_to_one_request() -> None:
    with opened(command("twice")) as bridge:
        bridge.call("getBooking", ["x"])
        deadline = time.monotonic() + 20
        while bridge.broken is None:  # the second answer is on its way
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert "with id '1', which nobody waits for" in bridge.broken


def test_last_words_of_a_crash() -> None:
    with opened(command("crash")) as bridge, pytest.raises(BridgeError, match="cannot read properties"):
        bridge.call("getBooking", ["x"])


def test_hang_is_ended_and_its_process_too() -> None:
    late = r"did not answer getBooking within 0\.5 s"
    with opened(command("hangs"), call_s=0.5) as bridge, pytest.raises(BridgeError, match=late):
        bridge.call("getBooking", ["x"])
    assert_gone(HOSTILE.name + " hangs")


def test_adapter_that_does_not_read() -> None:
    with opened(command("does_not_read"), call_s=0.5) as bridge, pytest.raises(BridgeError, match="stdin"):
        bridge.call("getBooking", ["x" * 5_000_000])


def test_operation_that_was_not_announced() -> None:
    with opened(command("obeys")) as bridge:
        with pytest.raises(MissingOperation, match=r'\[\[gaps\]\] operation = "claimSyncJobs"'):
            bridge.call("claimSyncJobs", [{}])
        assert bridge.missing == ("claimSyncJobs",)
        assert bridge.call("getBooking", ["x"]) is None
        assert bridge.broken is None


def test_what_the_adapter_started_ends_with_it() -> None:
    with opened(command("grandchild")) as bridge:
        bridge.call("getBooking", ["x"])
        (running,) = [
            one
            for one in psutil.process_iter(["cmdline"])
            if one.info["cmdline"] == ["sleep", "600"] and is_below(one)
        ]
    _, alive = psutil.wait_procs([running], timeout=20)
    assert alive == []


def test_everything_ends_with_a_killed_owner(tmp_path: Path) -> None:
    script = tmp_path / "owner.py"
    script.write_text(OWNER.format(command=command("grandchild"), cwd=str(tmp_path)), encoding="utf-8")
    owner = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    with owner.stdout:
        assert owner.stdout.readline() == b"ready\n"
        started = psutil.Process(owner.pid).children(recursive=True)
        assert len(started) >= 3
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    _, alive = psutil.wait_procs(started, timeout=20)
    assert alive == []


def test_somebody_who_left_and_holds_the_pipes_holds_up_nothing() -> None:
    bridge = Bridge(command("leaves_somebody"), environ=dict(os.environ), cwd=HOSTILE.parent)
    assert bridge.call("getBooking", ["x"]) is None
    (left,) = [one for one in psutil.Process().children(recursive=True) if one.name() == "sleep"]
    closing = threading.Thread(target=bridge.close)
    try:
        closing.start()
        closing.join(20)
        assert not closing.is_alive()
        assert left.is_running()
    finally:
        left.kill()


def test_a_line_without_an_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (child, bridge_module):
        monkeypatch.setattr(module, "LONGEST_LINE", 1 << 20)
    with (
        pytest.raises(BridgeError, match="a line of more than 1 MiB on stdout: 'xxx"),
        opened(command("endless_line")) as bridge,
    ):
        bridge.call("getBooking", ["x"])


def test_errors_of_the_adapter_are_no_trouble() -> None:
    refusing = 'echo \'{"protocol":"parity-bridge/1","name":"n","operations":["getBooking"]}\'; read line; '
    reply = 'echo \'{"id":1,"error":{"kind":"conflict","constraint":"bookings_pkey"}}\'; cat >/dev/null'
    with opened(refusing + reply) as bridge:
        with pytest.raises(Conflict, match="conflict"):
            bridge.call("getBooking", ["x"])
        assert bridge.broken is None


def is_below(process: psutil.Process) -> bool:
    return os.getpid() in {parent.pid for parent in process.parents()}


def assert_gone(words: str) -> None:
    deadline = time.monotonic() + 20
    while any(words in " ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"])):
        assert time.monotonic() < deadline
        time.sleep(0.05)
