"""PgBouncer, the real one, in front of databases: Debian's package ``pgbouncer``."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

__all__ = ["bouncer"]

_START_S = 30.0
_AS_NOBODY = ("-u", "nobody") if os.geteuid() == 0 else ()
_TO = ("host", "port", "dbname", "user", "password")


@contextmanager
def bouncer(
    dsns: Mapping[str, str],
    mode: str,
    *,
    size: int,
    in_turn: bool = False,
    program: str | None = None,
) -> Iterator[dict[str, str]]:
    """Run one in front of several databases or roles; yields the URLs to use instead, by the same names.

    `size`: the servers that it opens for each. `in_turn`: lend the one that rested longest.
    """
    with tempfile.TemporaryDirectory() as place, _port() as port:
        ini = Path(place, "pgbouncer.ini")
        ini.write_text(_configuration(dsns, mode, port, size=size, in_turn=in_turn))
        Path(place).chmod(0o755)
        log = Path(place, "log")
        with log.open("wb") as stderr:
            process = subprocess.Popen([program or _program(), *_AS_NOBODY, str(ini)], stderr=stderr)
        through = {
            name: make_conninfo(
                dsn, host="127.0.0.1", port=port, dbname=name, sslmode="disable", gssencmode="disable"
            )
            for name, dsn in dsns.items()
        }
        try:
            for url in through.values():
                _wait(url, process, log)
            yield through
        finally:
            process.terminate()
            process.wait()


def _program() -> str:
    # Debian puts it where only root looks.
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "pgbouncer"


def _configuration(dsns: Mapping[str, str], mode: str, port: int, *, size: int, in_turn: bool) -> str:
    lines = ["[databases]"]
    for name, dsn in dsns.items():
        to = conninfo_to_dict(dsn)
        lines.append(f"{name} = " + " ".join(f"{key}={to[key]}" for key in _TO))
    lines += [
        "[pgbouncer]",
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =",
        # The server's passwords are in this file; clients need none.
        f"auth_type = any\npool_mode = {mode}\ndefault_pool_size = {size}\nmax_client_conn = 200",
        f"server_round_robin = {in_turn:d}\nignore_startup_parameters = extra_float_digits,options",
    ]
    return "\n".join([*lines, ""])


@contextmanager
def _port() -> Iterator[int]:
    """A port that nobody else takes meanwhile: it is bound here, and listened to there."""
    with socket.socket() as reserve:
        reserve.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserve.bind(("127.0.0.1", 0))
        yield reserve.getsockname()[1]


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise RuntimeError(log.read_text(encoding="utf-8")[-2000:]) from None
            time.sleep(0.02)
        else:
            return
