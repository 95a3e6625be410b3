"""One PostgREST for one database, configured as a hosted project's."""

import signal
import subprocess
import time
from pathlib import Path

from harness.errors import StackError
from harness.stack.logs import tail
from harness.stack.plans import DatabasePlan
from harness.stack.processes import record, spawn, stop
from harness.stack.sockets import answers

__all__ = ["MAX_ROWS", "PostgREST", "configuration"]

_START_S = 30.0
_POLL_S = 0.01
MAX_ROWS = 1000


class PostgREST:
    """A PostgREST; starting when it is made, usable after `wait`."""

    def __init__(self, plan: DatabasePlan) -> None:
        self._plan = plan
        self._log = plan.instance / f"postgrest-{plan.database}.log"
        self._process, self._note = self._spawn()

    def wait(self) -> None:
        """Return once the schema cache is loaded. Raises StackError, quoting the log."""
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise StackError(
                    f"PostgREST ended at start with status {self._process.returncode}: {tail(self._log)}"
                )
            if answers(self._plan.socket, timeout_s=5.0):
                return
            time.sleep(_POLL_S)
        raise StackError(f"PostgREST was not ready within {_START_S:.0f} s: {tail(self._log)}")

    def look(self) -> None:
        """Notice that the process has ended, if it has."""
        self._process.poll()

    def stop(self) -> None:
        """End the server and remove its traces."""
        stop(self._process, (signal.SIGTERM,), patience_s=3.0)
        self._plan.socket.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def kill(self) -> None:
        """End the server as a crash would."""
        self._process.kill()
        self.stop()

    def start_again(self) -> None:
        """Start the stopped or killed server, and wait until it answers. Raises StackError."""
        if self._process.poll() is None:
            raise StackError("PostgREST runs already; stop or kill it first.")
        self._process, self._note = self._spawn()
        self.wait()

    def _spawn(self) -> "tuple[subprocess.Popen[bytes], Path]":
        process = spawn(
            [self._plan.postgrest],
            account=self._plan.account,
            environment={
                "PATH": "/usr/bin:/bin",
                "LC_ALL": "C.UTF-8",
                **configuration(
                    uri=self._plan.postgrest_uri,
                    jwt_secret=self._plan.jwt_secret,
                    socket=self._plan.socket,
                    pool_size=self._plan.pool_size,
                    pool_wait_s=self._plan.pool_wait_s,
                ),
            },
            log=self._log,
            end_with=signal.SIGTERM,
        )
        return process, record(self._plan.instance, process.pid, "postgrest")


def configuration(
    *, uri: str, jwt_secret: str, socket: Path, pool_size: int, pool_wait_s: int
) -> dict[str, str]:
    """All of a PostgREST's configuration, as variables: no PGRST_* of the user's comes through."""
    return {
        "PGRST_DB_URI": uri,
        "PGRST_DB_SCHEMAS": "public",
        "PGRST_DB_EXTRA_SEARCH_PATH": "public, extensions",
        "PGRST_DB_ANON_ROLE": "anon",
        "PGRST_DB_MAX_ROWS": str(MAX_ROWS),
        "PGRST_DB_POOL": str(pool_size),
        "PGRST_DB_POOL_ACQUISITION_TIMEOUT": str(pool_wait_s),
        "PGRST_DB_CHANNEL_ENABLED": "true",
        "PGRST_JWT_SECRET": jwt_secret,
        "PGRST_SERVER_UNIX_SOCKET": str(socket),
        "PGRST_SERVER_UNIX_SOCKET_MODE": "600",
        "PGRST_LOG_LEVEL": "warn",
    }
