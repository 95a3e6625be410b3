"""Supabase Lite as a further server under `SupabaseStore`, in place of PostgREST.

It is Supabase's own implementation of the REST interface, in TypeScript, here
on the same migrated Postgres database as the reference. The adapter and the
schema are the same, so whatever diverges is a difference of the server.
"""

import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import httpx
from filelock import FileLock

from contracts.subjects import SupabaseSubject
from harness.errors import HarnessError, StackError
from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.coordinates import Coordinates
from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from harness.stack.home import Home
from harness.stack.launch import Order
from harness.stack.npm import Npm

__all__ = ["LiteSubject", "install", "server"]

_HERE = Path(__file__).resolve().parent
_LOCKED = ("package.json", "package-lock.json")
_SCRIPT = Path("node_modules/@supabase/lite/dist/cli/index.js")
_START_S = 60.0
_PATIENCE_S = 10.0
_CONFIG = """
[api]
port = {port}

[db]
driver = "postgres"
url = "{database_url}"

[auth]
jwt_secret = "{jwt_secret}"
publishable_key = "{anon_key}"
secret_key = "{service_role_key}"
"""


def server(stack: Path | None) -> "LiteSubject":
    """Start Supabase Lite on a database of its own in the recorded stack. Raises HarnessError."""
    if stack is None:
        raise HarnessError("Supabase Lite needs a stack, and none was started.")
    attached = EmbeddedStack.attach(stack)
    try:
        return LiteSubject(attached, attached.clone())
    except BaseException:
        attached.close()
        raise


def install() -> Path:
    """Install what the lock file names, once, and return the directory. Raises StackError."""
    content = b"".join((_HERE / name).read_bytes() for name in _LOCKED)
    home = Home.of(Settings.from_environ(), Account.current())
    folder = home.make(home.path / "showcase")
    place = folder / f"supabase-lite-{hashlib.sha256(content).hexdigest()[:16]}"
    with FileLock(folder / ".lock"):
        if not place.exists():
            partial = Path(tempfile.mkdtemp(prefix="partial-", dir=folder))
            try:
                for name in _LOCKED:
                    shutil.copy(_HERE / name, partial)
                Npm.find().ci(partial)
                partial.rename(place)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
    return place


class LiteSubject(SupabaseSubject):
    """`SupabaseStore` on Supabase Lite, seen past it by the owner of the database."""

    name = "supabase-lite"

    def __init__(self, stack: EmbeddedStack, database: Database) -> None:
        self._server = _Server(database.coordinates)
        try:
            super().__init__(stack, _Served(database, self._server))
        except BaseException:
            self._server.close()
            raise

    def close(self) -> None:
        """Close the connections, end the server, and drop the database."""
        self._server.close()
        super().close()


class _Served(Database):
    """A database whose REST interface is another server than the stack's."""

    def __init__(self, database: Database, server: "_Server") -> None:
        self._database = database
        self._server = server
        self.name = database.name
        self.superuser_url = database.superuser_url
        self.coordinates = server.coordinates

    def probe(self) -> str | None:
        """Ask Postgres, and the other server, which is started again if it ended by itself."""
        down = self._database.probe()
        if down is None:
            self._server.revive()
        return down or self._server.probe()

    def said(self, since: float) -> str | None:
        """What the stack's own servers have logged."""
        return self._database.said(since)

    def order_api(self, order: Order) -> None:
        """Stop, kill or start the other server: the stack's own PostgREST plays no part here."""
        self._server.order(order)

    def close(self) -> None:
        """Drop the database."""
        self._database.close()


class _Server:
    """One process of Supabase Lite, on a free port of the loopback."""

    def __init__(self, coordinates: Coordinates) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="parity-lite-"))
        port = _free_port()
        self.coordinates = replace(
            coordinates,
            supabase_url=f"http://127.0.0.1:{port}",
            anon_key=f"sb_publishable_{secrets.token_urlsafe(24)}",
            service_role_key=f"sb_secret_{secrets.token_urlsafe(24)}",
        )
        (self._directory / "supabase").mkdir()
        config = self._directory / "supabase" / "config.toml"
        config.touch(mode=0o600)
        config.write_text(
            _CONFIG.format(
                port=port,
                database_url=coordinates.database_url,
                jwt_secret=secrets.token_urlsafe(48),
                anon_key=self.coordinates.anon_key,
                service_role_key=self.coordinates.service_role_key,
            ),
            encoding="utf-8",
        )
        self._wanted = True
        self._process = self._start(install())
        try:
            self._wait()
        except BaseException:
            self.close()
            raise

    def probe(self) -> str | None:
        """None if it answers a request with its key, else a sentence that says what is wrong."""
        key = self.coordinates.service_role_key
        try:
            answer = httpx.get(
                f"{self.coordinates.supabase_url}/rest/v1/bookings?limit=0",
                headers={"apikey": key},
                timeout=_PATIENCE_S,
                trust_env=False,
            )
        except httpx.TransportError as error:
            return f"Supabase Lite does not answer: {str(error) or type(error).__name__}"
        return None if answer.is_success else f"Supabase Lite answers {answer.status_code}"

    def order(self, order: Order) -> None:
        """Stop, kill or start the process; it keeps its port. Raises StackError."""
        self._wanted = order == "start"
        if self._wanted:
            self.revive()
        else:
            self._end(signal.SIGKILL if order == "kill" else signal.SIGTERM)

    def revive(self) -> None:
        """Start the process again unless it runs, or is not to run. Raises StackError."""
        if self._wanted and self._process.poll() is not None:
            self._process = self._start(install())
            self._wait()

    def close(self) -> None:
        """End the process."""
        self._end(signal.SIGTERM)
        shutil.rmtree(self._directory, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        if self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()

    def _start(self, installed: Path) -> "subprocess.Popen[bytes]":
        # It stays in this worker's process group, with which the run ends it, however the run ends.
        node = Npm.find().node_dir / "node"
        environment = {**os.environ, "LITE_TELEMETRY": "0", "DO_NOT_TRACK": "1", "NODE_ENV": "production"}
        with (self._directory / "log").open("wb") as log:
            return subprocess.Popen(
                [str(node), str(installed / _SCRIPT), "--no-telemetry", "start", "--no-admin"],
                cwd=self._directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_S
        while (down := self.probe()) is not None:
            if self._process.poll() is not None or time.monotonic() > deadline:
                lines = (self._directory / "log").read_text(errors="replace").strip().splitlines()
                said = " | ".join(lines[-3:])[-500:]
                raise StackError(f"{down}. Its log ends with: {said or 'nothing'}")
            time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
