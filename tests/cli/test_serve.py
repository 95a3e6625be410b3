"""`harness serve`: what it needs, what it refuses, and what it prints."""

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest

from tests.cli.conftest import Harness


@pytest.mark.parametrize(
    ("arguments", "environ", "reason"),
    [
        ((), {}, "no mode is given: use --db-mode memory or --db-mode supabase, or set DB_MODE."),
        (("--db-mode", "memory"), {"DB_MODE": "supabase"}, "--db-mode memory contradicts DB_MODE=supabase."),
        ((), {"DB_MODE": "Memory"}, "DB_MODE='Memory' is neither memory nor supabase"),
        (
            ("--db-mode", "supabase", "--port", "0"),
            {"SUPABASE_URL": "http://127.0.0.1:9"},
            "SUPABASE_SERVICE_ROLE_KEY is not set",
        ),
        (("--db-mode", "memory", "--port", "0", "--host", "192.0.2.1"), {}, "192.0.2.1 cannot be used"),
    ],
)
def test_what_cannot_be_served_is_said(
    harness: Harness, tmp_path: Path, arguments: tuple[str, ...], environ: dict[str, str], reason: str
) -> None:
    finished = harness("serve", *arguments, cwd=tmp_path, **environ)
    assert finished.is_unchecked(reason), finished
    assert finished.out == ""


def test_a_port_that_is_taken_is_said(harness: Harness, tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        finished = harness("serve", "--db-mode", "memory", "--port", str(port), cwd=tmp_path)
    assert finished.is_unchecked(f"port {port} of 127.0.0.1 is taken."), finished
    assert finished.out == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_one_line_and_ends_well(start: Callable[..., "Popen[str]"], number: signal.Signals) -> None:
    server = start("serve", "--port", "0", DB_MODE="memory", SCHEDULER_API_KEY="", ICIMS_WEBHOOK_SECRET="")
    assert server.stdout is not None
    line = server.stdout.readline()
    assert line.startswith("serving http://127.0.0.1:")
    assert line.endswith(" (memory)\n")
    address = ("127.0.0.1", int(line.split(":")[2].split()[0]))
    # Connections that say nothing hold nothing up: one that is known, and one that comes in with the signal.
    with socket.create_connection(address):
        os.kill(server.pid, signal.SIGSTOP)
        with socket.create_connection(address):
            os.kill(server.pid, number)
            os.kill(server.pid, signal.SIGCONT)
            out, err = server.communicate(timeout=60)
    assert server.returncode == 0
    assert out == ""
    assert err.splitlines() == [
        "SCHEDULER_API_KEY is not set: everybody who reaches this port may read and change all.",
        "ICIMS_WEBHOOK_SECRET is not set: webhooks are answered with 503.",
        "The data is in this process's memory, and ends with it.",
        "The server has ended.",
    ]
