"""One running stack for the tests that only read it or write into their own clone."""

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

import harness
from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.embedded import EmbeddedStack
from harness.stack.home import Home
from harness.stack.install import install
from harness.stack.protocol import Database

MIGRATION = b"""
CREATE TABLE notes (id int PRIMARY KEY, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON notes TO anon;
GRANT ALL ON notes TO service_role;
CREATE TABLE hidden (id int PRIMARY KEY);
CREATE FUNCTION show(name text) RETURNS text LANGUAGE sql STABLE RETURN current_setting(name);
INSERT INTO notes SELECT n, 'note ' || n FROM generate_series(1, 2500) n;
"""


def prepare(dsn: str) -> str:
    """Stand in for the migrations."""
    with psycopg.connect(dsn) as connection:
        connection.execute(MIGRATION)
    return "hash-of-notes"


@dataclass(frozen=True)
class Answer:
    """What the gateway answered."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


def call(
    database: Database,
    target: str,
    *,
    method: str = "GET",
    key: str | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Answer:
    """Send one request, exactly as written, to the gateway of a database."""
    url = urlsplit(database.coordinates.supabase_url)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=30)
    with contextlib.closing(connection):
        apikey = {} if key is None else {"apikey": key}
        connection.request(method, target, body=body, headers={**apikey, **(headers or {})})
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())


def wait_for(condition: Callable[[], bool], *, what: str, deadline_s: float = 15.0) -> None:
    """Return once the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {deadline_s} s: {what}"
        time.sleep(0.02)


def run_python(code: str, environ: Mapping[str, str], *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a fresh Python process that can import the harness under test and this directory's helpers."""
    # The harness may be an installed one, far from the tests: it comes first.
    roots = [str(Path(harness.__file__).parent.parent), str(Path(__file__).parents[3])]
    path = os.pathsep.join([*roots, *filter(None, [environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code, *arguments],
        env={**os.environ, **environ, "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings.from_environ()


@pytest.fixture(scope="session")
def stack(settings: Settings) -> Iterator[EmbeddedStack]:
    with EmbeddedStack.start(settings, prepare=prepare) as running:
        yield running


@pytest.fixture(scope="session")
def database(stack: EmbeddedStack) -> Iterator[Database]:
    """A clone that tests may read."""
    with stack.clone() as clone:
        yield clone


@pytest.fixture
def home(settings: Settings) -> Iterator[Path]:
    """A home of its own that shares the installed servers with the default one."""
    account = Account.current()
    install(settings, account)
    shared = Home.of(settings, account)
    place = Path(tempfile.mkdtemp(prefix="parity-home-"))
    place.chmod(0o755)
    shared.seeds.mkdir(exist_ok=True)
    for name in ("servers", "seeds"):
        (place / name).symlink_to(shared.path / name)
    yield place
    shutil.rmtree(place)
