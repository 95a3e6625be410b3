"""One Postgres server on a data directory of its own."""

import signal
import socket
import subprocess
import time
from pathlib import Path

from harness.errors import StackError
from harness.stack.cluster import ENVIRONMENT, create_cluster
from harness.stack.logs import tail
from harness.stack.plans import ClusterPlan
from harness.stack.processes import children, record, spawn, stop

__all__ = ["Postgres"]

_START_S = 30.0
_PORTS_TO_TRY = 20
_POLL_S = 0.01

_CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
# As hosted; below it, a migration that fills a publication is warned.
wal_level = logical
log_line_prefix = '%m [%p] %u@%d '
# Only a crash of the operating system loses what was not synced, and then the whole stack is gone;
# what was written survives the death of any process. synchronous_commit stays on for that reason.
fsync = off
full_page_writes = off
"""


class Postgres:
    """A server; made running by `start`."""

    def __init__(self, plan: ClusterPlan, port: int, password: str) -> None:
        self.port = port
        self.password = password
        self._plan = plan
        self._log = plan.instance / "postgres.log"
        self._process, self._note = self._spawn()

    @classmethod
    def start(cls, plan: ClusterPlan) -> "Postgres":
        """Create the data directory, start the server on a free loopback port and wait until it answers.

        Raises StackError, quoting the log.
        """
        log = plan.instance / "postgres.log"
        password = create_cluster(plan, log)
        with (plan.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(_CONFIGURATION)
        for _ in range(_PORTS_TO_TRY):
            server = cls(plan, _free_port(), password)
            if server._is_ready():
                return server
            server._note.unlink()
        raise StackError(f"Postgres found no free port in {_PORTS_TO_TRY} attempts: {tail(log)}")

    def look(self) -> None:
        """Notice that the process has ended, if it has."""
        self._process.poll()

    def stop(self) -> None:
        """Fast shutdown, then harder ones."""
        stop(self._process, (signal.SIGINT, signal.SIGQUIT), patience_s=8.0)
        self._note.unlink(missing_ok=True)

    def kill(self) -> None:
        """End the server as a crash would, and wait until the processes of its sessions have followed.

        Raises StackError if one does not: the data cannot be opened before.
        """
        sessions = children(self._process.pid)
        self._process.kill()
        self._process.wait()
        self._note.unlink(missing_ok=True)
        deadline = time.monotonic() + _START_S
        while any(session.find() for session in sessions):
            if time.monotonic() > deadline:
                raise StackError(f"Processes of the killed Postgres still run after {_START_S:.0f} s.")
            time.sleep(_POLL_S)

    def start_again(self) -> None:
        """Start the stopped or killed server on its data and its port, and wait until it answers.

        Raises StackError, quoting the log.
        """
        if self._process.poll() is None:
            raise StackError("Postgres runs already; stop or kill it first.")
        self._process, self._note = self._spawn()
        if not self._is_ready():
            raise StackError(f"Port {self.port} was taken while Postgres was down: {tail(self._log)}")

    def _spawn(self) -> "tuple[subprocess.Popen[bytes], Path]":
        plan = self._plan
        process = spawn(
            [plan.postgres / "bin" / "postgres", "-D", plan.data, "-p", str(self.port)],
            account=plan.account,
            environment=ENVIRONMENT,
            log=self._log,
            end_with=signal.SIGQUIT,
        )
        return process, record(plan.instance, process.pid, "postgres")

    def _is_ready(self) -> bool:
        return _ready(self._process, self._plan.data, self._log)


def _ready(process: "subprocess.Popen[bytes]", data: Path, log: Path) -> bool:
    """True once the server accepts connections, False if another process took its port meanwhile."""
    deadline = time.monotonic() + _START_S
    begin = log.stat().st_size
    while time.monotonic() < deadline:
        if process.poll() is not None:
            with log.open("rb") as file:
                file.seek(max(0, begin - 4096))
                if b"Address already in use" in file.read():
                    return False
            raise StackError(f"Postgres ended at start with status {process.returncode}: {tail(log)}")
        if _status_line(data, process.pid).startswith("ready"):
            return True
        time.sleep(_POLL_S)
    process.kill()
    process.wait()
    raise StackError(f"Postgres was not ready within {_START_S:.0f} s: {tail(log)}")


def _status_line(data: Path, pid: int) -> str:
    # The eighth line of postmaster.pid is the server's own word on its state. The first says whose word:
    # a killed server leaves its file behind.
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return lines[7] if len(lines) > 7 and lines[0] == str(pid) else ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
