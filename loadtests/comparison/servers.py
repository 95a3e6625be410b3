"""The API servers of a comparison: each on a fresh database, proven to be right, and ended with us."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from harness.errors import HarnessError
from harness.gate.runner import HARNESS
from harness.isolation import without_impostors
from harness.settings import DbMode, inherited
from harness.stack.coordinates import Coordinates
from harness.stack.launch import environment
from harness.stack.logs import tail
from harness.stack.protocol import Database, Stack
from loadtests.comparison import keeper
from loadtests.records import Arm
from loadtests.scenarios.reading import at_or_none

__all__ = ["ApiServer", "Launch", "Proof", "ServerFault"]

_REFERENCE_READY_S = 60.0
_HEALTH_S = 10.0
_POLL_S = 0.02
_STOP_S = 15.0
_SERVING = re.compile(r"^serving (http://\S+)", re.MULTILINE)
_OTHER_STACKS = ("HARNESS_STACK_FILE", "HARNESS_STACK", "HARNESS_RUN_ID", "HARNESS_SQL")
"""What says to our own commands which servers to use: those of the arm are named by SUPABASE_URL."""

_OTHER_DATABASES = (
    *("POSTGRES_PRISMA_URL", "POSTGRES_URL_NON_POOLING", "POSTGRES_HOST", "SUPABASE_DB_URL"),
    *("PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGPASSFILE"),
    *("PGSERVICE", "PGSERVICEFILE"),
)
"""What may lead an application to another database than its arm's: a project that must not be written to."""


class ServerFault(HarnessError):
    """A server of an arm is not what a comparison needs; the message names the arm, the mode and the fact."""


@dataclass(frozen=True, kw_only=True)
class Launch:
    """How the API server of an arm is started."""

    mode: DbMode
    command: str | None = None
    """For the shell, with PORT, DB_MODE and the stack's variables; None: the reference API."""
    directory: Path | None = None
    """Where `command` runs; None: here."""
    health: str = "/health"
    mode_field: str = "mode"
    """Dotted path into the answer to `health`, to the mode."""
    instance_field: str | None = "instance"
    """The same to what tells one process from the next one; None if the application does not say it."""
    ready_timeout_s: float = _REFERENCE_READY_S
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Variables beside those of the stack: the secrets that calls are signed with."""

    @property
    def name(self) -> str:
        """What it is, for reports."""
        return "the reference API" if self.command is None else f"`{self.command}`"


@dataclass(frozen=True)
class Proof:
    """What a server said of itself."""

    mode: str
    instance: str | None
    """Other after a restart; None if the application does not say."""


class ApiServer:
    """One running API server on its own database; a context manager, and made by `start`."""

    def __init__(
        self,
        arm: Arm,
        launch: Launch,
        database: Database,
        process: "subprocess.Popen[bytes]",
        log: Path,
        *,
        port: int | None,
    ) -> None:
        self.arm: Arm = arm
        self.launch = launch
        self.database = database
        self.log = log
        self.host = ""
        """Scheme, host and port."""
        self.proof = Proof("", None)
        """What it said when it was ready."""
        self._process = process
        self._port = port
        self._client = httpx.Client(trust_env=False, timeout=_HEALTH_S)

    @classmethod
    def start(cls, stack: Stack, launch: Launch, *, arm: Arm, log: Path) -> Self:
        """Start a server on a fresh copy of the template, and wait until it says that it runs in its mode.

        What it prints goes to `log`. Raises ServerFault, with the end of the log, and StackError.
        """
        started = cls.begin(stack, launch, arm=arm, log=log)
        try:
            started.become_ready()
        except BaseException:
            started.close()
            raise
        return started

    @classmethod
    def begin(cls, stack: Stack, launch: Launch, *, arm: Arm, log: Path) -> Self:
        """The same without the wait: several can then become ready at the same time."""
        database = stack.clone()
        try:
            port = None if launch.command is None else _free_port()
            return cls(arm, launch, database, _spawn(launch, database, port, log), log, port=port)
        except BaseException:
            database.close()
            raise

    @property
    def label(self) -> str:
        """Which server this is, in messages: arm, mode and command."""
        return f"arm {self.arm} ({self.launch.mode}, {self.launch.name})"

    @property
    def pid(self) -> int:
        """The process that keeps it; its own ones are children of that."""
        return self._process.pid

    def become_ready(self) -> None:
        """Wait until it says that it runs in its mode. Raises ServerFault, with the end of its log."""
        deadline = time.monotonic() + self.launch.ready_timeout_s
        self.host = f"http://127.0.0.1:{self._port}" if self._port is not None else self._announced(deadline)
        while isinstance(seen := self._look(), str):
            self._wait(deadline, f"was not ready within {self.launch.ready_timeout_s:.0f} s: {seen}")
        self.proof = seen

    def prove(self) -> Proof:
        """Ask it again for its mode and instance. Raises ServerFault unless both are what they were.

        A command that has ended is a fault, whoever answers in its place.
        """
        self._require_life()
        proof = self._look()
        if isinstance(proof, str):
            self._require_life()
            raise self._fault(f"no longer says that it is well: {proof}")
        if proof.instance != self.proof.instance:
            raise self._fault(
                f"restarted while it was measured: instance {self.proof.instance} has become {proof.instance}"
            )
        return proof

    def round_trips(self) -> int:
        """How many requests the gateway of its database has counted by now. Raises ServerFault."""
        place = f"{self.database.coordinates.supabase_url}/_harness/round-trips"
        try:
            return int(self._client.get(place).raise_for_status().json()["total"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise self._fault(f"has a gateway that does not count: {_said(error)}") from error

    def close(self) -> None:
        """End the server and all that it started, and drop its database. May be repeated."""
        self._client.close()
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.database.close()

    def _announced(self, deadline: float) -> str:
        while (found := _SERVING.search(self.log.read_text(encoding="utf-8", errors="replace"))) is None:
            self._wait(deadline, f"did not say where it serves within {self.launch.ready_timeout_s:.0f} s")
        return found[1]

    def _wait(self, deadline: float, problem: str) -> None:
        self._require_life()
        if time.monotonic() > deadline:
            raise self._fault(problem)
        time.sleep(_POLL_S)

    def _look(self) -> Proof | str:
        """What the server says of itself, or why it says nothing. Raises ServerFault in a wrong mode."""
        place = f"GET {self.launch.health}"
        try:
            answer = self._client.get(f"{self.host}{self.launch.health}")
        except httpx.HTTPError as error:
            return f"{place}: {_said(error)}"
        if answer.status_code != 200:
            return f"{place} answered {answer.status_code}"
        try:
            said = answer.json()
        except ValueError:
            said = None
        mode = at_or_none(said, self.launch.mode_field)
        if mode != self.launch.mode:
            raise self._fault(
                f"must run in mode {self.launch.mode}, but {place} says "
                f"{self.launch.mode_field}={mode!r}: make it obey DB_MODE, and say its mode there"
            )
        instance = (
            None if self.launch.instance_field is None else at_or_none(said, self.launch.instance_field)
        )
        return Proof(mode, None if instance is None else str(instance))

    def _require_life(self) -> None:
        if self._process.poll() is not None:
            raise self._fault(
                f"ended with exit status {self._process.returncode}; start it in the foreground"
                if self._process.returncode == 0
                else f"ended with exit status {self._process.returncode}"
            )

    def _fault(self, what: str) -> ServerFault:
        return ServerFault(f"{self.label} {what}. Its log ends: {tail(self.log)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _spawn(launch: Launch, database: Database, port: int | None, log: Path) -> "subprocess.Popen[bytes]":
    changes: dict[str, str | None] = {
        **dict.fromkeys(_OTHER_STACKS),
        "PYTHONUNBUFFERED": "1",  # what it says must be in the log when it is killed
        **dict.fromkeys(_OTHER_DATABASES),
        **_addresses(database.coordinates),
        **launch.environ,
        "DB_MODE": launch.mode,
        "PORT": None if port is None else str(port),
    }
    command = ["/bin/sh", "-c", launch.command or ""]
    if launch.command is None:
        changes["PYTHONPATH"] = without_impostors(environment().get("PYTHONPATH"))
        command = [*HARNESS, "serve", "--db-mode", launch.mode, "--port", "0", "--die-with-parent"]
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", keeper.__file__, *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=launch.directory,
            env=inherited(changes),
            start_new_session=True,  # Ctrl-C is for us; we end the server
        )


def _addresses(coordinates: Coordinates) -> Mapping[str, str]:
    """The stack's variables, also by the other names that applications know them by.

    These are set and not only removed: what stands in the environment goes before ``.env.local`` of Next.js.
    """
    return {
        **coordinates.environ(),
        "NEXT_PUBLIC_SUPABASE_URL": coordinates.supabase_url,
        "NEXT_PUBLIC_SUPABASE_ANON_KEY": coordinates.anon_key,
        "POSTGRES_URL": coordinates.database_url,
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
