"""The stack that ``harness stack up`` keeps running after the command has ended."""

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Self

import psutil
from filelock import FileLock

from harness.errors import StackError
from harness.settings import Settings, StackKind
from harness.stack.coordinates import Coordinates
from harness.stack.home import Home
from harness.stack.launch import environment, read_answer
from harness.stack.processes import ProcessId
from harness.stack.records import write_private

__all__ = ["KeptStack"]

_START_S = 900.0  # the first start installs, over a slow line perhaps
_STOP_S = 40.0


@dataclass(frozen=True, kw_only=True)
class KeptStack:
    """A stack with one cloned database, and the process that keeps it."""

    pid: int
    started: float
    """Start of the keeper, seconds since the epoch."""
    record: str
    """The file to name in HARNESS_STACK_FILE."""
    postgres_version: str
    postgrest_version: str
    migrations_hash: str
    supabase_url: str
    anon_key: str = field(repr=False)
    service_role_key: str = field(repr=False)
    database_url: str = field(repr=False)
    kind: StackKind = "embedded"

    @property
    def coordinates(self) -> Coordinates:
        """How to reach the database."""
        return Coordinates(
            supabase_url=self.supabase_url,
            anon_key=self.anon_key,
            service_role_key=self.service_role_key,
            database_url=self.database_url,
        )

    @classmethod
    def find(cls, home: Home) -> Self | None:
        """The kept stack of this home, if its keeper lives."""
        try:
            kept = cls(**json.loads(home.kept.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        except OSError as cause:
            raise StackError(f"{home.kept} cannot be read: {cause.strerror}.") from cause
        return kept if ProcessId(kept.pid, kept.started).find() is not None else None

    def write(self, home: Home) -> None:
        """Make this stack the one that `find` finds."""
        write_private(home.kept, json.dumps(asdict(self), indent=2))

    def stop(self) -> None:
        """End the keeper and with it the stack; returns when it has ended."""
        keeper = ProcessId(self.pid, self.started).find()
        if keeper is None:
            return
        with contextlib.suppress(psutil.Error):
            keeper.send_signal(signal.SIGTERM)
            if keeper.wait(_STOP_S) is None:
                return
        with contextlib.suppress(psutil.Error):
            keeper.kill()


def keep(settings: Settings, home: Home) -> tuple[KeptStack, bool]:
    """The kept stack, started if there is none, and whether it was started now. Raises StackError."""
    home.make(home.path)
    with FileLock(home.path / "up.lock"):
        running = KeptStack.find(home)
        if running is not None:
            return running, False
        _launch(settings, home)
        started = KeptStack.find(home)
    if started is None:
        raise StackError(f"The stack ended right after its start; see {home.path / 'up.log'}.")
    return started, True


def _launch(settings: Settings, home: Home) -> None:
    log = home.path / "up.log"
    log.touch(mode=0o600)
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "harness.stack.keeper"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            bufsize=0,
            cwd="/",
            env=_named(settings, environment()),
            start_new_session=True,  # it outlives this command and its terminal
        )
    assert process.stdout is not None  # noqa: S101  # a pipe was asked for
    with process.stdout:
        try:
            read_answer(process.stdout, log, deadline_s=_START_S)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    process.returncode = 0  # it is left to itself: nobody waits for it


def _named(settings: Settings, env: Mapping[str, str]) -> dict[str, str]:
    # The keeper works in another directory: paths must not depend on it.
    absolute = {"HARNESS_POSTGREST": settings.postgrest, "HARNESS_SQL": settings.sql_dir}
    if settings.home_is_explicit:
        absolute["HARNESS_HOME"] = settings.home
    return {**env, **{name: str(path) for name, path in absolute.items() if path is not None}}
