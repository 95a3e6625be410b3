"""The directories of running stacks, and the removal of those whose stack has died."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from filelock import FileLock

from harness.errors import StackError
from harness.stack.account import Account
from harness.stack.home import Home, explain
from harness.stack.install import Servers
from harness.stack.processes import end_recorded

__all__ = ["Instance", "clean", "is_held", "remove_dead"]

_CONTAINED = "contained"
# sockaddr_un holds 104 bytes on macOS and 108 on Linux; the longest name inside is a database's socket.
_LONGEST_RUN_DIR = 104 - len("/parity_0123456789abcdef.sock") - 1


@dataclass(frozen=True)
class Instance:
    """A stack's directories, held by a lock that the kernel releases when the last holder dies."""

    path: Path
    """Logs, the record, the notes about processes."""
    run_dir: Path
    """Sockets; short, and writable for the servers' account."""
    lock: int
    """The locked descriptor: its heirs hold the lock, too."""

    @classmethod
    def create(cls, home: Home, account: Account, *, contained: bool = False) -> Self:
        """A new instance, after what dead stacks left is removed; `contained`: its servers are containers.

        Raises StackError.
        """
        home.make(home.instances)
        with FileLock(home.instances / ".lock"):
            _remove_stale(home)
            try:
                path = Path(tempfile.mkdtemp(prefix="stack-", dir=home.instances))
                path.chmod(0o711 if account.switch else 0o700)
                lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                fcntl.flock(lock, fcntl.LOCK_EX)
                run_dir = _run_dir(account)
                (path / "run").symlink_to(run_dir)
                if contained:
                    (path / _CONTAINED).touch()
            except OSError as cause:
                raise explain(cause, f"No stack can be recorded in {home.instances}") from cause
        return cls(path, run_dir, lock)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hand the lock over inside; after it, the heirs alone hold it."""
        try:
            yield
        finally:
            os.close(self.lock)

    def data_dir(self, account: Account) -> Path:
        """Where the data goes: here, if the servers' account may come here."""
        return (self.path if account.can_enter(self.path) else self.run_dir) / "data"

    def reachable(self, servers: Servers, account: Account) -> Servers:
        """The servers where their account may enter: copies, if the installation is out of its reach."""
        postgres, postgrest = servers.postgres, servers.postgrest
        if not account.can_enter(postgres):
            postgres = self.run_dir / "postgres"
            shutil.copytree(servers.postgres, postgres, symlinks=True)
        if not account.can_enter(postgrest.resolve().parent):
            postgrest = self.run_dir / "postgrest"
            shutil.copy(servers.postgrest, postgrest)
            postgrest.chmod(0o755)
        return Servers(postgres, servers.postgres_version, postgrest, servers.postgrest_version)

    def remove(self) -> None:
        """Remove the directories; the servers must have ended."""
        shutil.rmtree(self.run_dir, ignore_errors=True)
        shutil.rmtree(self.path, ignore_errors=True)


def clean(home: Home) -> int:
    """Remove what dead stacks left; returns how many there were."""
    if not home.instances.is_dir():
        return 0
    with FileLock(home.instances / ".lock"):
        return _remove_stale(home)


def _remove_stale(home: Home) -> int:
    return sum(remove_dead(path) for path in home.instances.glob("stack-*"))


def remove_dead(path: Path, logs: Path | None = None) -> bool:
    """End and remove what the stack of this directory left, if it is dead; False if something stays.

    What its containers have logged is kept in `logs`.
    """
    if is_held(path):
        return False
    end_recorded(path)
    if (path / _CONTAINED).exists() and not _swept(path, logs):
        return False  # the directory is what says that there may be something to remove
    with contextlib.suppress(OSError):
        shutil.rmtree((path / "run").readlink(), ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)
    return True


def _swept(path: Path, logs: Path | None) -> bool:
    from harness.stack.docker.engine import Engine  # noqa: PLC0415  # only who uses containers loads this
    from harness.stack.docker.sweep import sweep  # noqa: PLC0415  # as above

    try:
        sweep(Engine.connect(), path, logs)
    except StackError:
        return False
    return True


def is_held(path: Path) -> bool:
    """True if the stack of this directory lives, or is someone else's and not ours to judge."""
    try:
        descriptor = os.open(path / "lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False  # its creator died between two steps: the creation itself is locked
    except OSError:
        return True  # someone else's: not ours to judge
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _run_dir(account: Account) -> Path:
    for base in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108  # mkdtemp is safe there
        # PostgREST cannot bind a socket in a directory whose name has other letters.
        is_usable = str(base).isascii() and len(str(base)) + len("/parity-12345678") <= _LONGEST_RUN_DIR
        if is_usable and account.can_enter(base):
            with contextlib.suppress(OSError):
                run_dir = Path(tempfile.mkdtemp(prefix="parity-", dir=base))
                account.own(run_dir)
                return run_dir
    raise StackError(
        "No temporary directory with a short path of ASCII letters can be used by the servers. "
        "Set TMPDIR to one, for example /tmp."
    )
