"""The process between an owner and its servers: ``python -m harness.stack.supervise cluster|database``.

It reads a plan from stdin, starts what the plan says, prints one line of
JSON (``{"port": …}`` or ``{"error": …}``) and then waits for its end: when
stdin closes, its owner has died or let go. A server that dies on its own is
not restarted: the harness must see that. Only its owner may say ``stop``,
``kill`` and ``start``, each answered by ``{"done": …}`` or ``{"error": …}``.
"""

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from typing import Protocol

from harness.errors import StackError
from harness.stack.lifetime import Lifetime, read_line
from harness.stack.plans import ClusterPlan, DatabasePlan
from harness.stack.postgres import Postgres
from harness.stack.processes import record

__all__ = ["main"]


def main() -> None:
    """Run the supervisor that the first argument names."""
    kinds: dict[str, Callable[[], None]] = {"cluster": _cluster, "database": _database}
    try:
        kinds[sys.argv[1]]()
    except Exception as cause:  # whatever it is, the owner must hear of it
        _tell(error=_reason(cause))
        raise SystemExit(1) from cause


def _cluster() -> None:
    plan = ClusterPlan.loads(read_line())
    lifetime = Lifetime(plan.instance)
    record(plan.instance, os.getpid(), "cluster supervisor")
    try:
        server = Postgres.start(plan)
        try:
            _tell(port=server.port, password=server.password)
            lifetime.wait(server.look, partial(_obey, server))
        finally:
            server.stop()
    finally:
        shutil.rmtree(plan.run_dir, ignore_errors=True)
        shutil.rmtree(plan.instance, ignore_errors=True)


def _database() -> None:
    # Before the plan is read: it takes 0.2 s, and the plan comes when the database exists.
    from harness.stack.gateway import serve  # noqa: PLC0415
    from harness.stack.postgrest import PostgREST  # noqa: PLC0415

    plan = DatabasePlan.loads(read_line())
    lifetime = Lifetime(plan.instance)
    note = record(plan.instance, os.getpid(), "database supervisor")
    server = PostgREST(plan)
    dropped = False
    try:
        dropped = serve(
            plan,
            wait_ready=server.wait,
            tell=_tell,
            wait_end=lambda: lifetime.wait(server.look, partial(_obey, server)),
        )
    finally:
        server.stop()
        if not dropped:
            _drop(plan)
        with contextlib.suppress(OSError):
            note.unlink()


class _Server(Protocol):
    def stop(self) -> None: ...

    def kill(self) -> None: ...

    def start_again(self) -> None: ...


def _obey(server: _Server, word: str) -> bool:
    actions = {"stop": server.stop, "kill": server.kill, "start": server.start_again}
    if word not in actions:
        return False
    try:
        actions[word]()
    except Exception as cause:  # noqa: BLE001  # whatever it is, the owner must hear of it
        _tell(error=_reason(cause))
    else:
        _tell(done=word)
    return True


def _reason(cause: Exception) -> str:
    return str(cause) if isinstance(cause, StackError) else f"{type(cause).__name__}: {cause}"


def _drop(plan: DatabasePlan) -> None:
    import psycopg  # noqa: PLC0415  # only if the owner died: a waiting supervisor needs no database driver
    from psycopg import sql  # noqa: PLC0415

    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(plan.database))
    with (
        contextlib.suppress(psycopg.Error),
        psycopg.connect(plan.admin_uri, autocommit=True, connect_timeout=3) as db,
    ):
        db.execute(statement)


def _tell(**words: object) -> None:
    with contextlib.suppress(BrokenPipeError):  # the owner died; the end follows
        print(json.dumps(words), flush=True)  # noqa: T201  # the protocol with the owner


if __name__ == "__main__":
    main()
