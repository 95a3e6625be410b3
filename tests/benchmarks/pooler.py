"""What `migrations.pooler` says about a real PgBouncer in each of its modes.

Needs Debian's ``pgbouncer`` or another build of it:
``python -m tests.benchmarks.pooler [PGBOUNCER]``, in the root of the checkout.
The suite has a small pooler of its own (`tests/pooler.py`), because no package
of PyPI or npm brings a PgBouncer.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
from migrations.apply import prepare
from migrations.pooler import Access, access
from tests.pooler import Mode, pooled

_PORT = 6543
_START_S = 10.0


@contextmanager
def bouncer(program: str, dsn: str, mode: Mode, *, size: int, in_turn: bool) -> Iterator[str]:
    """Run a PgBouncer in front of a database; yields the URL to use instead."""
    to = conninfo_to_dict(dsn)
    target = " ".join(f"{name}={to[name]}" for name in ("host", "port", "dbname", "user", "password"))
    with tempfile.TemporaryDirectory() as place:
        ini = Path(place, "pgbouncer.ini")
        ini.write_text(
            f"[databases]\n{to['dbname']} = {target}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {_PORT}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = {mode}\n"
            f"default_pool_size = {size}\nserver_round_robin = {in_turn:d}\n"
        )
        Path(place).chmod(0o755)
        process = subprocess.Popen([program, "-q", "-u", "nobody", str(ini)], stderr=subprocess.DEVNULL)
        through = make_conninfo(dsn, host="127.0.0.1", port=_PORT, sslmode="disable")
        try:
            _wait(through)
            yield through
        finally:
            process.terminate()
            process.wait()


def _wait(dsn: str) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            psycopg.connect(dsn).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def main(program: str) -> int:
    """Print what was found, and how long it took; 1 if the two poolers or the expectation differ."""
    wrong = 0
    expected: dict[Mode, Access] = {
        "session": Access.SESSION_POOLER,
        "transaction": Access.TRANSACTION_POOLER,
        "statement": Access.TRANSACTION_POOLER,
    }
    with EmbeddedStack.start(Settings.from_environ(), prepare=prepare) as stack, stack.clone() as database:
        dsn = database.coordinates.database_url
        for mode, right in expected.items():
            for size in (2, 5):
                for in_turn in (False, True):
                    with bouncer(program, dsn, mode, size=size, in_turn=in_turn) as through:
                        begun = time.perf_counter()
                        found = access(through)
                        took = time.perf_counter() - begun
                    with pooled(dsn, mode, size=size, in_turn=in_turn) as through:
                        ours = access(through)
                    wrong += found is not right or ours is not right
                    print(
                        f"{mode:<12} {size} servers, in turn: {in_turn!s:<5} "
                        f"PgBouncer: {found.value} ({took * 1000:.0f} ms), tests/pooler.py: {ours.value}"
                    )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or ["pgbouncer"]))
